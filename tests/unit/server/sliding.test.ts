import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { BffOptions, ServerEvent } from '../../../js/server/index.js'
import { Browser, browse, fakeTime, pass } from './browser.js'
import { startHeadlessApi } from './headless-api.js'
import { createProcesses } from './strict-api.js'

let api: Awaited<ReturnType<typeof startHeadlessApi>>
beforeEach(async () => {
  fakeTime()
  api = await startHeadlessApi()
})
afterEach(() => {
  vi.useRealTimers()
  api.close()
})

async function signedIn(more: Partial<BffOptions> = {}) {
  const browser = browse({ ...api.options, ...more })
  await browser.signIn()
  return browser
}

/** Another tab, whose requests have the cookie as it is now. */
function tabOf({ bff, cookies }: Browser) {
  const tab = new Browser(bff)
  for (const [name, value] of cookies) tab.cookies.set(name, value)
  return tab
}

const HALF = 31_000

test('the next token comes with any answer, the cookie with the same answer, and the page sees neither', async () => {
  const events: ServerEvent[] = []
  const browser = await signedIn({ onEvent: (event) => void events.push(event) })
  pass(HALF)
  const response = await browser.fetch('/api/notes')
  expect([response.status, response.headers.get('authorization')]).toEqual([200, null])
  expect(response.headers.getSetCookie()).toHaveLength(1)
  pass(HALF)
  expect((await browser.fetch('/api/notes')).status, 'the first token has expired').toBe(200)
  expect(events.map(({ type }) => type)).toEqual(['signed-in', 'refreshed', 'refreshed'])
})

test('claims and lifetime follow, and newer claims come before the user', async () => {
  const browser = await signedIn()
  const before = await browser.session()
  expect(before).toMatchObject({ claimsAreNewer: false, user: { role: 'admin' }, claims: { role: 'admin' } })
  api.state.role = 'user'
  pass(HALF)
  await browser.fetch('/api/notes')
  const after = await browser.session()
  expect(after).toMatchObject({ claimsAreNewer: true, user: { role: 'admin' }, claims: { role: 'user' } })
  expect(after.expiresAt).toBeGreaterThan(before.expiresAt)
})

test('a session without requests ends with its token', async () => {
  const browser = await signedIn()
  pass(61_000)
  expect(await browser.session()).toMatchObject({ status: 'unauthenticated', reason: 'expired' })
})

test('of ten answers at once one brings the next token, and all of them the same cookie', async () => {
  const browser = await signedIn()
  pass(HALF)
  const tabs = Array.from({ length: 10 }, () => tabOf(browser))
  const answers = await Promise.all(tabs.map((tab) => tab.fetch('/api/notes')))
  expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200))
  const sessions = await Promise.all(tabs.map((tab) => tab.session()))
  expect(new Set(sessions.map(({ claims, expiresAt }) => `${claims.sub} ${expiresAt}`)).size).toBe(1)
})

test('an answer to an older token changes nothing', async () => {
  const browser = await signedIn()
  const old = tabOf(browser)
  pass(HALF)
  await browser.fetch('/api/notes')
  const { expiresAt } = await browser.session()
  pass(5000)
  await old.fetch('/api/notes')
  expect(await old.session(), 'the page of the older cookie gets the newest').toMatchObject({ expiresAt })
})

test('a 401 for an older token is repeated with the newest, and ends no session', async () => {
  const browser = await signedIn()
  const old = tabOf(browser)
  const [first] = [api.state.count]
  pass(HALF)
  await browser.fetch('/api/notes')
  expect(api.state.count).toBe(first + 1)
  const decoder = vi.spyOn(api.state.revoked, 'has').mockImplementationOnce(() => true)
  expect((await old.fetch('/api/notes')).status).toBe(200)
  decoder.mockRestore()
  expect(await old.session()).toMatchObject({ status: 'authenticated' })
})

test('a session that the API has ended is over at the next request', async () => {
  const browser = await signedIn()
  pass(2000)
  vi.spyOn(api.state.revoked, 'has').mockReturnValue(true)
  expect((await browser.fetch('/api/notes')).status).toBe(401)
  expect(await browser.session()).toMatchObject({ reason: 'revoked' })
})

test('with a store the next token is in the store, and an older one does not overwrite it', async () => {
  const items = new Map<string, string>()
  const store = {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  }
  const browser = await signedIn({ store })
  const tab = tabOf(browser)
  pass(HALF)
  await browser.fetch('/api/notes')
  const { expiresAt } = await browser.session()
  expect(await tab.session()).toMatchObject({ expiresAt })
})

test('a user that is loaded again is known to every instance that shares the store', async () => {
  const items = new Map<string, string>()
  const store = {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  }
  const processes = createProcesses()
  processes.enter(1)
  processes.enter(0)
  const browser = await signedIn({ store })
  processes.enter(1)
  expect(await browser.session(), 'remembered there').toMatchObject({ user: { role: 'admin' } })
  processes.enter(0)
  api.state.role = 'editor'
  await browser.fetch('/api/auth/user', { method: 'POST' })
  processes.enter(1)
  expect(await browser.session()).toMatchObject({ user: { role: 'editor' } })
})

test('a user that is loaded again is kept when another request gets the next token meanwhile', async () => {
  const browser = await signedIn()
  const other = tabOf(browser)
  const request = browser.request('/api/auth/user', { method: 'POST' })
  const session = browser.bff.open(request.headers.get('cookie'), true, request)
  api.state.role = 'editor'
  await session.reloadUser()
  pass(HALF)
  await other.fetch('/api/notes')
  browser.keep(await session.setCookies())
  expect(await browser.session()).toMatchObject({ user: { role: 'editor' }, claims: { role: 'editor' } })
})

test('a header that holds no token is ignored', async () => {
  const browser = await signedIn({ renewHeader: 'Content-Type' })
  pass(2000)
  expect((await browser.fetch('/api/notes')).status).toBe(200)
  expect(await browser.session()).toMatchObject({ status: 'authenticated' })
})
