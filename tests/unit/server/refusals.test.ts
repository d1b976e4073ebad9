import { afterAll, beforeAll, expect, test } from 'vitest'
import { Browser, browse, serve } from './browser.js'

const asked: string[] = []
let api: Awaited<ReturnType<typeof serve>>
beforeAll(async () => {
  api = await serve((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.end('{"access_token":"secret-token"}')
  })
})
afterAll(() => api.close())

async function send(method: string, path: string, options: object) {
  const browser = browse({ ...api.options, signIn: '/api/v1/login', refresh: '/api/v1/refresh', ...options })
  await browser.signIn()
  asked.splice(0)
  const response = await browser.fetch(path, { method })
  return { status: response.status, code: (await response.json()).error }
}

/** Spellings of a path that some servers treat as the same path. */
const spellings = (path: string) => [
  path,
  `${path}/`,
  `${path}.json`,
  `${path}.`,
  `${path};v=1`,
  `${path}%3bv=1`,
  `${path}%20`,
  path.toUpperCase(),
  path.replace('v1', 'V1'),
  path.replace(/o|e/, (char) => `%${char.charCodeAt(0).toString(16)}`),
  path.replace('/v1/', '/v1%2F'),
  `${path}%3f`,
  `${path}%23/notes`,
  `${path}%e2%80%8b`,
  path.replace('/v1/', '/v1%20/'),
  path.replace('/v1/', '/v1./'),
  path.replace(/o|e/, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0)),
  path.replace('/v1/', '/v1;a/'),
]

test.each(['/api/v1/login', '/api/v1/refresh'].flatMap(spellings))(
  'promise 24: no rule lets a page request tokens at %s',
  async (path) => {
    const { status, code } = await send('POST', path, { proxy: ['/api/**', '/API/**', 'POST /api/v1/login'] })
    expect([status, code]).toEqual([403, 'endpoint-of-session'])
    expect(asked).toEqual([])
  },
)

test.each([
  '/api/v1/r%2565fresh',
  '/api/v1%5crefresh',
  '/api/v1/x/..%20/refresh',
  '/api/v1/x/..%3f/refresh',
  '/api/v1/%ef%bc%8e/refresh',
])('promise 24: no rule permits %s, a path that servers read differently', async (path) => {
  const { status, code } = await send('POST', path, { proxy: ['/api/**'] })
  expect([status, code]).toEqual([404, 'not-proxied'])
  expect(asked).toEqual([])
})

test.each([
  ['a refresh with another method', 'GET', '/api/v1/refresh', {}],
  ['a GET of a sign-in', 'GET', '/api/v1/login', { signIn: { path: '/api/v1/login', method: 'PUT' } }],
  ['a sign-in with another method', 'PATCH', '/api/v1/login', {}],
  ['a path below a script', 'POST', '/api/login.php/x', { signIn: '/api/login.php' }],
])('promise 24: the proxy decides on %s (%s %s)', async (_, method, path, options) => {
  const isRead = method === 'GET' && path.endsWith('login')
  const { status } = await send(method, path, { proxy: ['/api/**'], ...options })
  expect(status).toBe(isRead ? 200 : 403)
})

test.each([
  ['GET', '/api/v1/login'],
  ['POST', '/api/v1/logins'],
  ['POST', '/api/v1/login/attempts'],
  ['GET', '/api/v1/me'],
  ['DELETE', '/api/v1/logout'],
])('%s %s is not a token endpoint, and is passed on', async (method, path) => {
  expect((await send(method, path, { proxy: ['/api/**'] })).status).toBe(200)
  expect(asked).toEqual([`${method} ${path}`])
})

test('token endpoints are refused to anonymous users', async () => {
  const browser = new Browser(browse({ ...api.options, signIn: '/api/v1/login' }).bff)
  expect((await browser.fetch('/api/v1/login', { method: 'POST' })).status).toBe(403)
})
