import { WINDOW } from './port/protocol.js'

/** The body of an answer, as it comes in from the vault chunk by chunk. */
export type Incoming = ReturnType<typeof receive>

/**
 * A body that is asked for a few chunks at a time, as they are read: from the stream, or all at once and past it, since
 * engines take their time for every chunk of a stream that is not their own.
 *
 * @param grant lets the vault send so many chunks more
 * @param stop called when nobody wants the rest
 */
export function receive(grant: (count: number) => unknown, stop: () => void) {
  const queue: Uint8Array<ArrayBuffer>[] = []
  /** Chunks that were granted, and not read yet. */
  let ahead = WINDOW
  let isWanted = false
  let isComplete = false
  /** Nobody reads on. */
  let isClosed = false
  let stopListening: (() => void) | undefined
  let failure: { reason: unknown } | undefined
  let collecting: { resolve(bytes: Uint8Array<ArrayBuffer>): void; reject(reason: unknown): void } | undefined
  let controller!: ReadableStreamDefaultController<Uint8Array> | ReadableByteStreamController

  const source = {
    start(given: typeof controller) {
      controller = given
    },
    pull() {
      isWanted = true
      feed()
    },
    cancel() {
      if (collecting) return
      close()
      stop()
    },
  }
  // What `fetch` gives is a byte stream, where there are any.
  const type = 'ReadableByteStreamController' in globalThis ? 'bytes' : undefined
  const readable = new ReadableStream({ ...source, type } as UnderlyingDefaultSource, { highWaterMark: 0 })

  /** Hands on what the reader of the stream waits for. */
  function feed() {
    if (isClosed) return
    const bytes = isWanted ? queue.shift() : undefined
    if (bytes) {
      isWanted = false
      pass()
      controller.enqueue(bytes)
    }
    if (!isComplete || queue.length > 0) return
    close()
    controller.close()
    // Whoever waits with a buffer of its own is told that nothing comes.
    if ('byobRequest' in controller) controller.byobRequest?.respond(0)
  }

  function close() {
    isClosed = true
    stopListening?.()
  }

  /** A chunk is off the queue: the vault may send more, a few at a time. */
  function pass() {
    ahead -= 1
    if (ahead > WINDOW / 2 || isComplete) return
    grant(WINDOW - ahead)
    ahead = WINDOW
  }

  const incoming = {
    readable,
    push(bytes: Uint8Array<ArrayBuffer>) {
      // No stream takes an empty one.
      if (bytes.length === 0) return pass()
      queue.push(bytes)
      feed()
    },
    /** @param signal until the body has been read, an abort of this signal fails it, as with `fetch` */
    end(signal?: AbortSignal) {
      isComplete = true
      collecting?.resolve(joined(queue))
      feed()
      if (signal && !isClosed) stopListening = failOnAbort(signal, incoming)
    },
    fail(reason: unknown) {
      failure = { reason }
      collecting?.reject(reason)
      if (!isClosed) controller.error(reason)
      close()
    },
    /** All of it; to be called once, and while nobody has touched the stream. */
    collect(): Promise<Uint8Array<ArrayBuffer>> {
      return new Promise((resolve, reject) => {
        if (failure) return reject(failure.reason)
        collecting = { resolve, reject }
        close()
        // The stream counts as used, like the body it stands for.
        readable.cancel()
        if (isComplete) resolve(joined(queue))
        else grant(1e9)
      })
    },
  }
  return incoming
}

/** Without keeping the body: the signal may live as long as the page, and many responses are never read. */
function failOnAbort(signal: AbortSignal, incoming: { fail(reason: unknown): void }): () => void {
  const body = new WeakRef(incoming)
  const onAbort = () => body.deref()?.fail(signal.reason)
  signal.addEventListener('abort', onAbort)
  return () => signal.removeEventListener('abort', onAbort)
}

/** All that a stream has left. Rejects with the error of the stream. */
export async function readAll(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader()
  const parts: Uint8Array<ArrayBuffer>[] = []
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return joined(parts)
    parts.push(value)
  }
}

/** One after the other. A single chunk stays where it is. */
function joined(parts: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  if (parts.length === 1) return parts[0] as Uint8Array<ArrayBuffer>
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
