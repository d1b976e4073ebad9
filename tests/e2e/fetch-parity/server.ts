import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'

/** A request as it arrived, and how its connection ended. */
export interface Arrival {
  method: string
  path: string
  headers: Record<string, string[]>
  body: string
  /** For a response that the server never ends: whether the browser has closed the connection. */
  closed?: Promise<boolean>
}

/**
 * Headers that are not compared: `connection`, `accept-language` (Playwright overrides it in pages but not in workers), and
 * client hints, which differ in every case. One case compares the hints; it has `hints` in its query.
 */
const INCIDENTAL = /^(connection|accept-language)$/
const HINTS = /^sec-ch-ua/

/**
 * A server that ignores tokens. The query determines the response: `status`, `statusText`, `type`, `text`, `size`, `headers`
 * (JSON), `location`, `body` (see `parts`), `cors=off`, `cookie`. The server records the requests by the `id` in the query. For
 * an endless response it also records whether the browser closes the connection, unless the query has `closing`.
 */
export function createParityServer() {
  const arrivals = new Map<string, Arrival[]>()
  const waiting: { id: string; count: number; done: () => void }[] = []

  const listener: RequestListener = async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://site')
    const { pathname, searchParams } = url
    const id = searchParams.get('id') ?? ''
    if (pathname.endsWith('-arrived')) {
      response.setHeader('access-control-allow-origin', request.headers.origin ?? '*')
      waiting.push({ id, count: Number(searchParams.get('count')), done: () => response.end() })
      return settle()
    }
    const { socket } = response
    if (request.method === 'OPTIONS' && 'access-control-request-method' in request.headers) {
      socket?.end(`${['HTTP/1.1 204 Fine', ...cors(request), 'Connection: close'].join('\r\n')}\r\n\r\n`)
      return
    }
    const body = Buffer.concat(await request.toArray().catch(() => []))
    const arrival = arrivalOf(request, body, id)
    arrivals.set(id, [...(arrivals.get(id) ?? []), arrival])
    settle()
    const { head, tail, endless } = answerOf(request, searchParams)
    if (endless && !searchParams.has('closing')) {
      arrival.closed = new Promise((resolve) => {
        socket?.once('close', () => resolve(true))
        setTimeout(resolve, 8000, false).unref()
      })
    }
    socket?.write(head, 'latin1')
    if (tail) socket?.write(tail)
    if (!endless) socket?.end()
  }

  function settle() {
    for (const one of [...waiting]) {
      if ((arrivals.get(one.id)?.length ?? 0) < one.count) continue
      waiting.splice(waiting.indexOf(one), 1)
      one.done()
    }
  }

  return { listener, arrivals }
}

/** Serves the listener on its own origin. */
export async function listen(listener: RequestListener) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

function arrivalOf(request: IncomingMessage, body: Buffer, id: string): Arrival {
  const headers: Record<string, string[]> = {}
  const hasHints = request.url?.includes('hints=')
  for (const name of Object.keys(request.headersDistinct).sort()) {
    if (INCIDENTAL.test(name) || (HINTS.test(name) && !hasHints)) continue
    headers[name] = request.headersDistinct[name] ?? []
  }
  // The token is an intended difference. An Authorization header of the caller must not differ.
  if (headers.authorization?.[0]?.startsWith('Bearer ')) delete headers.authorization
  if (headers.cookie) headers.cookie = cookiesOf(headers.cookie.join('; '), id)
  let text = body.toString('latin1')
  const boundary = /^(?:\r\n)?--(\S+?)(?:--)?\r\n/.exec(text)?.[1]
  if (boundary) {
    text = text.replaceAll(boundary, 'boundary')
    headers['content-type'] = (headers['content-type'] ?? []).map((type) =>
      type.replace(boundary, 'boundary'),
    )
    // In Firefox, boundaries differ in length.
    delete headers['content-length']
  }
  const path = (request.url ?? '').replace(id, 'id')
  return { method: request.method ?? '', path, headers, body: text.length > 500 ? digest(text) : text }
}

/** The cookies of the suite: `always`, which the test sets at the start, and `given`, which the server has set in this run. */
function cookiesOf(line: string, id: string) {
  const all = line.split('; ')
  return [
    ['parity=1', 'always'],
    [`${cookieOf(id)}=1`, 'given'],
  ].flatMap(([cookie, name]) => (all.includes(cookie ?? '') ? [name ?? ''] : []))
}

const cookieOf = (id: string | null) => `parity${id?.replace(/\W/g, '')}`

const digest = (text: string) =>
  `${text.length} bytes, sum ${Array.from(text).reduce((sum, char) => (sum * 31 + char.charCodeAt(0)) % 1_000_000_007, 0)}`

function cors({ headers }: IncomingMessage): string[] {
  return [
    `Access-Control-Allow-Origin: ${headers.origin ?? '*'}`,
    'Access-Control-Allow-Credentials: true',
    `Access-Control-Allow-Headers: ${headers['access-control-request-headers'] ?? '*'}`,
    `Access-Control-Allow-Methods: ${headers['access-control-request-method'] ?? '*'}`,
    'Access-Control-Expose-Headers: X-Twice, X-Empty, X-Exposed, ETag, Set-Cookie, Location',
  ]
}

