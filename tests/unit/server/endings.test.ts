import { createStorage } from 'unstorage'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { SharedStore } from '../../../js/server/index.js'
import { memory } from '../../../js/server/memory.js'
import { ADA, BOB, type Browser, browse, startApi } from './browser.js'

let server: Awaited<ReturnType<typeof startApi>>
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  server = await startApi()
})
afterEach(async () => {
  await server.close()
  vi.useRealTimers()
})

const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000)
/** After this time, in seconds, a token of the API is due for a refresh and has not expired. */
const MOST_OF_ITS_LIFE = 700
const GRACE = 60

/** Ada, with a token that is due for a refresh. */
async function ada(more: object = {}) {
  const browser = browse({ ...server.options, ...more })
  await browser.signIn(ADA)
  pass(MOST_OF_ITS_LIFE)
  return browser
}

/** A request that has reached the API and gets its response on `release`. */
async function held(browser: Browser, cookieHeader = browser.cookieHeader) {
  server.api.faults.add({ route: 'notes', kind: 'hold' })
  const isHeld = server.api.faults.whenHeld('notes')
  const answer = browser.bff.handle(browser.request('/api/v1/notes', { headers: { cookie: cookieHeader } }))
  await isHeld
  return {
    async release() {
      server.api.faults.release('notes')
      return (await answer).headers.getSetCookie()
    },
  }
}

test('promise 17: a response for Ada that takes longer than the grace period sets no cookie for Bob', async () => {
  const browser = await ada({ grace: 0.05 })
  const late = await held(browser)
  await browser.signIn(BOB)
  pass(MOST_OF_ITS_LIFE)
  await browser.fetch('/api/v1/me')
  expect(await late.release()).toEqual([])
  expect(await browser.session()).toMatchObject({ user: { name: 'Bob' } })
})

test('promise 16: a session cookie that arrives after the sign-out never works again, and is deleted', async () => {
  const browser = await ada()
  const late = await browser.bff.handle(browser.request('/api/v1/notes'))
  await browser.signOut()
  browser.keep(late.headers.getSetCookie())
  expect(await browser.session()).toMatchObject({ reason: 'signed-out' })
  expect(browser.cookies.size, 'not at once, because a sign-in may be in progress').toBe(1)
  pass(GRACE + 1)
  expect(await browser.session()).toMatchObject({ reason: 'signed-out' })
  expect(browser.cookies.size).toBe(0)
  browser.keep(late.headers.getSetCookie())
  pass(29 * 24 * 60 * 60)
  expect(await browser.session()).toMatchObject({ status: 'unauthenticated' })
})

test('promise 25: a session that one instance has ended is ended on all, for as long as its cookie may exist', async () => {
  const store = createStorage() as SharedStore
  const browser = await ada({ store })
  const before = [...browser.cookies]
  await browser.signOut()
  for (const [name, value] of before) browser.cookies.set(name, value)
  memory().endedSessions.clear()
  pass(GRACE + 1)
  expect(await browser.session()).toMatchObject({ reason: 'signed-out' })
  expect(browser.cookies.size).toBe(0)
})

test('promise 22: a late response that is the only one with the new cookie sets it', async () => {
  const browser = await ada()
  const late = await held(browser)
  pass(2 * GRACE)
  const setCookies = await late.release()
  expect(setCookies).toHaveLength(1)
  browser.keep(setCookies)
  memory().newest.clear()
  pass(MOST_OF_ITS_LIFE)
  expect((await browser.fetch('/api/v1/me')).status).toBe(200)
})

test('promise 22: a late response does not overwrite a newer cookie of the same session', async () => {
  const browser = await ada()
  const late = await held(browser)
  await browser.fetch('/api/v1/me')
  pass(MOST_OF_ITS_LIFE)
  await browser.fetch('/api/v1/me')
  expect(server.refreshes().total).toBe(2)
  expect(await late.release()).toEqual([])
})

test('ended sessions are remembered for the lifetime of their cookie', async () => {
  memory().endedSessions.clear()
  const browser = await ada({ cookie: { maxAge: 1000 } })
  await browser.signOut()
  expect(memory().endedSessions.size).toBe(1)
  pass(1000)
  memory().endedSessions.purgeStale()
  expect(memory().endedSessions.size).toBe(0)
})
