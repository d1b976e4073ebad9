import type { Theme } from '../kit.js'

export const statuses: Theme = () => {
  const all = [
    200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 299, 300, 301, 302, 303, 304, 305, 306, 307, 308, 399,
    400, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 418, 419, 420, 421,
    422, 423, 424, 425, 426, 428, 429, 431, 451, 499, 500, 501, 502, 503, 504, 505, 506, 507, 508, 510, 511,
    599, 600, 700, 999,
  ]
  const made: ReturnType<Theme> = {}
  for (const status of all)
    for (const body of ['none', 'length', 'chunked'])
      made[`status ${status}, body ${body}`] = ({ call }) => call({ status, body })
  return made
}

/** For a token that is old enough that a 401 causes a refresh. */
export const unauthorized: Theme = () => {
  const made: ReturnType<Theme> = {}
  for (const body of ['none', 'length', 'chunked'])
    made[`status 401, body ${body}`] = ({ call }) => call({ status: 401, body })
  return made
}

export const heads: Theme = () => {
  const made: ReturnType<Theme> = {}
  for (const status of [200, 204, 205, 304, 404, 500])
    for (const body of ['none', 'length', 'chunked', 'gzip'])
      made[`HEAD with status ${status}, body ${body}`] = ({ call }) =>
        call({ status, body }, { method: 'HEAD' })
  for (const status of [204, 205, 304])
    for (const method of ['POST', 'DELETE'])
      made[`${method} with status ${status}`] = ({ call }) => call({ status, body: 'none' }, { method })
  for (const read of ['json', 'formData', 'blob', 'bytes', 'clone', 'reader'] as const)
    made[`${read} of a 204`] = ({ call }) => call({ status: 204, body: 'none' }, {}, read)
  made['204 with a type, as blob'] = ({ call }) =>
    call({ status: 204, body: 'none', type: 'image/png' }, {}, 'blob')
  made['HEAD, as blob'] = ({ call }) => call({ type: 'Image/PNG' }, { method: 'HEAD' }, 'blob')
  made['an empty status text'] = ({ call }) => call({ statusText: '' })
  made['a status text with control characters'] = ({ call }) => call({ statusText: 'a\tb\x01c\x7f' })
  made['a status text in latin-1'] = ({ call }) => call({ statusText: 'D\u00e9j\u00e0' })
  return made
}

export const readings: Theme = (all) => {
  const bodies = [
    ['text/plain', 't\u00e4xt'],
    ['Text/HTML; Charset=UTF-8', '<p>'],
    ['application/json', '{"a":[1,null]}'],
    ['application/json', 'no json'],
    ['application/json', '\ufeff{"a":1}'],
    ['application/x-www-form-urlencoded', 'a=1&b=%20&a=2&c'],
    [
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n',
    ],
    [
      'multipart/form-data; boundary=x',
      '--x\r\nContent-Disposition: form-data; name="f"; filename="\u00e9.txt"\r\nContent-Type: text/css\r\n\r\nb\r\n--x--\r\n',
    ],
    ['multipart/form-data; boundary=x', 'broken'],
    ['nonsense', '\ufeffx'],
    ['', ''],
  ] as const
  const made: ReturnType<Theme> = {}
  bodies.forEach(([type, text], at) => {
    for (const read of all)
      made[`${read} of body ${at}, ${type}`] = ({ call }) => call({ type, text }, {}, read)
  })
  return made
}

