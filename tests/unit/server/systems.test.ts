import { afterEach, expect, test, vi } from 'vitest'
import { rolesOf } from '../../../js/common/guard.js'
import { presets } from '../../../js/presets.js'
import type { BffOptions, ServerEvent } from '../../../js/server/index.js'
import type { Host } from '../../systems/host.js'
import { startS0 } from '../../systems/s0-headless.js'
import { startS1 } from '../../systems/s1-devise-jwt.js'
import { startS2 } from '../../systems/s2-rails-jwt.js'
import { startS3 } from '../../systems/s3-express.js'
import { ADA, Browser, browse, fakeTime, pass, SECRET } from './browser.js'

/** The options are those of `tests/systems/vaults`. */

const closing: Host[] = []
afterEach(async () => {
  vi.useRealTimers()
  for (const system of closing.splice(0)) await system.close()
})

function open(system: Host, options: Omit<BffOptions, 'api' | 'secret'>) {
  closing.push(system)
  const events: ServerEvent[] = []
  const browser = browse({
    ...options,
    api: system.url,
    secret: SECRET,
    logger: false,
    onEvent: (event) => void events.push(event),
  })
  return { browser, events, system }
}

const signUp = async (browser: Browser, body: object) =>
  (await browser.json('/api/auth/sign-in?by=signUp', body)).json()

/** Requests that have the cookie as it is now. */
async function tenAtOnce({ bff, cookies }: Browser, path: string) {
  const tabs = Array.from({ length: 10 }, () => new Browser(bff))
  for (const tab of tabs) for (const [name, value] of cookies) tab.cookies.set(name, value)
  return Promise.all(tabs.map(async (tab) => (await tab.fetch(path)).status))
}

const CLARA = { email: 'clara@example.com', password: 'tr0ub4dor&3', name: 'Clara' }

async function openS0(tokenIn: 'body' | 'header' = 'header') {
  const system = await startS0({ lifetime: 60, tokenIn })
  return {
    ...open(system, {
      signIn: '/users/sign_in',
      signOut: { method: 'DELETE', path: '/users/sign_out' },
      exchanges: { signUp: '/users' },
      user: '/users/current',
      fields: { accessToken: 'token' },
      csrf: { header: 'X-CSRF-Token', from: { field: 'csrf_token' } },
      renewHeader: 'Authorization',
      proxy: ['/users/current/**', '/notes', '/admin/**'],
    }),
    system,
  }
}

test.each(['body', 'header'] as const)(
  'S0: sign-up, name, write and sign-out, with the token in the %s',
  async (where) => {
    const { browser, system } = await openS0(where)
    const signedUp = await signUp(browser, CLARA)
    expect(signedUp.snapshot).toMatchObject({ user: { name: 'Clara' }, claims: { role: 'user' } })
    expect(await browser.session(), 'after a reload').toMatchObject({ user: { name: 'Clara' } })
    expect((await browser.json('/notes', {})).status).toBe(201)
    await browser.signOut()
    expect(system.log.at(-1)).toBe('DELETE /users/sign_out 204')
    expect(system.log.filter((line) => line.startsWith('GET /users/current '))).toHaveLength(1)
  },
)

test('S0: the session slides, and brings the next role with it', async () => {
  fakeTime()
  const { browser, system } = await openS0()
  await browser.signIn()
  system.setRole(ADA.email, 'user')
  for (let times = 0; times < 4; times += 1) {
    pass(31_000)
    expect((await browser.fetch('/users/current/sessions')).status).toBe(200)
  }
  expect(rolesOf(await browser.session())).toEqual(['user'])
  expect(await tenAtOnce(browser, '/users/current/sessions')).toEqual(Array(10).fill(200))
})

test('S0: a sign-out from the list of sessions ends the session of the other browser', async () => {
  fakeTime()
  const { browser } = await openS0()
  await browser.signIn()
  const other = new Browser(browser.bff)
  await other.signIn()
  const { sessions } = await (await browser.fetch('/users/current/sessions')).json()
  const { id } = sessions.find(({ current }: { current: boolean }) => !current)
  expect((await browser.fetch(`/users/current/sessions/${id}`, { method: 'DELETE' })).status).toBe(204)
  pass(2000)
  expect((await other.fetch('/users/current/sessions')).status).toBe(401)
  expect(await other.session()).toMatchObject({ reason: 'revoked' })
  expect(await browser.session()).toMatchObject({ status: 'authenticated' })
})

