import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { createBff } from '../../../js/server/index.js'
import { Browser, ORIGIN, SECRET, serve } from './browser.js'
import { recordingApi } from './recording-api.js'

const api = recordingApi()

test.each([
  ['/api/notes', '/api/notes', true],
  ['/api/notes', '/api/notes/', true],
  ['/api/notes', '/api/notes/1', false],
  ['/api/notes', '/api/Notes', false],
  ['/api/notes/*', '/api/notes/1', true],
  ['/api/notes/*', '/api/notes/', false],
  ['/api/notes/*', '/api/notes/1/2', false],
  ['/api/*/text', '/api/7/text', true],
  ['/api/notes/**', '/api/notes/1/2', true],
  ['/api/notes/**', '/api/notes', true],
  ['/api/notes/**', '/api/notes/', true],
  ['/api/notes/*', '/api/notes/100%25', true],
  ['/api/notes/*', '/api/notes/group%2Fname', false],
  ['/api/notes/**', '/api/notes/group%2Fname', true],
  ['/api/notes/**', '/api/notesandmore/1', false],
  ['GET /api/notes', '/api/notes', true],
  ['POST /api/notes', '/api/notes', false],
])('promise 23: the rule %s allows the path %s: %s', async (rule, path, isAllowed) => {
  const browser = await api.signedIn([rule])
  expect((await browser.fetch(path)).status).toBe(isAllowed ? 200 : 404)
  expect(api.seen).toHaveLength(isAllowed ? 1 : 0)
})

test.each([
  ['/api/me', '/api/me', '/api/me'],
  ['/api/me', '/api/me/', '/api/me'],
  ['/api/me/', '/api/me', '/api/me/'],
  ['/api/*', '/api/me/', '/api/me'],
  ['/api/**', '/api/me', '/api/me'],
  ['/api/**', '/api/me/', '/api/me/'],
  ['/api/**/', '/api/me', '/api/me/'],
  ['/api/**', '/api/a%2Fb', '/api/a%2Fb'],
  ['/api/**', '/api/100%25', '/api/100%25'],
])(
  'a rule decides whether the path ends with a slash: by the rule %s, %s is sent to the API as %s',
  async (rule, path, asked) => {
    const browser = await api.signedIn([rule])
    expect((await browser.fetch(path)).status).toBe(200)
    expect(api.seen.map(({ request }) => request.url)).toEqual([asked])
  },
)

test.each([
  '/api/../admin',
  '/api/%2e%2e/admin',
  '/api/.%2E/admin',
  '/api/..\\admin',
  '/api\\..\\admin',
  '/api/notes/..%2fadmin',
  '/api/notes%2f..%2fadmin',
  '/api/%252e%252e/admin',
  '/api/notes%5c..%5cadmin',
  '/api//admin',
  '//evil.test/api/notes',
  '/api/notes//evil.test',
  '/api/notes/%00',
  '/api/notes/%0d%0aX-Injected:1',
  '/api/.../admin',
  '/api/notes/..;/admin',
  '/api/notes/..;x=1/..;/admin',
  '/api/notes/..%3b/admin',
  '/api/notes/.%3Bx/admin',
  '/admin',
])('promise 23: %s is refused, and the API gets no request', async (path) => {
  const browser = await api.signedIn(['/api/**'])
  const request = browser.request('/')
  const response = await browser.bff.handle(new Request(ORIGIN + path, request))
  expect(response.status).toBe(404)
  expect(api.seen).toEqual([])
})

