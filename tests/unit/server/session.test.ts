import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createBff, type ServerEvent } from '../../../js/server/index.js'
import { ADA, BOB, Browser, browse, fakeTime, pass, serve, startApi } from './browser.js'

let server: Awaited<ReturnType<typeof startApi>>
beforeEach(async () => {
  fakeTime()
  server = await startApi()
})
afterEach(() => {
  vi.useRealTimers()
  return server.close()
})

const tokenIn = (text: string) => /eyJ[\w-]+\.[\w-]+\.[\w-]+/.test(text)

test('promise 23: a sign-in sets one cookie that scripts cannot read, and its response contains no token', async () => {
  const browser = browse(server.options)
  const response = await browser.signIn()
  expect(response.headers.getSetCookie()).toEqual([
    expect.stringMatching(
      /^__Host-tokencell=[\w.-]+; Max-Age=2592000; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    ),
  ])
  expect(response.headers.get('cache-control')).toBe('private, no-store')
  const text = await response.text()
  expect(tokenIn(text)).toBe(false)
  expect(JSON.parse(text)).toMatchObject({
    answer: { user: { name: 'Ada' } },
    snapshot: { status: 'authenticated', user: { name: 'Ada' }, claims: { roles: ['admin', 'editor'] } },
  })
})

test('promise 24: pages get the user and the listed claims, and no token', async () => {
  const browser = browse({ ...server.options, claims: ['sub'] })
  expect(await browser.session()).toMatchObject({ status: 'unauthenticated', reason: 'never' })
  await browser.signIn()
  const response = await browser.fetch('/api/auth/session')
  const text = await response.text()
  expect(tokenIn(text)).toBe(false)
  const { snapshot, session } = JSON.parse(text)
  expect(Object.keys(snapshot).sort()).toEqual([
    'claims',
    'claimsAreNewer',
    'endsAt',
    'expiresAt',
    'failure',
    'idle',
    'reason',
    'refreshAt',
    'status',
    'user',
  ])
  expect(Object.keys(snapshot.claims)).toEqual(['sub'])
  expect(session).toMatch(/^[\da-f]{12}$/)
  expect(response.headers.getSetCookie(), 'the session is unchanged').toEqual([])
})

test('a route is found with one slash at the end, and not with two', async () => {
  const browser = browse(server.options)
  expect((await browser.fetch('/api/auth/session/')).status).toBe(200)
  expect((await browser.fetch('/api/auth/session//')).status).toBe(404)
})

test('a refused sign-in returns the error of the API, and an unreachable API returns `unreachable`', async () => {
  const browser = browse(server.options)
  const refused = await browser.signIn({ ...ADA, password: 'wrong' })
  expect([refused.status, await refused.json()]).toMatchObject([
    401,
    { error: 'refused', body: { error: 'credentials' } },
  ])
  server.api.faults.add({ route: 'login', kind: 'status', status: 503 })
  const away = await browser.signIn()
  expect([away.status, (await away.json()).error]).toEqual([503, 'unreachable'])
  server.api.faults.add({ route: 'login', kind: 'status', status: 429, retryAfter: 7 })
  expect(await (await browser.signIn()).json()).toMatchObject({
    error: 'unreachable',
    status: 429,
    retryAfter: 7000,
  })
  await server.close()
  expect((await browser.signIn()).status).toBe(503)
  expect(browser.cookies.size).toBe(0)
})

test('promise 22: thirty requests at the same time with an expired token make one refresh, and all get a response', async () => {
  server.api.configure({ accessTtl: 0.5 })
  const browser = browse(server.options)
  await browser.signIn()
  server.api.configure({ accessTtl: 900 })
  pass(550)
  const before = browser.cookieHeader
  const responses = await Promise.all(Array.from({ length: 30 }, () => browser.fetch('/api/v1/me')))
  expect(responses.map(({ status }) => status)).toEqual(Array(30).fill(200))
  expect(server.refreshes()).toMatchObject({ total: 1, ok: 1 })
  for (const response of responses) expect(response.headers.getSetCookie()).toHaveLength(1)
  expect(browser.cookieHeader).not.toBe(before)
  expect((await browser.fetch('/api/v1/me')).headers.getSetCookie()).toEqual([])
})

