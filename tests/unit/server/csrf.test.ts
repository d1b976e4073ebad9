import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Browser, browse, ORIGIN, startApi } from './browser.js'

let server: Awaited<ReturnType<typeof startApi>>
let browser: Browser
beforeAll(async () => {
  server = await startApi()
  browser = browse({ ...server.options, origins: ['https://other.test'] })
  await browser.signIn()
})
afterAll(() => server.close())

/** All entry points: the routes of the session, and requests that are sent on to the API. */
const ways = [
  ['GET', '/api/auth/session'],
  ['POST', '/api/auth/refresh'],
  ['POST', '/api/auth/sign-in'],
  ['POST', '/api/auth/sign-out'],
  ['GET', '/api/v1/me'],
  ['HEAD', '/api/v1/me'],
  ['POST', '/api/v1/notes'],
  ['PUT', '/api/v1/notes'],
  ['PATCH', '/api/v1/notes'],
  ['DELETE', '/api/v1/notes'],
] as const

const xhr = { 'x-requested-with': 'tokencell' }

/** The headers of requests that other sites cause, and of requests with too few headers. */
const forged: [string, Record<string, string>][] = [
  ['a form or image of another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' }],
  ['such a request with the header', { ...xhr, 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' }],
  ['a sibling domain', { ...xhr, 'sec-fetch-site': 'same-site', origin: 'https://evil.app.test' }],
  ['a sandboxed frame', { ...xhr, 'sec-fetch-site': 'cross-site', origin: 'null' }],
  ['a navigation', { 'sec-fetch-site': 'none' }],
  ['a script of our own page, from the API', { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'script' }],
  ['a worker of our own page, from the API', { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'worker' }],
  ['a style of our own page, from the API', { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'style' }],
  ['an image of a sibling domain', { 'sec-fetch-site': 'same-site', 'sec-fetch-dest': 'image' }],
  ['an image of another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'image' }],
  ['an old browser, on another site', { ...xhr, origin: 'https://evil.test' }],
  ['an old browser, on another port', { ...xhr, origin: `${ORIGIN}:444` }],
  ['an old browser, sandboxed', { ...xhr, origin: 'null' }],
  ['an old browser without the header', { origin: ORIGIN }],
  ['a request without headers', {}],
]

const FORM = 'application/x-www-form-urlencoded'

async function send(method: string, path: string, headers: Record<string, string>) {
  const request = new Request(new URL(path, ORIGIN), {
    method,
    headers: { ...headers, cookie: browser.cookieHeader, host: new URL(ORIGIN).host },
  })
  const response = await browser.bff.handle(request)
  return { response, code: method === 'HEAD' ? null : (await response.clone().json()).error }
}

test.each(
  ways.flatMap(([method, path]) => forged.map(([who, headers]) => [method, path, who, headers] as const)),
)('promise 23: %s %s is refused to %s', async (method, path, _, headers) => {
  const before = server.api.journal.entries().length
  const { response, code } = await send(method, path, headers)
  expect([response.status, code]).toEqual([403, method === 'HEAD' ? null : 'csrf-refused'])
  expect(response.headers.getSetCookie()).toEqual([])
  expect(server.api.journal.entries(), 'the API gets no request').toHaveLength(before)
})

test('a request with the header and without an origin may read, and may not change anything', async () => {
  for (const [method, path] of ways) {
    const { response } = await send(method, path, xhr)
    expect(response.status === 403, `${method} ${path}`).toBe(method !== 'GET' && method !== 'HEAD')
  }
})

test.each([
  ['by Sec-Fetch-Site', { 'sec-fetch-site': 'same-origin' }],
  ['by Origin', { origin: ORIGIN }],
  ['by Origin, behind a proxy', { origin: 'https://public.test', 'x-forwarded-host': 'public.test' }],
  ['by a listed Origin', { origin: 'https://other.test' }],
])('a page of our own is accepted: %s', async (_, headers) => {
  const { response } = await send('POST', '/api/auth/refresh', { ...xhr, ...headers })
  expect(response.status).toBe(200)
})

test.each([
  ['an image', 'image'],
  ['a video', 'video'],
  ['an EventSource', 'empty'],
  ['a link', 'document'],
  ['a frame', 'iframe'],
])('%s of our own page needs no header to read, and cannot change anything', async (_, dest) => {
  const headers = { 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': dest, origin: ORIGIN }
  for (const [method, path] of ways) {
    const { response } = await send(method, path, headers)
    expect(response.status === 403, `${method} ${path}`).toBe(method !== 'GET' && method !== 'HEAD')
  }
})

test('a response to a request without the header is sandboxed', async () => {
  const { response } = await send('GET', '/api/v1/me', { 'sec-fetch-site': 'same-origin' })
  expect(response.headers.get('content-security-policy')).toBe('sandbox')
  expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  const { response: asked } = await send('GET', '/api/v1/me', { ...xhr, 'sec-fetch-site': 'same-origin' })
  expect(asked.headers.get('content-security-policy')).toBeNull()
})

test.each([
  ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' }],
  ['a sibling domain', { 'sec-fetch-site': 'same-site', origin: 'https://evil.app.test' }],
  ['another site, in an old browser', { origin: 'https://evil.test' }],
  ['a sandboxed frame', { origin: 'null' }],
  ['an unknown sender', {}],
])('a form is refused if it comes from %s', async (_, headers) => {
  for (const path of ['/api/auth/sign-in', '/api/auth/sign-out']) {
    const { response } = await send('POST', path, { ...headers, 'content-type': FORM })
    expect([response.status, response.headers.getSetCookie()]).toEqual([403, []])
  }
})

test('a form is accepted by the routes sign-in and sign-out only', async () => {
  const headers = { 'sec-fetch-site': 'same-origin', origin: ORIGIN, 'content-type': FORM }
  for (const path of ['/api/auth/refresh', '/api/v1/notes'])
    expect((await send('POST', path, headers)).response.status).toBe(403)
})

test.each([
  ['several hosts', 'https://public.test', { 'x-forwarded-host': 'public.test, inner.test' }],
  ['the last of several', 'https://public.test', { 'x-forwarded-host': 'cdn.test,public.test' }],
  ['the default port of the scheme', 'https://public.test', { 'x-forwarded-host': 'public.test:443' }],
  ['a port', 'https://public.test:8443', { 'x-forwarded-host': 'public.test:8443' }],
  [
    'a port in its own header',
    'https://public.test:8080',
    { 'x-forwarded-host': 'public.test', 'x-forwarded-port': '8080' },
  ],
])('behind a proxy, the host is recognised by Origin: %s', async (_, origin, headers) => {
  const { response } = await send('POST', '/api/auth/refresh', { ...xhr, ...headers, origin })
  expect(response.status).toBe(200)
  const other = { ...xhr, ...headers, origin: 'https://evil.test' }
  expect((await send('POST', '/api/auth/refresh', other)).response.status).toBe(403)
})

const FORM_POST = { 'content-type': FORM }

test.each([
  ['http and https of one host are two origins', 'http://app.test', {}],
  ['on another port', 'http://app.test:80', {}],
  ['on the port of https', 'http://app.test:443', { 'x-forwarded-port': '443' }],
  ['behind a proxy', 'http://public.test', { 'x-forwarded-host': 'public.test' }],
  [
    'behind a proxy that says http',
    'http://public.test',
    { 'x-forwarded-host': 'public.test', 'x-forwarded-proto': 'http' },
  ],
  ['this machine, which uses https', 'http://localhost', { host: 'localhost' }],
  ['a scheme of an app', 'capacitor://localhost', { host: 'localhost' }],
  ['a file', 'file://app.test', {}],
  ['an extension', 'chrome-extension://app.test', {}],
  ['a blob', 'blob:https://app.test', {}],
])('an origin with another scheme is not this one: %s (%s)', async (_, origin, headers) => {
  for (const one of [
    { ...xhr, ...headers, origin },
    { ...FORM_POST, ...headers, origin },
  ]) {
    const { response } = await send('POST', '/api/auth/sign-out', one)
    expect([response.status, origin]).toEqual([403, origin])
  }
})

test.each([
  ['this machine', 'http://localhost:3000', {}, 200],
  ['this machine by its address', 'http://127.0.0.1:3000', {}, 200],
  ['another machine', 'http://192.168.0.7:3000', {}, 403],
  [
    'another machine, with cookies for plain http',
    'http://192.168.0.7:3000',
    { cookie: { secure: false } },
    200,
  ],
  ['a listed origin', 'http://192.168.0.7:3000', { origins: ['http://192.168.0.7:3000'] }, 200],
])(
  'a page over plain http is accepted only where the cookie works: %s',
  async (_, origin, options, status) => {
    const { bff } = browse({ ...server.options, ...options })
    const request = new Request(`${origin}/api/auth/sign-out`, {
      method: 'POST',
      headers: { ...xhr, origin },
    })
    expect((await bff.handle(request)).status).toBe(status)
  },
)

test('a page over https is accepted if a proxy in front sends its requests on over http', async () => {
  const { bff } = browse(server.options)
  const headers = { ...xhr, host: 'app.test', origin: 'https://app.test' }
  const request = new Request('http://app.test/api/auth/sign-out', { method: 'POST', headers })
  expect((await bff.handle(request)).status).toBe(200)
})
