import { createStorage } from 'unstorage'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ServerEvent, SharedStore } from '../../../js/server/index.js'
import { memory } from '../../../js/server/memory.js'
import { ADA, BOB, type Browser, browse, pass } from './browser.js'
import { createProcesses, DUE, EXPIRED, startStrictApi } from './strict-api.js'

let api: Awaited<ReturnType<typeof startStrictApi>>
const events: ServerEvent[] = []
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  events.length = 0
  api = await startStrictApi()
})
afterEach(() => {
  vi.useRealTimers()
  api.close()
})

const start = (more: object = {}) =>
  browse({ ...api.options, onEvent: (event) => events.push(event), ...more })

/** The size of the headers of a response that set cookies. */
const sizeOf = (response: Response) => response.headers.getSetCookie().join('\n').length

/** A store that can fail or stop responding. */
function startStore() {
  const storage = createStorage() as SharedStore
  const state = { isDown: false, isHanging: false, calls: 0 }
  const guarded =
    <Args extends unknown[]>(call: (...args: Args) => unknown) =>
    async (...args: Args): Promise<unknown> => {
      state.calls += 1
      if (state.isHanging) return new Promise(() => {})
      if (state.isDown) throw new Error('connection refused')
      return call(...args)
    }
  const store: SharedStore = {
    getItem: guarded((key) => storage.getItem(key)),
    setItem: guarded((key, value) => storage.setItem(key, value)),
    removeItem: guarded((key) => storage.removeItem(key)),
  }
  return { store, state }
}

test('without a store, a sign-in whose session exceeds `cookie.limit` is refused, and the error names the fix', async () => {
  api.state.padding = 'x'.repeat(2500)
  const browser = start()
  const response = await browser.signIn()
  const { error, message } = await response.json()
  expect([response.status, error, browser.cookies.size]).toEqual([502, 'session-too-large', 0])
  expect(message).toMatch(/`store`.*`cookie\.limit`.*has \d+ characters, and 3200 are allowed/)
  expect(events).toMatchObject([{ type: 'sign-in-failed', code: 'session-too-large' }])
  await vi.waitFor(() => expect(api.count('POST /logout'), 'the API gets a sign-out').toBe(1))
})

test('a sign-in whose session is too large leaves the previous session unchanged', async () => {
  const browser = start()
  await browser.signIn()
  api.state.padding = 'x'.repeat(2500)
  await browser.signIn({ email: 'bob@example.com', password: 'b' })
  expect((await browser.fetch('/api/notes')).status).toBe(200)
  expect(await browser.session()).toMatchObject({ user: { name: 'ada@example.com' } })
})

test('a larger `cookie.limit` allows a larger session', async () => {
  api.state.padding = 'x'.repeat(6000)
  const browser = start({ cookie: { limit: 11_400 } })
  expect((await browser.signIn()).status).toBe(200)
  expect(await browser.session()).toMatchObject({ status: 'authenticated' })
})

test('a token that a refresh has made too large ends the session before the request is sent, and the user can sign in again', async () => {
  const browser = start()
  await browser.signIn()
  api.state.padding = 'x'.repeat(2500)
  pass(EXPIRED)
  const response = await browser.json('/api/notes', { text: 'once' })
  expect([response.status, (await response.json()).error]).toEqual([502, 'session-too-large'])
  expect(api.count('POST /api/notes')).toBe(0)
  expect(sizeOf(response)).toBeLessThan(1000)
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'refresh-failed', code: 'session-too-large', willRetry: false }),
  )
  expect(await browser.session()).toMatchObject({ status: 'unauthenticated', reason: 'expired' })
  api.state.padding = ''
  await browser.signIn()
  expect(await browser.session()).toMatchObject({ status: 'authenticated' })
})

test('with a store, the cookie is small for tokens of any size, and does not change', async () => {
  api.state.padding = 'x'.repeat(9000)
  const browser = start({ store: startStore().store })
  const response = await browser.signIn()
  expect(response.status).toBe(200)
  expect(sizeOf(response)).toBeLessThan(600)
  pass(DUE)
  const refreshed = await browser.fetch('/api/notes')
  expect([await refreshed.text(), sizeOf(refreshed)]).toEqual(['access-2x', 0])
  await browser.signOut()
  expect(await browser.session()).toMatchObject({ status: 'unauthenticated' })
  expect(browser.maxAge).toBe(10)
})

test('with a store, exchanging the entries of two sessions opens neither', async () => {
  const storage = createStorage()
  const store = storage as unknown as SharedStore
  const [ada, bob] = [start({ store }), start({ store })]
  await ada.signIn(ADA)
  await bob.signIn(BOB)
  expect(await bob.session()).toMatchObject({ user: { name: BOB.email } })
  const keys = (await storage.getKeys()).filter((key) => key.startsWith('tokencell:session:'))
  const [one = '', other = ''] = keys
  expect(keys).toHaveLength(2)
  const [first, second] = [await storage.getItem(one), await storage.getItem(other)]
  await storage.setItem(one, second)
  await storage.setItem(other, first)
  // Simulates another process, which has an empty memory.
  memory().newest.clear()
  for (const browser of [ada, bob])
    expect(await browser.session()).toMatchObject({ status: 'unauthenticated', user: null })
})