test('promise 5: the token is refreshed after 75 % of its lifetime, or earlier after a 401', async () => {
  server.api.configure({ accessTtl: 2 })
  const browser = browse(server.options)
  await browser.signIn()
  await browser.fetch('/api/v1/me')
  expect(server.refreshes().total).toBe(0)
  server.api.configure({ accessTtl: 900 })
  pass(1550)
  expect((await browser.fetch('/api/v1/me')).status).toBe(200)
  expect(server.refreshes().total).toBe(1)
  pass(1050)
  server.api.tokens.expireAll()
  const post = await browser.json('/api/v1/notes', { text: 'again' })
  expect([post.status, server.refreshes().total]).toEqual([201, 2])
})

test('a framework that keeps a clone of every response, as Next does, does not block the second attempt', async () => {
  const browser = browse(server.options)
  await browser.signIn()
  pass(1050)
  server.api.tokens.expireAll()
  const { fetch } = globalThis
  const copies: Response[] = []
  vi.stubGlobal('fetch', async (...args: Parameters<typeof fetch>) => {
    const response = await fetch(...args)
    copies.push(response.clone())
    return response
  })
  expect((await browser.fetch('/api/v1/me')).status).toBe(200)
  vi.unstubAllGlobals()
  expect(copies).toHaveLength(3)
})

test('promise 22: within the grace period, a request with the previous cookie gets the refreshed session', async () => {
  const browser = browse({ ...server.options, grace: 60 })
  await browser.signIn()
  pass(1050)
  server.api.tokens.expireAll()
  const late = new Browser(browser.bff)
  for (const [name, value] of browser.cookies) late.cookies.set(name, value)
  await browser.fetch('/api/v1/me')
  const response = await late.fetch('/api/v1/me')
  expect([response.status, server.refreshes().total]).toEqual([200, 1])
  expect(response.headers.getSetCookie()).toHaveLength(1)
})

test.each<
  [string, fault: Omit<Parameters<typeof server.api.faults.add>[0], 'route'>, expected?: [number, string]]
>([
  ['503', { kind: 'status', status: 503 }],
  ['429 with Retry-After', { kind: 'status', status: 429, retryAfter: 2 }],
  ['a broken connection', { kind: 'drop' }],
  ['a response that is no grant', { kind: 'answer', body: '{"hello":"there"}' }, [502, 'token-missing']],
  ['an empty response', { kind: 'answer' }, [502, 'body-malformed']],
])('promise 9: a session survives a refresh with %s', async (_, fault, expected = [503, 'unreachable']) => {
  server.api.configure({ accessTtl: 1.2, reuseGrace: 10 })
  const browser = browse(server.options)
  // Before anything is connected: it closes the connections that are idle.
  server.api.faults.add({ route: 'refresh', times: 1, ...fault })
  await browser.signIn()
  pass(950)
  expect((await browser.fetch('/api/v1/me')).status, 'the token still works').toBe(200)
  pass(300)
  const away = await browser.fetch('/api/v1/me')
  expect([away.status, (await away.json()).error]).toEqual(expected)
  expect(await browser.session()).toMatchObject({ status: 'authenticated', user: { name: 'Ada' } })
  expect(server.refreshes().total, 'no second refresh at once').toBeLessThanOrEqual(1)
  pass(4000)
  expect((await browser.fetch('/api/v1/me')).status).toBe(200)
})

