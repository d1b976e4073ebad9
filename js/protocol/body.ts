import { WINDOW } from './messages.js'

/** The body of a response, as it arrives from the vault chunk by chunk. */
export type Incoming = ReturnType<typeof receive>

/**
 * Creates the stream of a body. While the stream is read, it requests a few chunks at a time.
 *
 * @param grant allows the vault to send this number of further chunks
 * @param stop called when the reader cancels
 */
export function receive(grant: (count: number) => unknown, stop: () => void) {
  /** The number of chunks that were granted and have not arrived. */
  let expected = WINDOW
  let isComplete = false
  let stopListening = () => {}
  let controller!: ReadableStreamDefaultController<Uint8Array> | ReadableByteStreamController

  const source = {
    // `fetch` returns a byte stream, in browsers that have byte streams.
    type: 'ReadableByteStreamController' in globalThis ? 'bytes' : undefined,
    start(given: typeof controller) {
      controller = given
    },
    /** Called when a reader waits and the queue is empty. Requests more chunks when half of the window is used. */
    pull() {
      if (isComplete) return close()
      if (expected > WINDOW / 2) return
      grant(WINDOW - expected)
      expected = WINDOW
    },
    cancel() {
      stopListening()
      stop()
    },
  }

  function close() {
    stopListening()
    controller.close()
    // Complete a pending read into the reader's own buffer (BYOB) with 0 bytes; otherwise it would never settle.
    if ('byobRequest' in controller) controller.byobRequest?.respond(0)
  }

  const readable = new ReadableStream(source as UnderlyingDefaultSource, { highWaterMark: 0 })

  return {
    readable,
    push(bytes: Uint8Array<ArrayBuffer>) {
      expected -= 1
      if (bytes.length > 0) controller.enqueue(bytes)
      // A byte stream does not accept an empty chunk, and the reader still waits for the next one.
      else source.pull()
    },
    /** @param signal if it is aborted before the body has been read, the body fails, as with `fetch` */
    end(signal: AbortSignal) {
      isComplete = true
      if (controller.desiredSize === 0) close()
      else stopListening = failOnAbort(signal, controller)
    },
    fail: (reason: unknown) => controller.error(reason),
  }
}

/**
 * Fails the body when the signal is aborted. The listener holds only a weak reference to the body: the signal may exist as
 * long as the page, and many responses are never read.
 */
function failOnAbort(signal: AbortSignal, body: { error(reason: unknown): void }): () => void {
  const weak = new WeakRef(body)
  const onAbort = () => weak.deref()?.error(signal.reason)
  signal.addEventListener('abort', onAbort)
  return () => signal.removeEventListener('abort', onAbort)
}

/** Reads the rest of a stream. Rejects with the error of the stream. */
export async function readAll(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader()
  const parts: Uint8Array<ArrayBuffer>[] = []
  let length = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    parts.push(value)
    length += value.length
  }
  // A single chunk is not copied.
  const [first] = parts
  if (first?.length === length) return first
  const bytes = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
