import { WINDOW } from '../protocol/messages.js'
import { defer } from './deferred.js'

/** So much of a body is collected in memory before it becomes a blob, which browsers may keep on disk. In bytes. */
const PART_SIZE = 1024 * 1024

/** The body of a request, as it comes in from the page chunk by chunk. */
export type Upload = ReturnType<typeof createUpload>

/**
 * Puts a body together, so that it can be sent twice, and over HTTP/1.1, where Chromium sends no streams. What is in
 * memory of it are at most {@link WINDOW} chunks on their way and the part that is being collected.
 *
 * @param take lets the page send so many chunks more
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
    /** Resolves with all of it, or null if that is empty; rejects when the request is given up. */
    whole,
    /** Takes in a chunk, or the end. */
    push(bytes: Uint8Array<ArrayBuffer> | null) {
      if (bytes instanceof Uint8Array) return push(bytes)
      // As with `fetch`.
      if (bytes !== null) return reject(new TypeError('A chunk of the body is no Uint8Array.'))
      collect()
      const body = new Blob(parts)
      resolve(body.size > 0 ? body : null)
    },
  }
}
