import { WINDOW } from './messages.js'

/** The body of an answer, as it comes in from the vault chunk by chunk. */
export type Incoming = ReturnType<typeof receive>

/**
 * A body that is asked for a few chunks at a time, as its stream is read.
 *
 * @param grant lets the vault send so many chunks more
 * @param stop called when the reader cancels
 */
export function receive(grant: (count: number) => unknown, stop: () => void) {
  /** Chunks that were granted and have not come. */
  let expected = WINDOW
  let isComplete = false
  let stopListening = () => {}
  let controller!: ReadableStreamDefaultController<Uint8Array> | ReadableByteStreamController

  const source = {
    // What `fetch` gives is a byte stream, where there are any.
    type: 'ReadableByteStreamController' in globalThis ? 'bytes' : undefined,
    start(given: typeof controller) {
      controller = given
    },
    /** Called when a reader waits and the queue is empty. */
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
    // A read into a buffer of the reader's own would wait for ever.
    if ('byobRequest' in controller) controller.byobRequest?.respond(0)
  }

  const readable = new ReadableStream(source as UnderlyingDefaultSource, { highWaterMark: 0 })

  return {
    readable,
    push(bytes: Uint8Array<ArrayBuffer>) {
      expected -= 1
      if (bytes.length > 0) controller.enqueue(bytes)
      // No stream takes an empty one, and its reader still waits.
      else source.pull()
    },
    /** @param signal until the body has been read, an abort of this signal fails it, as with `fetch` */
    end(signal: AbortSignal) {
      isComplete = true
      if (controller.desiredSize === 0) close()
      else stopListening = failOnAbort(signal, controller)
    },
    fail: (reason: unknown) => controller.error(reason),
  }
}

/** Without keeping the body: the signal may live as long as the page, and many responses are never read. */
function failOnAbort(signal: AbortSignal, body: { error(reason: unknown): void }): () => void {
  const weak = new WeakRef(body)
  const onAbort = () => weak.deref()?.error(signal.reason)
  signal.addEventListener('abort', onAbort)
  return () => signal.removeEventListener('abort', onAbort)
}

/** All that a stream has left. Rejects with the error of the stream. */
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
  // A single chunk stays where it is.
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
