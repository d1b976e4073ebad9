import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'

/** Makes a listener for `node:http` and Express of a function that answers a `Request`. */
export const listenerFor =
  (handle: (request: Request) => Promise<Response>) =>
  async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const closed = new AbortController()
    outgoing.on('close', () => closed.abort())
    const { status, headers, body } = await handle(toRequest(incoming, closed.signal))
    outgoing.statusCode = status
    for (const [name, value] of headers) outgoing.appendHeader(name, value)
    if (!body) return void outgoing.end()
    // The page or the API may break off. The stream ends on both sides then.
    await pipeline(Readable.fromWeb(body as ReadableStream), outgoing).catch(() => {})
  }

function toRequest(incoming: IncomingMessage, signal: AbortSignal): Request {
  const { method = 'GET', url = '/' } = incoming
  const headers = new Headers()
  for (const [name, values] of Object.entries(incoming.headersDistinct))
    for (const value of values ?? []) headers.append(name, value)
  const hasBody = method !== 'GET' && method !== 'HEAD'
  return new Request(`http://${incoming.headers.host}${url}`, {
    method,
    headers,
    signal,
    ...(hasBody && { body: Readable.toWeb(incoming) as BodyInit, duplex: 'half' }),
  })
}
