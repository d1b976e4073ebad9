import { createStorage } from 'unstorage'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Browser, browse, fakeTime, pass } from './browser.js'
import { createProcesses, MINUTES, startStrictApi } from './strict-api.js'

let api: Awaited<ReturnType<typeof startStrictApi>>
let processes: ReturnType<typeof createProcesses>
beforeEach(async () => {
  fakeTime()
  processes = createProcesses()
  processes.enter(0)
  api = await startStrictApi()
  api.state.user = { name: 'Ada' }
})
afterEach(() => {
  api.close()
  vi.useRealTimers()
})

/** A browser whose user has signed out, with the cookies from before. */
async function signedOut(options: object): Promise<Browser> {
  const browser = browse({ ...api.options, logger: false, ...options })
  await browser.signIn()
  const before = new Map(browser.cookies)
  pass(MINUTES)
  await browser.signOut()
  // The API revokes both tokens.
  api.state.refresh = 'revoked'
  expect(await browser.session()).toMatchObject({ status: 'unauthenticated' })
  browser.cookies.clear()
  for (const [name, value] of before) browser.cookies.set(name, value)
  return browser
}

test('after a restart, a cookie from before the sign-out shows no user, because the API refuses its token', async () => {
  const browser = await signedOut({ user: '/me' })
  processes.enter(1)
  expect(await browser.session()).toMatchObject({ status: 'unauthenticated', user: null, reason: 'revoked' })
  expect(await browser.session()).toMatchObject({ status: 'unauthenticated', user: null })
  expect((await browser.fetch('/api/notes')).status).toBe(401)
})

test('without a refresh endpoint, too', async () => {
  const browser = await signedOut({ user: '/me', refresh: undefined })
  processes.enter(1)
  expect(await browser.session()).toMatchObject({ status: 'unauthenticated', user: null, reason: 'revoked' })
})

test('after a restart, a live session is confirmed once, and its refresh token is not spent', async () => {
  const browser = browse({ ...api.options, user: '/me' })
  await browser.signIn()
  pass(MINUTES)
  processes.enter(1)
  const asked = api.count('GET /me')
  const sessions = await Promise.all([browser.session(), browser.session(), browser.session()])
  expect(sessions.map(({ status }) => status)).toEqual(Array(3).fill('authenticated'))
  await browser.session()
  expect([api.count('GET /me') - asked, api.count('POST /refresh')]).toEqual([1, 0])
})

test('a session that this process has begun is not confirmed', async () => {
  const browser = browse({ ...api.options, user: '/me' })
  await browser.signIn()
  const asked = api.count('GET /me')
  pass(MINUTES)
  await browser.session()
  expect(api.count('GET /me')).toBe(asked)
})

test('while the API does not answer, a session from before the restart goes on, and is confirmed later', async () => {
  const browser = await signedOut({ user: '/me' })
  processes.enter(1)
  const failing = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('fetch failed'))
  expect(await browser.session()).toMatchObject({ status: 'authenticated' })
  failing.mockRestore()
  expect(await browser.session()).toMatchObject({ status: 'unauthenticated' })
})

test('known limit: without a store and without `user`, such a cookie is a session until its token is used or due', async () => {
  const browser = await signedOut({})
  processes.enter(1)
  expect(await browser.session()).toMatchObject({ status: 'authenticated' })
  expect((await browser.fetch('/api/notes')).status).toBe(401)
  expect(await browser.session()).toMatchObject({ status: 'unauthenticated', reason: 'revoked' })
})

test.each([
  ['in the store', () => false],
  ['in the cookie, because the store has failed at the sign-in', () => true],
])('with a store, no cookie from before a sign-out is a session on any process: %s', async (_, isDown) => {
  const storage = createStorage()
  let isFailing = isDown()
  const store = {
    getItem: (key: string) => (isFailing ? Promise.reject(new Error('down')) : storage.getItem(key)),
    setItem: (key: string, value: string) =>
      isFailing ? Promise.reject(new Error('down')) : storage.setItem(key, value),
    removeItem: (key: string) => (isFailing ? Promise.reject(new Error('down')) : storage.removeItem(key)),
  }
  const browser = browse({ ...api.options, store, logger: false })
  await browser.signIn()
  const before = new Map(browser.cookies)
  isFailing = false
  // The breaker tries the store again after a while.
  pass(MINUTES)
  await browser.signOut()
  browser.cookies.clear()
  for (const [name, value] of before) browser.cookies.set(name, value)
  for (const process of [0, 1, 2]) {
    processes.enter(process)
    expect(await browser.session()).toMatchObject({ status: 'unauthenticated', user: null })
  }
})
