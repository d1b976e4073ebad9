import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { SharedStore } from '../../../js/server/index.js'
import { browse, fakeTime, pass, startApi } from './browser.js'
import { createProcesses, EXPIRED } from './strict-api.js'

let api: Awaited<ReturnType<typeof startApi>>
beforeEach(async () => {
  fakeTime()
  vi.spyOn(console, 'error').mockImplementation(() => {})
  api = await startApi()
})
afterEach(async () => {
  vi.useRealTimers()
  await api.close()
})

const me = '/api/v1/me'

/** Signs in, and waits until the token has expired. */
async function expired(more: object = {}) {
  const browser = browse({ ...api.options, ...more })
  await browser.signIn()
  pass(EXPIRED)
  return browser
}

test('promise 9: on a strict API, a refresh response that breaks off after its cookie loses no session', async () => {
  const browser = await expired()
  api.api.faults.add({ route: 'refresh', kind: 'cut' })
  expect((await browser.fetch(me)).status).toBe(503)
  pass(2500)
  expect((await browser.fetch(me)).status).toBe(200)
  expect(api.refreshes()).toEqual({ total: 2, ok: 2, refused: 0, reuse: 0 })
})

test('neither two broken refresh responses in a row nor one with a cookie and no token lose the session', async () => {
  const browser = await expired()
  api.api.faults.add({ route: 'refresh', kind: 'cut', times: 2 })
  for (const _ of [1, 2]) {
    await browser.fetch(me)
    pass(2500)
  }
  const issue = vi.spyOn(api.api.tokens, 'issue').mockResolvedValueOnce({ token: '', expiresIn: 900 })
  expect((await browser.fetch(me)).status).toBe(502)
  issue.mockRestore()
  pass(2500)
  expect((await browser.fetch(me)).status).toBe(200)
  expect(api.refreshes()).toEqual({ total: 4, ok: 4, refused: 0, reuse: 0 })
})

/** Removes an entry when its lifetime is over, as Redis does. */
function createStore(): SharedStore {
  const entries = new Map<string, { value: string; until: number }>()
  return {
    getItem(key) {
      const found = entries.get(key)
      return found && found.until > Date.now() ? found.value : null
    },
    setItem: (key, value, { ttl = 0 } = {}) => entries.set(key, { value, until: Date.now() + ttl * 1000 }),
    removeItem: (key) => entries.delete(key),
  }
}

test('promise 25: with a store, another process gets the cookie of a broken response, also much later', async () => {
  const processes = createProcesses()
  processes.enter(0)
  const browser = await expired({ store: createStore() })
  api.api.faults.add({ route: 'refresh', kind: 'cut' })
  await browser.fetch(me)
  pass(600_000)
  processes.enter(1)
  expect((await browser.fetch(me)).status).toBe(200)
  expect(api.refreshes()).toEqual({ total: 2, ok: 2, refused: 0, reuse: 0 })
})