test('promise 23: a request with an absolute URL, a foreign host or forwarding headers is sent to the API only', async () => {
  const browser = await api.signedIn(['/api/**'])
  const headers = {
    host: 'evil.test',
    'x-forwarded-host': 'evil.test',
    'x-forwarded-proto': 'https',
    forwarded: 'host=evil.test',
  }
  for (const target of [
    'http://169.254.169.254/api/notes',
    'https://evil.test/api/notes',
    `${ORIGIN}/api/notes`,
  ]) {
    const response = await browser.bff.handle(new Request(target, browser.request('/', { headers })))
    expect(response.status).toBe(200)
  }
  expect(api.seen.map(({ request }) => request.headers.host)).toEqual(Array(3).fill(new URL(api.url).host))
  expect(
    api.seen.flatMap(({ request }) => Object.keys(request.headers).filter((name) => /forward/.test(name))),
  ).toEqual([])
})

test('promise 23: a request to the API has the token, and no cookies, hop-by-hop headers or unlisted headers of the page', async () => {
  const browser = await api.signedIn(['/api/**'], {
    headers: ['X-Tenant'],
    forward: () => ({ 'X-Forwarded-For': '192.0.2.1' }),
  })
  browser.cookies.set('other', 'tracking')
  await browser.fetch('/api/notes?a=1', {
    headers: {
      accept: 'text/plain',
      authorization: 'Bearer of-the-page',
      cookie: `${browser.cookieHeader}; more=1`,
      'proxy-authorization': 'x',
      te: 'trailers',
      'x-http-method-override': 'DELETE',
      'x-original-url': '/admin',
      'x-forwarded-for': '10.0.0.1',
      'x-tenant': 'a',
      'x-unlisted': 'b',
      origin: ORIGIN,
      referer: ORIGIN,
    },
  })
  const { headers, url: path } = (api.seen[0] as (typeof api.seen)[0]).request
  expect(path).toBe('/api/notes?a=1')
  expect(headers).toMatchObject({
    accept: 'text/plain',
    authorization: 'Bearer secret-token',
    'x-tenant': 'a',
    'x-forwarded-for': '192.0.2.1',
  })
  const unwanted = ['cookie', 'origin', 'proxy-authorization', 'referer', 'te', 'x-http-method-override']
  expect(
    Object.keys(headers).filter((name) =>
      [...unwanted, 'x-original-url', 'x-unlisted', 'x-requested-with'].includes(name),
    ),
  ).toEqual([])
})

test('promise 23: a response of the API reaches the page without cookies, tokens and hop-by-hop headers, and is not cached', async () => {
  api.answer = (_, response) => {
    response.writeHead(201, {
      'content-type': 'text/plain',
      etag: '"1"',
      'retry-after': '5',
      'set-cookie': ['upstream=2', '__Host-tokencell=stolen'],
      authorization: 'Bearer secret-token',
      'cache-control': 'public, max-age=600',
      'access-control-allow-origin': '*',
      'clear-site-data': '"*"',
      'cdn-cache-control': 'public, max-age=600',
      'vercel-cdn-cache-control': 'public, max-age=600',
      'surrogate-control': 'max-age=600',
      'edge-control': 'max-age=600',
      'x-accel-expires': '600',
      'x-accel-redirect': '/internal',
      'x-sendfile': '/etc/passwd',
      'x-lighttpd-send-file': '/etc/passwd',
      expires: 'Thu, 01 Jan 2099 00:00:00 GMT',
      pragma: 'public',
      age: '5',
      'x-request-id': 'r1',
    })
    response.end('text')
  }
  const browser = await api.signedIn(['/api/**'])
  const response = await browser.fetch('/api/notes')
  expect([response.status, await response.text()]).toEqual([201, 'text'])
  expect(Object.fromEntries(response.headers)).toEqual({
    'cache-control': 'private, no-store',
    'content-type': 'text/plain',
    date: expect.any(String),
    etag: '"1"',
    'retry-after': '5',
    vary: 'cookie',
    'x-request-id': 'r1',
    'x-tokencell-generation': '1',
  })
})

