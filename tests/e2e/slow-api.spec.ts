import type { Page } from '@playwright/test'
import { type Api, doubtToken, expect, get, signIn, status, test } from './fixtures.js'

/** From now on every refresh rotates the cookie at once, and is answered so many milliseconds later, as by a cold server. */
function delayRefreshes(api: Api, millis: number) {
  api.faults.add({ route: 'refresh', kind: 'hold', times: 1000 })
  async function answerLater() {
    await api.faults.whenHeld('refresh')
    setTimeout(() => {
      api.faults.release('refresh')
      answerLater()
    }, millis)
  }
  answerLater()
}

const refreshes = ({ journal }: Api) => journal.counts().refresh

/** Sends a request with a token that the API refuses, so that a refresh begins. */
async function beginRefresh(page: Page, api: Api) {
  const held = api.faults.whenHeld('refresh')
  await page.evaluate((url) => void auth.fetch(url).catch(() => {}), `${api.url}/api/v1/me`)
  await held
}

test.beforeEach(() => test.setTimeout(120_000))

test('promise 9: a strict API that answers a refresh after 12 s signs nobody out', async ({
  api,
  open,
  page,
}) => {
  await open(page)
  await signIn(page)
  await doubtToken(page, api)
  delayRefreshes(api, 12_000)
  expect(await get(page, `${api.url}/api/v1/me`)).toBe(200)
  expect(await status(page)).toBe('authenticated')
  expect(refreshes(api)).toMatchObject({ total: 1, reuse: 0 })
})

test('promise 10: a reload during a refresh of 5 s keeps the session', async ({
  api,
  browserName,
  open,
  page,
  where,
}) => {
  // Chromium cancels the requests of a dedicated worker that ends, so the new cookie is lost (SECURITY.md).
  const isCookieLost = where === 'worker' && browserName === 'chromium'
  if (isCookieLost) api.configure({ reuseGrace: 60 })
  await open(page)
  await signIn(page)
  await doubtToken(page, api)
  delayRefreshes(api, 5000)
  await beginRefresh(page, api)
  await page.reload()
  expect(await page.evaluate(() => auth.ready.then(({ status }) => status))).toBe('authenticated')
  expect(refreshes(api).reuse).toBe(0)
})

test('promise 6: two pages refresh one after the other on a strict API that takes 9 s', async ({
  api,
  context,
  open,
  page,
  where,
}) => {
  await open(page)
  await signIn(page)
  const other = await context.newPage()
  await open(other)
  await doubtToken(page, api)
  await doubtToken(other, api)
  const before = refreshes(api).total
  delayRefreshes(api, 9000)
  const url = `${api.url}/api/v1/me`
  expect(await Promise.all([get(page, url), get(other, url)])).toEqual([200, 200])
  expect([await status(page), await status(other)]).toEqual(['authenticated', 'authenticated'])
  expect(refreshes(api).reuse).toBe(0)
  expect(refreshes(api).total - before).toBe(where === 'shared' ? 1 : 2)
})

test('promise 12: a DELETE that is answered with 204 settles', async ({ api, open, page }) => {
  await open(page)
  await signIn(page)
  api.faults.add({ route: 'notes', kind: 'answer', status: 204 })
  const answer = await page.evaluate(async (url) => {
    const response = await auth.fetch(url, { method: 'DELETE' })
    return [response.status, response.ok, await response.text()]
  }, `${api.url}/api/v1/notes`)
  expect(answer).toEqual([204, true, ''])
})
