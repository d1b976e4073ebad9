import type { IncomingMessage, RequestListener } from 'node:http'
import { gzipSync } from 'node:zlib'

/** What a request looked like when it arrived. */
export interface Arrival {
  method: string
  path: string
  headers: Record<string, unknown>
  body: string
}

/** What a vault adds, what differs between connections, and what Chromium sends from a page and not from a worker. */
const INCIDENTAL = /^(authorization|connection|accept-language|sec-ch-ua.*)$/

/**
 * A server that knows nothing of tokens, and answers as the query says: `status`, `body` (none, length, chunked, short, cut,
 * gzip, bad-gzip, slow-head, slow-body), `text`, `type`. It notes what arrives under the `id` of the query.
 */
export function createServer(): { listener: RequestListener; arrivals: Map<string, Arrival> } {
  const arrivals = new Map<string, Arrival>()

  const listener: RequestListener = async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://site')
    const id = searchParams.get('id') ?? ''
    searchParams.delete('id')
    arrivals.set(id, {
      method: request.method ?? '',
      path: `${pathname}?${searchParams}`,
      headers: headersOf(request),
      body: (await request.setEncoding('latin1').toArray()).join(''),
    })
    const { socket } = response
    const how = searchParams.get('body') ?? 'length'
    const bytes = Buffer.from(searchParams.get('text') ?? 'body')
    if (how === 'slow-head') return
    const head = [
      `HTTP/1.1 ${searchParams.get('status') ?? 200} Some Reason`,
      `Content-Type: ${searchParams.get('type') ?? 'text/plain;charset=utf-8'}`,
      'X-Twice: a',
      'X-Twice: b',
      'X-Empty:',
      'Cache-Control: no-store',
      'Connection: close',
    ]
    const send = (more: string[], ...parts: (Buffer | string)[]) => {
      socket?.write(`${[...head, ...more].join('\r\n')}\r\n\r\n`)
      for (const part of parts) socket?.write(part)
    }
    const chunk = `${bytes.length.toString(16)}\r\n${bytes.toString('latin1')}\r\n`
    const zipped = gzipSync(bytes)
    switch (how) {
      case 'none':
        send(['Content-Length: 0'])
        break
      case 'length':
        send([`Content-Length: ${bytes.length}`], ...(request.method === 'HEAD' ? [] : [bytes]))
        break
      case 'chunked':
        send(['Transfer-Encoding: chunked'], chunk, '0\r\n\r\n')
        break
      case 'close':
        send([], bytes)
        break
      case 'short':
        send([`Content-Length: ${bytes.length + 10}`], bytes)
        break
      case 'cut':
        send(['Transfer-Encoding: chunked'], chunk)
        break
      case 'gzip':
        send(['Content-Encoding: gzip', `Content-Length: ${zipped.length}`], zipped)
        break
      case 'bad-gzip':
        send(['Content-Encoding: gzip', `Content-Length: ${bytes.length}`], bytes)
        break
      case 'slow-body':
        // The rest never comes.
        return send(['Transfer-Encoding: chunked'], chunk)
    }
    socket?.end()
  }
  return { listener, arrivals }
}

function headersOf({ headers }: IncomingMessage) {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !INCIDENTAL.test(name)))
}
