import type { Incoming } from './body.js'
import type { ResponseHead } from './port/packing.js'

/** A response as `fetch` would have made it here, out of what the vault says of it. */
export class RemoteResponse extends Response {
  readonly #head: ResponseHead
  #incoming: Incoming | undefined

  constructor(
    head: ResponseHead,
    incoming?: Incoming,
    body: ReadableStream | null = incoming?.readable ?? null,
  ) {
    const { status, statusText, headers, ...told } = head
    // A filtered response has a status that no constructor takes.
    const isFiltered = status < 200
    super(body, { status: isFiltered ? 200 : status, statusText, headers })
    this.#head = head
    this.#incoming = incoming
    const own = isFiltered ? { ...told, status, ok: false } : told
    for (const [name, value] of Object.entries(own)) Object.defineProperty(this, name, { value })
  }

  override clone() {
    const { body } = super.clone()
    // From here on there are two who read the same.
    this.#incoming = undefined
    return new RemoteResponse(this.#head, undefined, body)
  }

  override async arrayBuffer() {
    return (await this.bytes()).buffer
  }

  /** All of the body; unless somebody has begun to read it, when it goes on as with any response. */
  override async bytes() {
    const incoming = this.bodyUsed || this.body?.locked ? undefined : this.#incoming
    return incoming ? incoming.collect() : new Uint8Array(await super.arrayBuffer())
  }

  override async json() {
    return JSON.parse(await this.text())
  }

  override async text() {
    return new TextDecoder().decode(await this.bytes())
  }
}