/** The head and the body of the response, as bytes. */
function answerOf(request: IncomingMessage, query: URLSearchParams) {
  const etag = query.get('etag')
  const isFresh = etag !== null && request.headers['if-none-match'] === etag
  const text = Buffer.from(query.get('text') ?? 'body', query.has('latin1') ? 'latin1' : 'utf8')
  const bytes = query.has('size') ? Buffer.alloc(Number(query.get('size')), '0123456789abcdef\n') : text
  const how = isFresh ? 'none' : (query.get('body') ?? 'length')
  const location = query.get('location')
  const lines = [
    `HTTP/1.1 ${isFresh ? 304 : (query.get('status') ?? 200)} ${query.get('statusText') ?? 'Some Reason'}`,
    `Content-Type: ${query.get('type') ?? 'text/plain;charset=utf-8'}`,
    'X-Twice: a',
    'X-Twice: b',
    'X-Empty:',
    'X-Hidden: from other origins',
    'Connection: close',
    ...(query.has('cache') ? [] : ['Cache-Control: no-store']),
    ...(etag === null ? [] : [`ETag: ${etag}`]),
    ...(location === null ? [] : [`Location: ${location}`]),
    ...(query.has('cookie') ? [`Set-Cookie: ${cookieOf(query.get('id'))}=1; Path=/api`] : []),
    ...(JSON.parse(query.get('headers') ?? '[]') as string[]),
    ...(query.get('cors') === 'off' ? [] : cors(request)),
  ]
  if (how === 'no-head') return { head: '', tail: null, endless: true }
  if (how === 'no-answer') return { head: '', tail: null, endless: false }
  const { header, tail, endless = false } = parts(how, bytes)
  const head = `${[...lines, ...header].join('\r\n')}\r\n\r\n`
  return { head, tail: request.method === 'HEAD' ? null : tail, endless }
}

/** The bytes of a body and the headers that describe its encoding. */
function parts(how: string, bytes: Buffer): { header: string[]; tail: Buffer | null; endless?: boolean } {
  const sized = (body: Buffer, ...more: string[]) => ({
    header: [`Content-Length: ${body.length}`, ...more],
    tail: body,
  })
  const chunk = Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])
  const chunked = (...tail: (Buffer | string)[]) => ({
    header: ['Transfer-Encoding: chunked'],
    tail: Buffer.concat(tail.map((part) => Buffer.from(part))),
  })
  const half = bytes.subarray(0, bytes.length / 2)
  const gzip = gzipSync(bytes)
  const kinds: Record<string, () => ReturnType<typeof parts>> = {
    none: () => ({ header: ['Content-Length: 0'], tail: null }),
    length: () => sized(bytes),
    chunked: () => chunked(chunk, '0\r\n\r\n'),
    'chunked-trailer': () => chunked(chunk, '0\r\nX-Trailer: a\r\n\r\n'),
    'chunked-empty': () => chunked('0\r\n\r\n'),
    close: () => ({ header: [], tail: bytes }),
    // Broken: fewer or more bytes than announced, a connection that ends inside a chunk or between two, an invalid length.
    short: () => ({ header: [`Content-Length: ${bytes.length + 10}`], tail: bytes }),
    long: () => ({ header: [`Content-Length: ${half.length}`], tail: bytes }),
    cut: () => chunked(chunk.subarray(0, -4)),
    'cut-between': () => chunked(chunk),
    'bad-chunk': () => chunked(chunk, 'zz\r\n'),
    'odd-length': () => ({ header: ['Content-Length: many'], tail: bytes }),
    // Compressed, some of them incorrectly.
    gzip: () => sized(gzip, 'Content-Encoding: gzip'),
    'gzip-chunked': () => ({
      header: ['Transfer-Encoding: chunked', 'Content-Encoding: gzip'],
      tail: Buffer.concat([
        Buffer.from(`${gzip.length.toString(16)}\r\n`),
        gzip,
        Buffer.from('\r\n0\r\n\r\n'),
      ]),
    }),
    'gzip-head': () => sized(Buffer.alloc(0), 'Content-Encoding: gzip'),
    'gzip-half': () => sized(gzip.subarray(0, gzip.length / 2), 'Content-Encoding: gzip'),
    'bad-gzip': () => sized(bytes, 'Content-Encoding: gzip'),
    'gzip-gzip': () => sized(gzipSync(gzip), 'Content-Encoding: gzip, gzip'),
    deflate: () => sized(deflateSync(bytes), 'Content-Encoding: deflate'),
    brotli: () => sized(brotliCompressSync(bytes), 'Content-Encoding: br'),
    'odd-encoding': () => sized(bytes, 'Content-Encoding: odd'),
    // Never ends.
    endless: () => ({ ...chunked(chunk), endless: true }),
    'endless-length': () => ({ header: ['Content-Length: 100000'], tail: bytes, endless: true }),
  }
  return (kinds[how] ?? kinds.length)?.() as ReturnType<typeof parts>
}
