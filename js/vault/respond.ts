import { packError } from '../protocol/errors.js'
import { type ToPage, type ToVault, WINDOW } from '../protocol/messages.js'
import { isChunked, type PackedBody, packHead, unpackBody } from '../protocol/packing.js'
import { type Outgoing, outgoing } from './outgoing.js'
import type { VaultHost } from './start.js'
import { createUpload, type Upload } from './upload.js'

/** Answers the `fetch` calls of one page. */
export type Responder = ReturnType<typeof createResponder>

/** A body of known length up to this size is sent together with its head. In bytes. */
const SMALL = 64 * 1024
/** How long the head waits for such a body. Most of these bodies arrive together with the head. In milliseconds. */
const SMALL_BODY_TIMEOUT = 20
/** A body of known length up to this size is sent in one piece. That is cheaper than many chunks, and fast. In bytes. */
const WHOLE = 1024 * 1024

/**
 * A request in flight. `abort` cancels it, and `credit` is the number of response chunks that the page can still accept.
 */
interface InFlightRequest {
  abort: AbortController
  keepalive: boolean
  credit: number
  /** The body of the request, while its chunks arrive. */
  upload?: Upload | undefined
  /** Called when there is new credit. */
  resume(): void
}

export function createResponder(
  host: Pick<VaultHost, 'send'>,
  post: (message: ToPage, transfer?: Transferable[]) => void,
) {
  const inFlight = new Map<number, InFlightRequest>()
  const requests = new WeakSet<Outgoing>()

  async function respond({ id, request: packed, body }: ToVault & { type: 'fetch' }, session?: number) {
    const abort = new AbortController()
    try {
      const state: InFlightRequest = {
        abort,
        keepalive: Boolean(packed.init.keepalive),
        credit: WINDOW,
        resume() {},
      }
      inFlight.set(id, state)
      const request = outgoing(packed, await received(id, body, state), abort.signal, session)
      requests.add(request)
      const response = await host.send(request)
      await deliver(id, response, state)
    } catch (error) {
      post({ type: 'failed', id, error: packError(error) })
    } finally {
      inFlight.delete(id)
    }
  }

  async function received(id: number, body: PackedBody, state: InFlightRequest): Promise<BodyInit | null> {
    if (!isChunked(body)) return unpackBody(body)
    state.upload = createUpload(state.abort.signal, (count) => post({ type: 'pull', id, count }))
    const whole = await state.upload.whole
    state.upload = undefined
    return whole
  }

  async function deliver(id: number, response: Response, state: InFlightRequest) {
    const length = Number(response.headers.get('content-length') ?? Number.POSITIVE_INFINITY)
    // Start to read the body now: the code below runs while it arrives. `response.body` creates the stream on first use.
    const whole = length <= WHOLE ? response.arrayBuffer() : undefined
    const head = packHead(response)
    const early = whole && length <= SMALL ? await inTime(whole) : undefined
    if (early) {
      const hasBody = early.byteLength > 0 || response.body !== null
      return post({ type: 'response', id, head, body: hasBody ? early : null }, [early])
    }
    const { body } = response
    if (body === null) return post({ type: 'response', id, head, body })
    post({ type: 'response', id, head, body: whole ? 'later' : 'chunks' })
    const bytes = whole ? await whole : await pump(id, body, state)
    post({ type: 'end', id, bytes }, bytes ? [bytes] : [])
  }

  /** Sends a body chunk by chunk, and waits when the page has no credit left. */
  async function pump(
    id: number,
    body: ReadableStream<Uint8Array<ArrayBuffer>>,
    state: InFlightRequest,
  ): Promise<null> {
    const reader = body.getReader()
    for (;;) {
      if (state.credit === 0) {
        await new Promise<void>((resolve) => {
          state.resume = resolve
        })
      }
      const { done, value } = await reader.read()
      if (done) return null
      state.credit -= 1
      const bytes = value.byteLength === value.buffer.byteLength ? value : value.slice()
      post({ type: 'chunk', id, bytes }, [bytes.buffer])
    }
  }

  return {
    fetch: respond,
    abort(id: number) {
      const state = inFlight.get(id)
      state?.abort.abort()
      state?.resume()
    },
    pull({ id, count }: { id: number; count: number }) {
      const state = inFlight.get(id)
      if (!state) return
      state.credit += count
      state.resume()
    },
    chunk({ id, bytes }: { id: number; bytes: Uint8Array<ArrayBuffer> | null }) {
      inFlight.get(id)?.upload?.push(bytes)
    },
    /** Whether this page made the request. */
    owns: (request: Outgoing) => requests.has(request),
    /**
     * Called when the page is gone. Aborts its requests, as the browser would without a vault. `keepalive` requests go on.
     */
    close() {
      for (const { abort, keepalive, upload, resume } of inFlight.values()) {
        // A request whose body is incomplete is aborted even with `keepalive`: the rest of the body will not arrive.
        if (keepalive && !upload) continue
        abort.abort()
        resume()
      }
    },
  }
}

/** Returns a small body, or `undefined` if it is late or fails. Then the head is sent first, so that `fetch` resolves. */
async function inTime(body: Promise<ArrayBuffer>): Promise<ArrayBuffer | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), SMALL_BODY_TIMEOUT)
  })
  const early = await Promise.race([body.catch(() => undefined), timeout])
  clearTimeout(timer)
  return early
}