test('S1: sign-up, name, admin page, and the end by a role change', async () => {
  fakeTime()
  const system = await startS1()
  const { browser } = open(system, {
    ...presets.deviseJwt,
    signIn: '/api/v1/login',
    signOut: { method: 'DELETE', path: '/api/v1/logout' },
    exchanges: { signUp: '/api/v1/signup' },
    fields: { user: 'data' },
    proxy: ['/api/v1/**'],
  } as Omit<BffOptions, 'api' | 'secret'>)
  const { snapshot } = await signUp(browser, { user: CLARA })
  expect(snapshot).toMatchObject({ user: { email: CLARA.email }, claims: { role: 'user' } })
  await browser.signIn({ user: ADA } as never)
  expect(await browser.session(), 'after a reload').toMatchObject({ user: { email: ADA.email } })
  expect((await browser.fetch('/api/v1/admin/users')).status).toBe(200)
  system.setRole(ADA.email, 'user')
  pass(2000)
  expect(await tenAtOnce(browser, '/api/v1/me')).toEqual(Array(10).fill(401))
  expect((await browser.fetch('/api/v1/me')).status).toBe(401)
  expect(await browser.session()).toMatchObject({ status: 'unauthenticated', reason: 'revoked' })
})

test('S2: refresh without a user, a demotion, and a user that is gone', async () => {
  fakeTime()
  const system = await startS2()
  const { browser } = open(system, {
    ...presets.bodyPair,
    refresh: { path: '/refresh', endsOn: [401, 404] },
    exchanges: { signUp: '/signup' },
    proxy: ['/me', '/notes', '/admin/**'],
  } as Omit<BffOptions, 'api' | 'secret'>)
  expect((await signUp(browser, CLARA)).snapshot.user).toMatchObject({ name: 'Clara' })
  await browser.signIn()
  system.setRole(ADA.email, 'user')
  pass(901_000)
  expect(await tenAtOnce(browser, '/me')).toEqual(Array(10).fill(200))
  const session = await browser.session()
  expect([session.user.name, rolesOf(session)]).toEqual(['Ada', ['user']])
  expect(system.log.filter((line) => line.startsWith('POST /refresh'))).toEqual(['POST /refresh 200'])
  system.removeUser(ADA.email)
  pass(901_000)
  expect(await browser.session()).toMatchObject({ reason: 'revoked' })
})

test('S2: 429 without `Retry-After` does not count as a wrong password', async () => {
  const system = await startS2()
  const { browser } = open(system, presets.bodyPair as Omit<BffOptions, 'api' | 'secret'>)
  for (let times = 0; times < 10; times += 1) await browser.signIn({ ...ADA, password: 'wrong' })
  expect(await (await browser.signIn()).json()).toMatchObject({ error: 'unreachable', status: 429 })
})

async function openS3() {
  const system = await startS3()
  return {
    ...open(system, {
      ...presets.refreshCookie,
      signIn: '/api/auth/login',
      refresh: '/api/auth/refresh',
      signOut: '/api/auth/logout',
      exchanges: { signUp: '/api/auth/register' },
      user: '/api/auth/me',
      basePath: '/session',
      proxy: ['/api/**'],
    } as Omit<BffOptions, 'api' | 'secret'>),
    system,
  }
}

test('S3: the name stays after refreshes, and a demotion reaches the guards with the next one', async () => {
  fakeTime()
  const { browser, system } = await openS3()
  await browser.json('/session/sign-in', ADA)
  const session = async () => (await (await browser.fetch('/session/session')).json()).snapshot
  expect((await browser.fetch('/api/admin/users')).status).toBe(200)
  system.setRole(ADA.email, 'user')
  pass(901_000)
  expect(await tenAtOnce(browser, '/api/auth/me')).toEqual(Array(10).fill(200))
  const after = await session()
  expect([after.user.email, rolesOf(after)]).toEqual([ADA.email, ['user']])
  const reloaded = await (await browser.fetch('/session/user', { method: 'POST' })).json()
  expect(reloaded.snapshot).toMatchObject({ claimsAreNewer: false, user: { role: 'user' } })
})

test('S3: a sign-out while the API is down is confirmed when it is up again', async () => {
  const { browser, system } = await openS3()
  await browser.json('/session/sign-in', ADA)
  const signOut = async () => (await browser.fetch('/session/sign-out', { method: 'POST' })).json()
  await system.unplug()
  expect(await signOut()).toMatchObject({ isConfirmed: false, snapshot: { reason: 'signed-out' } })
  await system.plug()
  expect(await signOut()).toMatchObject({ isConfirmed: true })
  expect(system.log.at(-1)).toBe('POST /api/auth/logout 200')
})

test('S3: a forced logout ends the session at the next refresh', async () => {
  fakeTime()
  const { browser, system } = await openS3()
  await browser.json('/session/sign-in', ADA)
  system.forceLogout(ADA.email)
  pass(901_000)
  expect((await browser.fetch('/api/auth/me')).status).toBe(401)
  const { snapshot } = await (await browser.fetch('/session/session')).json()
  expect(snapshot).toMatchObject({ reason: 'revoked' })
})
