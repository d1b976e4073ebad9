import { readAll } from './body.js'
import type { ResponseHead } from './packing.js'

/** Statuses that the constructor of `Response` accepts only without a body (Fetch, "null body status"). */
const WITHOUT_BODY = [204, 205, 304]

/** Characters that the constructor rejects in a reason phrase. `fetch` itself returns them if the server sends them. */
const REFUSED_CHARACTER = /[^\t -~\x80-\xff]/

function refuseChange(): never {
  throw new TypeError('Headers are immutable.')
}

/** A response with the data from the vault. It is like a response that `fetch` returns in this realm. */
export class RemoteResponse extends Response {
  readonly #head: ResponseHead
  readonly #signal: AbortSignal | undefined

  /** @param signal the signal of the request */
  constructor(head: ResponseHead, body: ReadableStream | null, signal?: AbortSignal) {
    const { headers, ...fields } = head
    const { status, statusText } = fields
    // `fetch` can return responses that the constructor rejects: status 0 of a filtered response, status 999, or a 204
    // with a stream (Chromium).
    const isTaken =
      status >= 200 &&
      status < 600 &&
      !(body && WITHOUT_BODY.includes(status)) &&
      !REFUSED_CHARACTER.test(statusText)
    super(body, isTaken ? { status, statusText, headers } : { headers })
    this.#head = head
    this.#signal = signal
    const own = { ...fields, ok: status >= 200 && status < 300 }
    for (const [name, value] of Object.entries(own)) Object.defineProperty(this, name, { value })
    // The headers of a response from `fetch` are immutable.
    for (const name of ['append', 'delete', 'set']) {
      Object.defineProperty(this.headers, name, { value: refuseChange })
    }
  }

  override clone() {
    return new RemoteResponse(this.#head, super.clone().body, this.#signal)
  }

  override async arrayBuffer() {
    return (await this.bytes()).buffer
  }

  /**
   * Reads the whole body. Engines turn every error of a stream that was created by a script into a `TypeError`. So the
   * stream is read here: an aborted read rejects with the reason of the signal, as with `fetch`.
   */
  override async bytes() {
    const { body } = this
    if (this.bodyUsed || body?.locked || !body) return new Uint8Array(await super.arrayBuffer())
    // With `fetch`, the body of an aborted request does not count as used. So throw before the stream is read.
    this.#signal?.throwIfAborted()
    return readAll(body)
  }

  override async blob() {
    return (await this.#whole()).blob()
  }

  override async formData() {
    return (await this.#whole()).formData()
  }

  async #whole() {
    return new Response(await this.bytes(), { headers: this.headers })
  }

  override async json() {
    return JSON.parse(await this.text())
  }

  override async text() {
    return new TextDecoder().decode(await this.bytes())
  }
}
