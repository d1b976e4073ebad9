import type { IncomingMessage } from 'node:http'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createBff } from '../../../js/server/index.js'
import { browse, fakeTime, ORIGIN, pass, serve } from './browser.js'

/** An API that records what it gets. Each refresh responds with the next entry of `refreshes`, or with a new token. */
async function open(more: object = {}) {
  const seen: IncomingMessage[] = []
  const refreshes: [status: number, headers: Record<string, string>][] = []
  let grants = 0
  const api = await serve((request, response) => {
    seen.push(request)
    const json = (body: object) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (request.url === '/csrf') return json({ csrf_token: 'form-1' })
    if (request.url === '/me') return json({ name: 'Ada' })
    if (request.url !== '/login' && request.url !== '/refresh') return json({})
    const refusal = request.url === '/refresh' ? refreshes.shift() : undefined
    if (refusal) return void response.writeHead(...refusal).end()
    grants += 1
    json({ access_token: `access-${grants}`, expires_in: 3600 })
  })
  closing.push(api.close)
  const options = { ...api.options, refresh: '/refresh', signOut: '/logout', logger: false as const, ...more }
  const count = (path: string) => seen.filter(({ url }) => url === path).length
  return { options, seen, refreshes, count, browser: browse(options) }
}

const closing: (() => void)[] = []
beforeEach(() => void fakeTime())
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
  for (const close of closing.splice(0)) close()
})

test.each([
  ['a page', {}],
  ['a page, with `headers: ["cookie"]`', { headers: ['Cookie'] }],
])('the API gets no cookie of the caller: %s', async (_, more) => {
  const { browser, seen } = await open(more)
  browser.cookies.set('other', 'of-the-page')
  await browser.signIn()
  await browser.fetch('/api/notes')
  await browser.fetch('/api/notes', { method: 'POST' })
  expect(seen.filter(({ headers }) => headers.cookie !== undefined)).toEqual([])
})

test.each([
  ['signed in', true],
  ['anonymous', false],
])('the API gets no cookie that code of the server puts into `fetch`: %s', async (_, isSignedIn) => {
  const { browser, options, seen } = await open()
  if (isSignedIn) await browser.signIn()
  const session = createBff(options).open(browser.cookieHeader, true, new Request(ORIGIN))
  const headers = { cookie: 'other=of-the-caller', 'x-kept': 'yes' }
  await session.fetch('/api/notes', { headers })
  await session.fetch(new Request(`${options.api}/api/notes`, { headers }))
  const asked = seen.filter(({ url }) => url === '/api/notes')
  expect(asked.map((one) => [one.headers.cookie, one.headers['x-kept']])).toEqual([
    [undefined, 'yes'],
    [undefined, 'yes'],
  ])
})

test('every request to the API bypasses the cache of the platform, which does not know users', async () => {
  const { browser } = await open({
    user: '/me',
    csrf: { header: 'X-Form', from: { endpoint: '/csrf' } },
  })
  const asked = new Map<string, unknown>()
  const { fetch } = globalThis
  vi.spyOn(globalThis, 'fetch').mockImplementation((input, init) => {
    const { pathname } = new URL(input instanceof Request ? input.url : String(input))
    asked.set(pathname, init?.cache ?? (input as Request).cache)
    return fetch(input, init)
  })
  await browser.signIn()
  await browser.fetch('/api/notes')
  await browser.fetch('/api/auth/refresh', { method: 'POST' })
  pass(3_700_000)
  await browser.session()
  await browser.signOut()
  expect(Object.fromEntries(asked)).toEqual({
    '/api/notes': 'no-store',
    '/csrf': 'no-store',
    '/login': 'no-store',
    '/logout': 'no-store',
    '/me': 'no-store',
    '/refresh': 'no-store',
  })
})