test('with a store, a session is refreshed also where no cookie can be set', async () => {
  const browser = start({ store: startStore().store })
  await browser.signIn()
  pass(DUE)
  const rendering = browser.bff.open(browser.cookieHeader, false, browser.request('/'))
  expect(await (await rendering.fetch('/api/notes')).text()).toBe('access-2')
  expect(await (await browser.fetch('/api/notes')).text()).toBe('access-2')
  expect(api.count('POST /refresh')).toBe(1)
})

test('a session from before the store was added continues', async () => {
  const before = start()
  await before.signIn()
  const browser = start({ store: startStore().store })
  for (const [name, value] of before.cookies) browser.cookies.set(name, value)
  pass(DUE)
  const refreshed = await browser.fetch('/api/notes')
  expect([await refreshed.text(), sizeOf(refreshed) > 0]).toEqual(['access-2', true])
  expect(browser.cookieHeader.length).toBeLessThan(600)
})

test('promise 9: while the store fails, known sessions continue, unknown ones get 503, and no user is signed out', async () => {
  const processes = createProcesses()
  processes.enter(0)
  const { store, state } = startStore()
  const browser = start({ store })
  await browser.signIn()
  await browser.session()
  state.isDown = true
  expect(await (await browser.fetch('/api/notes')).text()).toBe('access-1')
  processes.enter(1)
  const unknown = await browser.fetch('/api/auth/session')
  expect([unknown.status, (await unknown.json()).error, unknown.headers.getSetCookie()]).toEqual([
    503,
    'unreachable',
    [],
  ])
  expect(events.filter(({ type }) => type === 'store-failed')).toMatchObject([{ error: { name: 'Error' } }])
  processes.enter(0)
  pass(DUE)
  expect(await (await browser.fetch('/api/notes')).text()).toBe('access-2')
  processes.enter(1)
  expect(await browser.session(), 'the refreshed session is in the cookie').toMatchObject({
    status: 'authenticated',
  })
})

test('a session that starts while the store fails is kept in the cookie', async () => {
  const { store, state } = startStore()
  state.isDown = true
  const browser = start({ store })
  expect((await browser.signIn()).status).toBe(200)
  expect(await (await browser.fetch('/api/notes')).text()).toBe('access-1')
})

test('a store that does not respond delays some requests by a second, and not every request', async () => {
  const { store, state } = startStore()
  const browser = start({ store })
  await browser.signIn()
  await browser.session()
  state.isHanging = true
  const asked = state.calls
  for (let times = 0; times < 20; times += 1) expect((await browser.fetch('/api/notes')).status).toBe(200)
  // Only the first request waits for these calls, one second each.
  expect(state.calls - asked).toBeLessThan(3)
  expect(events.filter(({ type }) => type === 'store-failed')).toMatchObject([
    { error: { name: 'TimeoutError' } },
  ])
  // After the pause, one request calls the store again.
  state.isHanging = false
  pass(31_000)
  const before = state.calls
  await browser.fetch('/api/notes')
  await browser.fetch('/api/notes')
  expect(state.calls - before).toBeGreaterThan(2)
})

test('a sign-out that the API has not confirmed is kept in the store, for tokens of any size', async () => {
  api.state.padding = 'x'.repeat(9000)
  const browser = start({ store: startStore().store })
  await browser.signIn()
  api.state.signOutStatus = 503
  expect(await (await browser.signOut()).json()).toMatchObject({ isConfirmed: false })
  expect(browser.cookieHeader.length).toBeLessThan(700)
  api.state.signOutStatus = 204
  expect(await (await browser.signOut()).json()).toMatchObject({ isConfirmed: true })
  expect(api.state.access.size).toBe(0)
})

test('a sign-out whose response is a page of 2 MB is confirmed by its status', async () => {
  const browser = start()
  await browser.signIn()
  Object.assign(api.state, { signOutStatus: 200, signOutBody: 'x'.repeat(2 ** 21) })
  expect(await (await browser.signOut()).json()).toMatchObject({ isConfirmed: true })
  expect([api.count('POST /logout'), events.filter(({ type }) => type === 'sign-out-failed')]).toEqual([
    1,
    [],
  ])
})

test('a sign-out that the API refuses with 405 is reported and not repeated', async () => {
  const browser = start()
  await browser.signIn()
  api.state.signOutStatus = 405
  expect(await (await browser.signOut()).json()).toMatchObject({ isConfirmed: true })
  expect([browser.maxAge, api.count('POST /logout')]).toEqual([10, 1])
  expect(events.at(-1)).toMatchObject({ type: 'sign-out-failed', status: 405, willRetry: false })
})

test('a sign-in over another session signs the first session out at the API', async () => {
  const browser = start()
  await browser.signIn()
  await browser.signIn({ email: 'bob@example.com', password: 'b' })
  await vi.waitFor(() => expect(api.state.asked).toContain('POST /logout access-1'))
  expect(await browser.session()).toMatchObject({ user: { name: 'bob@example.com' } })
})

test('a request of a page whose session has ended gets `session-ended`, and after another sign-in 409', async () => {
  const browser = start()
  await browser.signIn()
  const { session } = await (await browser.fetch('/api/auth/session')).json()
  const ask = (browser: Browser) =>
    browser.fetch('/api/notes', { headers: { 'x-tokencell-session': session } })
  api.state.refusals = 1
  pass(EXPIRED)
  const response = await ask(browser)
  expect([response.status, (await response.json()).error]).toEqual([401, 'session-ended'])
  await browser.signIn()
  expect((await ask(browser)).status).toBe(409)
  expect(memory().exchanges.size).toBeLessThan(20)
})
