import type { Page } from '@playwright/test'
import { type Api, doubtToken, expect, get, signIn, status, test } from './fixtures.js'

/** From now on, every refresh rotates the token at once and is answered after this many milliseconds. */
const delayRefreshes = (api: Api, millis: number) =>
  api.faults.add({ route: 'refresh', kind: 'delay', millis, times: 1000 })

const refreshes = ({ journal }: Api) => journal.counts().refresh

/** Sends a request with a token that the API refuses, so that a refresh begins. */
async function beginRefresh(page: Page, api: Api) {
  const held = api.faults.whenHeld('refresh')
  await page.evaluate((url) => void auth.fetch(url).catch(() => {}), `${api.url}/api/v1/me`)
  await held
}

test.beforeEach(() => test.setTimeout(120_000))

for (const refreshTokenIn of ['cookie', 'body'] as const) {
  const tag = refreshTokenIn === 'cookie' ? '@slow' : '@full'
  test(`promise 9: the session survives a strict API that answers a refresh after 12 s, with the refresh token in a ${refreshTokenIn}`, {
    tag,
  }, async ({ api, open, page, site }) => {
    api.configure({ refreshTokenIn })
    site.options.refreshToken = refreshTokenIn
    await open(page)
    await signIn(page)
    await doubtToken(page, api)
    delayRefreshes(api, 12_000)
    expect(await get(page, `${api.url}/api/v1/me`)).toBe(200)
    expect(await status(page)).toBe('authenticated')
    expect(refreshes(api)).toMatchObject({ total: 1, reuse: 0 })

    // The next refresh uses the refresh token of the late response.
    api.faults.reset()
    await doubtToken(page, api)
    expect(await get(page, `${api.url}/api/v1/me`)).toBe(200)
    expect(refreshes(api)).toMatchObject({ total: 2, ok: 2, reuse: 0 })
  })
}

test('promise 10: a reload during a refresh of 5 s keeps the session', { tag: '@slow' }, async ({
  api,
  browserName,
  open,
  page,
  where,
}) => {
  // When a dedicated worker ends, Chromium cancels its requests, so the new cookie is lost (SECURITY.md).
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

test('promise 6: when a strict API takes 9 s for a refresh, two pages refresh one after the other or share one refresh', {
  tag: '@slow',
}, async ({ api, context, open, page, where }) => {
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

test('promise 9: the session survives a late and lost refresh response where the API has a grace period', async ({
  api,
  open,
  page,
}) => {
  api.configure({ reuseGrace: 60 })
  await open(page)
  await signIn(page)
  await doubtToken(page, api)
  api.faults.add({ route: 'refresh', kind: 'drop', millis: 3000 })
  const url = `${api.url}/api/v1/me`
  await get(page, url)
  await expect.poll(() => get(page, url)).toBe(200)
  expect(await status(page)).toBe('authenticated')
  expect(refreshes(api)).toMatchObject({ ok: refreshes(api).total, reuse: 0 })
  expect(refreshes(api).total).toBeGreaterThan(1)
})

test('promise 12: a DELETE and a POST that the API answers with 204 resolve with an empty body', async ({
  api,
  open,
  page,
}) => {
  api.configure({ emptyAnswers: true })
  await open(page)
  await signIn(page)
  const answers = await page.evaluate(async (url) => {
    const seen = []
    for (const [method, path, body] of [
      ['POST', '', '{}'],
      ['DELETE', '/1', null],
    ] as const) {
      const headers = { 'Content-Type': 'application/json' }
      const response = await auth.fetch(url + path, { method, body, headers })
      seen.push([response.status, response.ok, await response.text()])
    }
    return seen
  }, `${api.url}/api/v1/notes`)
  expect(answers).toEqual([
    [204, true, ''],
    [204, true, ''],
  ])
})