test.each([
  ['/api/notes/2?a=1#b', 302, '/api/notes/2?a=1#b'],
  ['notes/3', 307, '/api/notes/3'],
  ['https://evil.test/', 502, null],
  ['//evil.test/', 502, null],
  ['/api/..//evil.test', 502, null],
  ['/\\evil.test', 502, null],
  ['http://[', 502, null],
])('promise 23: a redirect of the API to %s gets status %i', async (location, status, followed) => {
  api.answer = (_, response) => void response.writeHead(status === 502 ? 302 : status, { location }).end()
  const response = await (await api.signedIn(['/api/**'])).fetch('/api/notes')
  expect([response.status, response.headers.get('location')]).toEqual([status, followed])
  const { error } = await response.json().catch(() => ({}))
  expect(error).toBe(status === 502 ? 'redirect-not-listed' : undefined)
  expect(api.seen, 'this server follows no redirect').toHaveLength(1)
})

test.each([
  ['https://storage.test/objects/1', null],
  ['/api/notes/a%2Fb', '/api/notes/a%2Fb'],
  ['/api/notes/..%2Fb', null],
  ['http://[', null],
  ['/api/notes/1', '/api/notes/1'],
])('a 201 response passes its body, and a location on this API only: %s', async (location, told) => {
  api.answer = (_, response) => void response.writeHead(201, { location }).end('{"id":1}')
  const response = await (await api.signedIn(['/api/**'])).fetch('/api/notes', { method: 'POST' })
  expect([response.status, response.headers.get('location'), await response.json()]).toEqual([
    201,
    told,
    { id: 1 },
  ])
})

test('a redirect to a listed origin is passed to the page', async () => {
  const signed = 'https://bucket.test/a.pdf?X-Amz-Signature=1'
  api.answer = (_, response) => void response.writeHead(302, { location: signed }).end()
  const browser = await api.signedIn(['/api/**'], { redirects: ['https://bucket.test'] })
  const response = await browser.fetch('/api/file')
  expect([response.status, response.headers.get('location')]).toEqual([302, signed])
  api.answer = (_, one) => void one.writeHead(302, { location: 'https://bucket.test.evil.test/' }).end()
  expect((await browser.fetch('/api/file')).status).toBe(502)
})

test('promise 13: on the server, a GET follows a redirect to a listed origin, without the token and headers for the API', async () => {
  const reached: IncomingMessage[] = []
  const storage = await serve((request, response) => {
    reached.push(request)
    response.end('the file')
  })
  api.answer = (_, response) => void response.writeHead(302, { location: `${storage.url}/a.pdf` }).end()
  const browser = await api.signedIn([], { redirects: [storage.url] })
  const session = browser.bff.open(browser.cookieHeader, false, browser.request('/'))
  const headers = { accept: 'application/pdf', range: 'bytes=0-', 'x-api-key': 'k' }
  expect(await (await session.fetch('/api/file', { headers })).text()).toBe('the file')
  expect(
    reached.map(({ headers: got }) => [got.accept, got.range, got['x-api-key'], got.authorization]),
  ).toEqual([['application/pdf', 'bytes=0-', undefined, undefined]])
  api.answer = (_, response) => void response.writeHead(307, { location: `${storage.url}/a.pdf` }).end()
  const post = session.fetch('/api/file', { method: 'POST', body: 'a' })
  await expect(post).rejects.toMatchObject({ code: 'endpoint-outside-origins' })
  expect(reached).toHaveLength(1)
  storage.close()
})

test('links to the API are changed to links to this server', async () => {
  api.answer = (_, response) =>
    void response
      .setHeader('link', [
        `<${api.url}/api/notes?page=2>; rel="next", </api/notes?page=9>; rel=last`,
        `<?page=1>; rel=first, <https://docs.test/a>; rel=help`,
      ])
      .setHeader('content-location', `${api.url}/api/notes/1`)
      .end()
  const { headers } = await (await api.signedIn(['/api/**'])).fetch('/api/notes')
  expect(headers.get('link')).toBe(
    '</api/notes?page=2>; rel="next", </api/notes?page=9>; rel=last, <?page=1>; rel=first, <https://docs.test/a>; rel=help',
  )
  expect(headers.get('content-location')).toBe('/api/notes/1')
})

