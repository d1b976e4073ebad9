/** A user that a page has loaded again (`reloadUser`) while a token was refreshed elsewhere. */
import { createStorage } from 'unstorage'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { SharedStore } from '../../../js/server/index.js'
import { ADA, type Browser, browse, pass } from './browser.js'
import { createProcesses, DUE, EXPIRED, MINUTES, startStrictApi } from './strict-api.js'

let api: Awaited<ReturnType<typeof startStrictApi>>
let processes: ReturnType<typeof createProcesses>
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  processes = createProcesses()
  for (const at of [2, 1, 0]) processes.enter(at)
  api = await startStrictApi()
  api.state.user = { name: 'Ada' }
})
afterEach(() => {
  vi.useRealTimers()
  api.close()
})

const start = (more: object = {}) => browse({ ...api.options, user: '/me', logger: false, ...more })
const stored = () => start({ store: createStorage() as unknown as SharedStore })

const reload = (browser: Browser) => browser.fetch('/api/auth/user', { method: 'POST' })
const named = async (browser: Browser) => (await browser.session()).user?.name

/** A session that a request has opened, as its response is not finished yet. */
const opened = (browser: Browser) => browser.bff.open(browser.cookieHeader, true, browser.request('/'))

/** Refreshes in this process. While the API is answering, the page of `reload` loads the user again. */
async function refreshDuring(browser: Browser, reload: () => Promise<unknown>) {
  pass(DUE)
  api.state.onRefresh = async (answer) => {
    api.state.user = { name: 'Countess Ada' }
    await reload()
    answer()
  }
  // As long as the token is valid, a request does not wait for a slow refresh.
  await vi.waitFor(
    async () => expect(await (await browser.fetch('/api/notes')).text()).toBe('access-2'),
    10_000,
  )
}

test('with a store, a refresh on another instance that was in progress keeps the user that was loaded meanwhile', async () => {
  const browser = stored()
  await browser.signIn()
  processes.enter(1)
  await refreshDuring(browser, async () => {
    processes.enter(0)
    const request = opened(browser)
    await request.reloadUser()
    await request.setCookies()
    processes.enter(1)
  })
  for (const at of [1, 0, 2]) {
    processes.enter(at)
    expect(await named(browser), `instance ${at}`).toBe('Countess Ada')
  }
})

test('with a store, a user that is loaded again does not overwrite the next token, which another instance has got', async () => {
  const browser = stored()
  await browser.signIn()
  const request = opened(browser)
  await request.read()
  processes.enter(1)
  pass(DUE)
  expect((await browser.fetch('/api/notes')).status).toBe(200)
  processes.enter(0)
  vi.setSystemTime(Date.now() - DUE)
  api.state.user = { name: 'Countess Ada' }
  await request.reloadUser()
  await request.setCookies()
  pass(DUE + EXPIRED + MINUTES)
  processes.enter(2)
  expect(await named(browser)).toBe('Countess Ada')
  expect(api.state.refused, 'refreshes with a spent token').toBe(0)
})

test('in one process, a refresh that was in progress keeps the user that was loaded meanwhile', async () => {
  const browser = start()
  await browser.signIn()
  const request = opened(browser)
  await refreshDuring(browser, () => request.reloadUser())
  expect(await named(browser)).toBe('Countess Ada')
})

test('a user that comes with a later token replaces the one that was loaded before', async () => {
  const browser = start()
  await browser.signIn(ADA)
  api.state.user = { name: 'Countess Ada' }
  await reload(browser)
  pass(EXPIRED)
  api.state.refreshedUser = { name: 'Ada Lovelace' }
  expect(await named(browser)).toBe('Ada Lovelace')
})
