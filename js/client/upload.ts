import { WINDOW } from '../protocol/messages.js'

/**
 * Sends a stream to the vault chunk by chunk, a few ahead of those that have come there. Who counts what is read from the
 * stream, as clients do for the progress of an upload, counts what has gone through the port.
 *
 * @param post sends a chunk, and null after the last one
 * @param fail called when the stream cannot be read to its end
 */
export function createUpload(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  post: (bytes: Uint8Array<ArrayBuffer> | null) => void,
  fail: (error: unknown) => void,
) {
  const reader = stream.getReader()
  let credit = WINDOW
  let isOver = false
  let resume = () => {}

  async function pump() {
    for (;;) {
      if (credit === 0) {
        await new Promise<void>((resolve) => {
          resume = resolve
        })
      }
      const { done, value } = await reader.read()
      if (isOver) return
      // Its owner may use the buffer again.
      post(done ? null : value.slice())
      if (done) return
      credit -= 1
    }
  }

  pump().catch((cause) => {
    // As `fetch` rejects when the stream that it sends breaks.
    if (!isOver) fail(cause instanceof DOMException ? cause : new TypeError('The body broke off.', { cause }))
  })
  return {
    pull(count: number) {
      credit += count
      resume()
    },
    stop(reason: unknown) {
      isOver = true
      reader.cancel(reason).catch(() => {})
    },
  }
}
