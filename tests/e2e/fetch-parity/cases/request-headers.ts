import type { Theme } from '../kit.js'

export const requestHeaders: Theme = () => {
  const made: ReturnType<Theme> = {}
  // The browser drops forbidden headers, sets some itself, and sends the rest unchanged.
  const lines: [string, string][] = [
    ['Host', 'a'],
    ['Cookie', 'parity9=1'],
    ['Cookie2', 'a'],
    ['Origin', 'http://a.example'],
    ['Referer', 'http://a.example'],
    ['Content-Length', '5'],
    ['Connection', 'keep-alive'],
    ['Keep-Alive', 'a'],
    ['Transfer-Encoding', 'chunked'],
    ['TE', 'a'],
    ['Trailer', 'a'],
    ['Upgrade', 'a'],
    ['Via', 'a'],
    ['Date', 'a'],
    ['DNT', '1'],
    ['Expect', 'a'],
    ['Accept-Charset', 'a'],
    ['Accept-Encoding', 'a'],
    ['Access-Control-Request-Method', 'PUT'],
    ['Access-Control-Request-Headers', 'a'],
    ['Set-Cookie', 'a=b'],
    ['Sec-Own', 'a'],
    ['Proxy-Own', 'a'],
    ['X-HTTP-Method', 'TRACE'],
    ['X-HTTP-Method-Override', 'a, connect'],
    ['X-Method-Override', 'PUT'],
    ['User-Agent', 'own'],
    ['Accept', 'a/b'],
    ['Content-Type', 'a/b'],
    ['Content-Type', 'no type'],
    ['Content-Language', 'de'],
    ['Range', 'bytes=0-1'],
    ['Cache-Control', 'no-cache'],
    ['Pragma', 'no-cache'],
    ['If-Modified-Since', 'Thu, 01 Jan 1970 00:00:00 GMT'],
    ['Authorization', 'Basic b3du'],
    ['X-Empty', ''],
    ['X-Spaces', '  a b \t'],
    ['X-Latin', 'é'],
    ['X-Line', 'a\nb'],
    ['X-Zero', 'a\0b'],
    ['X-Snowman', '\u2603'],
    ['', 'a'],
    ['a b', 'a'],
    ['é', 'a'],
    ['x:y', 'a'],
    ['__proto__', 'a'],
    ['X-Long', 'a'.repeat(8000)],
    ['Priority', 'u=1'],
  ]
  for (const [name, value] of lines)
    made[`header ${name}: ${value.slice(0, 40)}`] = ({ call }) => call({}, { headers: [[name, value]] })
  return {
    ...made,
    'client hints': ({ call }) => call({ hints: 1 }),
    'headers as pairs with a repeated name': ({ call }) =>
      call(
        {},
        {
          headers: [
            ['x-own', 'a'],
            ['X-Own', 'b'],
            ['x-own', ''],
          ],
        },
      ),
    'headers as a record': ({ call }) => call({}, { headers: { 'X-Own': 'a', 'x-OTHER': 'b' } }),
    'headers as an iterable': ({ call }) =>
      call({}, { headers: new Map([['x-own', 'a']]) as unknown as Headers }),
    'headers as Headers': ({ call }) => {
      const headers = new Headers()
      headers.append('x-own', 'a')
      headers.append('x-own', 'b')
      return call({}, { headers })
    },
    'headers as a triple': ({ call }) =>
      call({}, { headers: [['a', 'b', 'c'] as unknown as [string, string]] }),
    'headers as text': ({ call }) => call({}, { headers: 'x-own: a' as unknown as Headers }),
    'headers of null': ({ call }) => call({}, { headers: null as unknown as Headers }),
    'headers with a number': ({ call }) => call({}, { headers: { 'x-own': 5 as unknown as string } }),
    'headers with undefined': ({ call }) =>
      call({}, { headers: { 'x-own': undefined as unknown as string } }),
    'headers with a symbol': ({ call }) =>
      call({}, { headers: { [Symbol('a')]: 'a' } as unknown as Headers }),
  }
}