test('promise 9: a revoked session ends, and its reason is kept until the next sign-in', async () => {
  const browser = browse(server.options)
  await browser.signIn()
  pass(1050)
  server.api.sessions.revokeUser(server.api.accounts.byEmail(ADA.email)?.id ?? '')
  expect((await browser.fetch('/api/v1/me')).status).toBe(401)
  const { total } = server.refreshes()
  expect(await browser.session()).toMatchObject({ status: 'unauthenticated', reason: 'revoked', user: null })
  expect(await browser.session()).toMatchObject({ reason: 'revoked' })
  expect(server.refreshes().total, 'the API gets no more requests').toBe(total)
  await browser.signIn()
  expect(await browser.session()).toMatchObject({ status: 'authenticated' })
})

test('promise 9: the reason that the API gives for ending a session is kept until the next sign-in', async () => {
  server.api.configure({ accessTtl: 0.3 })
  const browser = browse({ ...server.options, fields: { reason: 'error' } })
  await browser.signIn()
  server.api.sessions.revokeUser(server.api.accounts.byEmail(ADA.email)?.id ?? '')
  pass(350)
  for (const _ of [1, 2])
    expect(await browser.session()).toMatchObject({
      status: 'unauthenticated',
      reason: 'revoked',
      serverReason: 'revoked',
    })
  await browser.signIn()
  expect(await browser.session()).not.toHaveProperty('serverReason')
})

test('with an API without refresh, the session expires with its token', async () => {
  server.api.configure({ accessTtl: 0.3 })
  const { refresh: _, ...options } = server.options
  const browser = browse(options)
  await browser.signIn()
  expect((await browser.session()).status).toBe('authenticated')
  pass(350)
  expect(await browser.session()).toMatchObject({ status: 'unauthenticated', reason: 'expired' })
})

test('a session ends after `cookie.maxAge`, even if it was refreshed', async () => {
  server.api.configure({ accessTtl: 0.4 })
  const browser = browse({ ...server.options, cookie: { maxAge: 1 } })
  await browser.signIn()
  server.api.configure({ accessTtl: 900 })
  pass(400)
  expect((await browser.fetch('/api/v1/me')).status).toBe(200)
  expect(server.refreshes().total).toBe(1)
  pass(2000)
  expect((await browser.session()).status).toBe('unauthenticated')
})

test('promise 16: a sign-out waits for a running refresh, reaches the API, and a late response does not undo it', async () => {
  const browser = browse(server.options)
  await browser.signIn()
  pass(1050)
  server.api.tokens.expireAll()
  server.api.faults.add({ route: 'refresh', kind: 'hold' })
  const held = server.api.faults.whenHeld('refresh')
  const late = browser.bff.handle(browser.request('/api/v1/me'))
  await held
  const leaving = browser.signOut()
  server.api.faults.release('refresh')
  expect(await (await leaving).json()).toMatchObject({
    isConfirmed: true,
    snapshot: { reason: 'signed-out' },
  })
  browser.keep((await late).headers.getSetCookie())
  expect([await browser.session(), browser.maxAge]).toMatchObject([{ status: 'unauthenticated' }, 10])
  expect(server.api.state().sessions, 'the API has ended the session').toBe(0)
})

test('promise 16: a sign-out works while the API fails, and the next attempt reaches the API', async () => {
  const browser = browse(server.options)
  await browser.signIn()
  server.api.faults.add({ route: 'logout', kind: 'status', status: 503, times: 1 })
  const response = await browser.signOut()
  expect([response.status, await response.json()]).toMatchObject([200, { isConfirmed: false }])
  expect(await browser.session()).toMatchObject({ status: 'unauthenticated', reason: 'signed-out' })
  expect(server.api.state().sessions).toBe(1)
  expect((await browser.fetch('/api/v1/me')).status, 'the stored credential opens nothing').toBe(401)
  expect(await (await browser.signOut()).json()).toMatchObject({ isConfirmed: true })
  expect([server.api.state().sessions, browser.maxAge]).toEqual([0, 10])
})