export const downloads: Theme = (all) => {
  const made: ReturnType<Theme> = {}
  const ways = [
    'gzip',
    'gzip-chunked',
    'deflate',
    'brotli',
    'gzip-gzip',
    'chunked-trailer',
    'chunked-empty',
    'close',
    'long',
  ]
  for (const body of ways)
    for (const read of ['text', 'bytes', 'reader'] as const)
      made[`${read} of a download with body ${body}`] = ({ call }) =>
        call({ body, text: '{"a":"\u00e9"}' }, {}, read)
  for (const size of [0, 65_536, 65_537, 1_048_577, 3_000_000])
    for (const body of ['length', 'chunked'])
      made[`download of ${size} bytes, ${body}`] = ({ call }) => call({ size, body }, {}, 'arrayBuffer')
  made['download of 3 MB, compressed, by a reader'] = ({ call }) =>
    call({ size: 3_000_000, body: 'gzip' }, {}, 'reader')
  made['download of 3 MB, cloned'] = ({ call }) => call({ size: 3_000_000, body: 'chunked' }, {}, 'clone')
  made['text that is not UTF-8'] = ({ call }) => call({ text: '\u00ff\u00fe\u00e9', latin1: 1 })
  made['text in another charset'] = ({ call }) =>
    call({ text: '\u00e9', latin1: 1, type: 'text/plain; charset=latin1' })
  for (const read of all)
    made[`${read} of an empty body`] = ({ call }) => call({ text: '', type: 'application/json' }, {}, read)
  return made
}

export const brokenDownloads: Theme = (all) => {
  const made: ReturnType<Theme> = {}
  const ways = [
    'short',
    'cut',
    'cut-between',
    'bad-chunk',
    'bad-gzip',
    'gzip-half',
    'gzip-head',
    'odd-encoding',
    'odd-length',
  ]
  for (const body of ways)
    for (const read of all)
      made[`${read} of a broken body, ${body}`] = ({ call }) => call({ body, text: '{"a":1}' }, {}, read)
  for (const body of ['short', 'cut', 'gzip-half'])
    for (const size of [100_000, 2_000_000])
      made[`a broken download of ${size} bytes, ${body}`] = ({ call }) => call({ body, size }, {}, 'bytes')
  made['a connection that closes without a response'] = ({ call }) =>
    call({ body: 'no-answer' }, { method: 'POST' })
  made['a response without CORS headers'] = ({ call }) => call({ cors: 'off' })
  return made
}

export const headersOfResponses: Theme = () => {
  const withHeaders = (...lines: string[]): ReturnType<Theme>[string] => {
    return ({ call }) => call({ headers: JSON.stringify(lines) })
  }
  return {
    'response header: Set-Cookie': withHeaders('Set-Cookie: parity9=1; Path=/nowhere'),
    'response header: latin-1': withHeaders('X-Exposed: \u00e9'),
    'response header: surrounding spaces': withHeaders('X-Exposed:   a b  '),
    'response header: repeated, one value empty': withHeaders(
      'X-Exposed: a',
      'X-Exposed:',
      'X-Exposed: a, b',
    ),
    'response header: 8 KB': withHeaders(`X-Exposed: ${'a'.repeat(8000)}`),
    'response header: 150 of them': withHeaders(
      ...Array.from({ length: 150 }, (_, at) => `X-Many-${at}: ${at}`),
    ),
    'response header: a second Content-Type': withHeaders('Content-Type: text/css'),
    'response header: www-authenticate': withHeaders('WWW-Authenticate: Bearer error="a"'),
    'response header: WWW-Authenticate with a 403': ({ call }) =>
      call({ status: 403, headers: '["WWW-Authenticate: Bearer"]' }),
    'response header: refresh and link': withHeaders('Link: </nothing>; rel=preload', 'X-Exposed: a'),
    'response headers changed by Headers.prototype': async ({ fetch, url, attempt }) => {
      const { headers } = await fetch(url())
      return attempt(() => Headers.prototype.set.call(headers, 'x-new', 'a'))
    },
    'response headers cannot be changed': async ({ fetch, url, attempt }) => {
      const { headers } = await fetch(url())
      const changes = [
        await attempt(() => headers.set('x-new', 'a')),
        await attempt(() => headers.append('x-twice', 'c')),
        await attempt(() => headers.delete('x-twice')),
      ]
      return [changes, [...headers]]
    },
  }
}
