import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { browse, fakeTime, pass, startApi } from './browser.js'
import { EXPIRED } from './strict-api.js'

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

/** Signs in, and lets the token expire. */
async function expired() {
  const browser = browse(api.options)
  await browser.signIn()
  pass(EXPIRED)
  return browser
}

test('promise 9: on a strict API, an answer to a refresh that breaks off after its cookie loses no session', async () => {
  const browser = await expired()
  api.api.faults.add({ route: 'refresh', kind: 'cut' })
  expect((await browser.fetch(me)).status).toBe(503)
  pass(2500)
  expect((await browser.fetch(me)).status).toBe(200)
  expect(api.refreshes()).toEqual({ total: 2, ok: 2, refused: 0, reuse: 0 })
})

test('the same for one that breaks off twice, and for one that has a cookie and no token', async () => {
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
