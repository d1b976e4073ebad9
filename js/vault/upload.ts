import { WINDOW } from '../protocol/messages.js'
import { defer } from './deferred.js'

/** The size at which the collected part of a body becomes a blob, which browsers may keep on disk. In bytes. */
const PART_SIZE = 1024 * 1024

/** The body of a request, as it arrives from the page chunk by chunk. */
export type Upload = ReturnType<typeof createUpload>

/**
 * Collects a body as one blob. A blob can be sent twice. It can also be sent over HTTP/1.1, where Chromium does not send
 * streams. At most {@link WINDOW} chunks in transit and the currently collected part are in memory.
 *
 * @param take allows the page to send this number of further chunks
 */
export function createUpload(signal: AbortSignal, take: (count: number) => void) {
  const parts: Blob[] = []
  let chunks: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  let untold = 0
  const { promise: whole, resolve, reject } = defer<Blob | null>()
  signal.addEventListener('abort', () => reject(signal.reason), { once: true })

  function collect() {
    parts.push(new Blob(chunks))
    chunks = []
    size = 0
  }

  function push(bytes: Uint8Array<ArrayBuffer>) {
    chunks.push(bytes)
    size += bytes.length
    if (size >= PART_SIZE) collect()
    untold += 1
    if (untold < WINDOW / 2) return
    take(untold)
    untold = 0
  }

  return {
    /** Resolves with the whole body, or with `null` if it is empty. Rejects if the request is aborted. */
    whole,
    /** Adds a chunk. `null` means the end of the body. */
    push(bytes: Uint8Array<ArrayBuffer> | null) {
      if (bytes instanceof Uint8Array) return push(bytes)
      // `fetch` rejects with the same error.
      if (bytes !== null) return reject(new TypeError('A chunk of the body is not a Uint8Array.'))
      collect()
      const body = new Blob(parts)
      resolve(body.size > 0 ? body : null)
    },
  }
}