test('the cookie after a sign-out contains only the reason, for ten seconds', async () => {
  const browser = browse(server.options)
  await browser.signIn()
  const { length } = browser.cookieHeader
  await browser.signOut()
  expect(browser.cookieHeader.length).toBeLessThan(length / 2)
  expect(await browser.session()).toMatchObject({
    status: 'unauthenticated',
    reason: 'signed-out',
    user: null,
  })
  pass(10_000)
  expect(await browser.session()).toMatchObject({ status: 'unauthenticated', reason: 'never' })
})

test.each(['expired by its own claims', 'refused by the API'])(
  'promise 16: with a token that is %s, the sign-out reaches the API after a refresh',
  async (how) => {
    const browser = browse(server.options)
    await browser.signIn()
    if (how === 'refused by the API')
      server.api.faults.add({ route: 'logout', kind: 'status', status: 401, times: 1 })
    else pass(1_000_000)
    expect(await (await browser.signOut()).json()).toMatchObject({ isConfirmed: true })
    expect([server.refreshes().total, server.api.state().sessions]).toEqual([1, 0])
  },
)

test.each([
  [204, true],
  [303, true],
  [404, true],
  [410, true],
  [401, false],
  [400, true],
  [405, true],
  [422, true],
  [429, false],
  [500, false],
])(
  'promise 16: a sign-out that the API answers with %i counts as confirmed: %s',
  async (status, isConfirmed) => {
    const api = await serve((request, response) => {
      response.statusCode = request.url === '/logout' ? status : 200
      response.end('{"access_token":"secret-token"}')
    })
    const browser = browse({ ...api.options, refresh: '/refresh', signOut: '/logout' })
    await browser.signIn()
    expect(await (await browser.signOut()).json()).toMatchObject({ isConfirmed })
    api.close()
  },
)

test('promise 17: a pending request of one user sets no cookie for the next user', async () => {
  const browser = browse(server.options)
  await browser.signIn(ADA)
  pass(1050)
  server.api.tokens.expireAll()
  server.api.faults.add({ route: 'refresh', kind: 'hold' })
  const held = server.api.faults.whenHeld('refresh')
  const late = browser.bff.handle(browser.request('/api/v1/me'))
  await held
  await browser.signIn(BOB)
  server.api.faults.release('refresh')
  browser.keep((await late).headers.getSetCookie())
  expect(await browser.session()).toMatchObject({ user: { name: 'Bob' } })

  pass(1050)
  server.api.sessions.revokeUser(server.api.accounts.byEmail(BOB.email)?.id ?? '')
  server.api.faults.add({ route: 'refresh', kind: 'hold' })
  const again = server.api.faults.whenHeld('refresh')
  const refused = browser.bff.handle(browser.request('/api/v1/me'))
  await again
  await browser.signIn(ADA)
  server.api.faults.release('refresh')
  browser.keep((await refused).headers.getSetCookie())
  expect(await browser.session(), 'the end of one session does not end the other').toMatchObject({
    user: { name: 'Ada' },
  })
})

test('promise 8: a page that shows another user gets `replaced`, and its request is not sent', async () => {
  const browser = browse(server.options)
  await browser.signIn(ADA)
  const { session } = await (await browser.fetch('/api/auth/session')).json()
  const asked = (name: string) => browser.fetch('/api/v1/me', { headers: { 'x-tokencell-session': name } })
  expect((await asked(session)).status).toBe(200)
  await browser.signIn(BOB)
  const response = await asked(session)
  expect([response.status, (await response.json()).error]).toEqual([409, 'replaced'])
  expect((await asked('')).status, 'a page that shows no user').toBe(409)
})

test('events report what happens, and contain no secret', async () => {
  const events: ServerEvent[] = []
  const browser = new Browser(createBff({ ...server.options, onEvent: (event) => events.push(event) }))
  await browser.signIn()
  pass(1050)
  server.api.tokens.expireAll()
  await browser.fetch('/api/v1/me')
  await browser.signOut()
  expect(events.map(({ type }) => type)).toEqual(['signed-in', 'refreshed', 'signed-out'])
  expect(tokenIn(JSON.stringify(events))).toBe(false)
})
