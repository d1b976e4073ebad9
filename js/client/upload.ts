import { WINDOW } from '../protocol/messages.js'

/**
 * Sends a stream to the vault chunk by chunk, at most {@link WINDOW} chunks ahead of those that the vault has taken. The
 * stream is therefore read only as fast as its chunks pass the port, so that an upload progress that counts the chunks is
 * correct.
 *
 * @param post sends a chunk; called with `null` after the last one
 * @param fail called if the stream cannot be read to its end
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
      // Send a copy: the clone of a view would contain its whole buffer.
      post(done ? null : value.slice())
      if (done) return
      credit -= 1
    }
  }

  pump().catch((cause) => {
    // `fetch` rejects with the same errors if the stream that it sends fails.
    if (!isOver)
      fail(cause instanceof DOMException ? cause : new TypeError('Reading the body failed.', { cause }))
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
