import type { AuthError } from '../common/errors.js'
import { serverError } from './errors.js'

/**
 * Returns the body of a request, and counts its bytes while it is read.
 *
 * @param most the maximum length in bytes
 * @param tooLarge creates the error for a longer body
 * @throws AuthError `body-too-large`, also while the body is read
 */
export function limitedBody(
  request: Request,
  most: number,
  tooLarge: () => AuthError = () => serverError('body-too-large'),
): ReadableStream<Uint8Array> | null {
  if (Number(request.headers.get('content-length')) > most) throw tooLarge()
  let count = 0
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      count += chunk.byteLength
      if (count > most) controller.error(tooLarge())
      else controller.enqueue(chunk)
    },
  })
  return request.body?.pipeThrough(counter) ?? null
}

/** Reads the whole body. */
export const bytesOf = (body: ReadableStream<Uint8Array> | null) => new Response(body).arrayBuffer()