test('an invalid reason phrase is omitted, and an unknown status is an error with a code', async () => {
  let line = 'HTTP/1.1 200 Prêt \u2713'
  api.answer = (request) =>
    void request.socket.end(`${line}\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok`)
  const browser = await api.signedIn(['/api/**'])
  const response = await browser.fetch('/api/notes')
  expect([response.status, response.statusText, await response.text()]).toEqual([200, '', 'ok'])
  line = 'HTTP/1.1 999 Odd'
  const odd = await browser.fetch('/api/notes')
  expect([odd.status, (await odd.json()).error]).toEqual([502, 'status-unknown'])
})

test.each([
  ['events', { 'content-type': 'text/event-stream; charset=utf-8' }, 'no'],
  [
    'responses that the API marks as unbuffered',
    { 'content-type': 'application/x-ndjson', 'x-accel-buffering': 'no' },
    'no',
  ],
  ['other responses', { 'content-type': 'application/json' }, null],
])('buffering in nginx is disabled only for streams: %s', async (_, headers, buffering) => {
  api.answer = (_, response) => void response.writeHead(200, headers).end('{}')
  const response = await (await api.signedIn(['/api/**'])).fetch('/api/events')
  expect(response.headers.get('x-accel-buffering')).toBe(buffering)
})

test('promise 13: on the server, `session.fetch` sends requests to the API only, also after a redirect', async () => {
  const reached: (string | undefined)[] = []
  const elsewhere = await serve((request, response) => {
    reached.push(request.url)
    response.end()
  })
  const browser = await api.signedIn([])
  const session = browser.bff.open(browser.cookieHeader, false, browser.request('/'))
  const outside = { code: 'endpoint-outside-origins' }
  for (const status of [301, 302, 303, 307, 308]) {
    api.answer = (_, response) => void response.writeHead(status, { location: elsewhere.url }).end()
    const init = { method: 'POST', body: '{"card":"4111"}', headers: { 'x-api-key': 'k' } }
    await expect(session.fetch('/api/moved', init)).rejects.toMatchObject(outside)
    expect((await session.fetch('/api/moved', { ...init, redirect: 'manual' })).status).toBe(status)
  }
  await expect(session.fetch(elsewhere.url)).rejects.toMatchObject(outside)
  await expect(session.fetch('//evil.test/')).rejects.toMatchObject(outside)
  expect(reached).toEqual([])
  elsewhere.close()
})

test.each([
  [302, 'POST', 'GET', ''],
  [303, 'PUT', 'GET', ''],
  [307, 'POST', 'POST', 'text'],
  [308, 'PUT', 'PUT', 'text'],
  [302, 'PUT', 'PUT', 'text'],
])(
  'promise 12: within the API, a redirect with %i of a %s is followed as `fetch` does',
  async (status, method, ...then) => {
    api.answer = (request, response) => {
      if (request.url === '/api/moved') response.writeHead(status, { location: '/api/here' })
      response.end()
    }
    const browser = await api.signedIn([])
    await browser.bff
      .open(browser.cookieHeader, false, browser.request('/'))
      .fetch('/api/moved', { method, body: 'text' })
    const [, last] = api.seen
    expect([last?.request.method, last?.body, last?.request.headers.authorization]).toEqual([
      ...then,
      'Bearer secret-token',
    ])
  },
)

test('a request of a page without a session is sent without a token', async () => {
  const browser = new Browser(
    createBff({ api: api.url, secret: SECRET, signIn: '/login', proxy: ['/api/**'] }),
  )
  expect(
    (await browser.fetch('/api/notes', { headers: { authorization: 'Bearer of-the-page' } })).status,
  ).toBe(200)
  expect(api.seen[0]?.request.headers.authorization).toBeUndefined()
})