test.each([
  ['/api/auth/session', 'GET'],
  ['/api/auth/sign-in', 'POST'],
  ['/api/auth/refresh', 'POST'],
  ['/api/auth/refresh?to=/', 'GET'],
  ['/api/auth/user', 'POST'],
  ['/api/auth/stay', 'POST'],
  ['/api/auth/sign-out', 'POST'],
  ['/api/notes', 'GET'],
  ['/elsewhere', 'GET'],
])('no cache may store the response to %s (%s), signed in or not', async (path, method) => {
  const { browser } = await open()
  for (const isSignedIn of [false, true]) {
    if (isSignedIn) await browser.signIn()
    const { headers } = await browser.fetch(path, { method })
    expect([headers.get('cache-control'), headers.get('vary')]).toEqual(['private, no-store', 'cookie'])
  }
})

const DUE = 2_800_000

test.each([
  ['none', {}, 2],
  ['0', { 'retry-after': '0' }, 1],
  ['a date in the past', { 'retry-after': 'Thu, 01 Jan 2015 00:00:00 GMT' }, 2],
  ['negative', { 'retry-after': '-5' }, 2],
  ['7 s', { 'retry-after': '7' }, 7],
  ['an hour', { 'retry-after': '3600' }, 60],
  ['a number that no clock has', { 'retry-after': '9'.repeat(30) }, 60],
  ['a date far away', { 'retry-after': 'Fri, 01 Jan 2100 00:00:00 GMT' }, 60],
])(
  'a failed refresh is repeated after the time of Retry-After, within 1 s and 60 s: %s',
  async (_, headers, seconds) => {
    const { browser, count, refreshes } = await open()
    await browser.signIn()
    pass(DUE)
    refreshes.push([503, headers as Record<string, string>])
    await browser.session()
    expect(count('/refresh')).toBe(1)
    pass(seconds * 1000 - 10)
    await browser.session()
    expect(count('/refresh'), 'before that time').toBe(1)
    pass(20)
    await browser.session()
    expect(count('/refresh'), 'after that time').toBe(2)
  },
)

test('the cookies that the API has set for `csrf.from` go along no redirect to another origin', async () => {
  const reached: IncomingMessage[] = []
  const storage = await serve((request, response) => {
    reached.push(request)
    response.end('the file')
  })
  const seen: IncomingMessage[] = []
  const api = await serve((request, response) => {
    seen.push(request)
    if (request.url === '/api/file')
      return void response.writeHead(302, { location: `${storage.url}/file` }).end()
    response.setHeader('set-cookie', 'api-session=of-the-api; Path=/; HttpOnly')
    response.setHeader('x-form', 'form-1')
    response.end('{"access_token":"secret-token"}')
  })
  closing.push(api.close, storage.close)
  const csrf = { header: 'X-Form', from: { responseHeader: 'X-Form' } }
  const options = { ...api.options, csrf, redirects: [storage.url] }
  const browser = browse(options)
  await browser.signIn()
  const session = createBff(options).open(browser.cookieHeader, true, new Request(ORIGIN))
  expect(await (await session.fetch('/api/file')).text()).toBe('the file')
  expect(seen.at(-1)?.headers.cookie).toBe('api-session=of-the-api')
  expect(reached.map(({ headers }) => [headers.cookie, headers.authorization])).toEqual([
    [undefined, undefined],
  ])
})

test('what a refresh does not repeat stays in the session: the refresh token, the end of the session and the user', async () => {
  const sent: unknown[] = []
  const endsAt = Math.floor(Date.now() / 1000) + 86_400
  const api = await serve(async (request, response) => {
    const body = (await request.setEncoding('utf8').toArray()).join('')
    const isSignIn = request.url === '/login'
    if (!isSignIn) sent.push(JSON.parse(body))
    const first = { refresh_token: 'refresh-1', session_ends: endsAt, user: { name: 'Ada' } }
    const next = { access_token: `access-${sent.length}`, expires_in: 3600 }
    response.end(JSON.stringify({ ...next, ...(isSignIn && first) }))
  })
  closing.push(api.close)
  const fields = { endsAt: 'session_ends' }
  const browser = browse({ ...api.options, refresh: '/refresh', refreshToken: 'body', fields })
  await browser.signIn()
  for (const _ of [1, 2, 3]) {
    pass(3_700_000)
    expect(await browser.session()).toMatchObject({
      status: 'authenticated',
      endsAt: endsAt * 1000,
      user: { name: 'Ada' },
    })
  }
  expect(sent).toEqual(Array(3).fill({ refresh_token: 'refresh-1' }))
})
