import { ADA, doubtToken, expect, get, signIn, status, test } from './fixtures.js'

/** Sends `count` requests at once, and counts the responses by status. */
function burst(page: import('@playwright/test').Page, url: string, count: number) {
  return page.evaluate(
    async ([url, count]) => {
      const answers: Record<string, number> = {}
      await Promise.all(
        Array.from({ length: count }, async () => {
          const response = await auth.fetch(url)
          await response.arrayBuffer()
          answers[response.status] = (answers[response.status] ?? 0) + 1
        }),
      )
      return answers
    },
    [url, count] as const,
  )
}

for (const count of [1, 100, 200]) {
  test(`promise 6: ${count} requests at once on a refused token cause one refresh`, async ({
    api,
    open,
    page,
  }) => {
    await open(page)
    await signIn(page)
    await doubtToken(page, api)
    expect(await burst(page, `${api.url}/api/v1/me`, count)).toEqual({ 200: count })
    expect(api.journal.counts().refresh).toMatchObject({ total: 1, ok: 1 })
  })
}

for (const count of [1, 1000, 10_000]) {
  const tag = count > 1000 ? ['@full'] : []
  test(`promise 6: ${count} requests at once on an expired token cause one refresh`, { tag }, async ({
    api,
    open,
    page,
  }) => {
    // In Firefox on a busy machine, 10,000 requests take minutes even with plain fetch.
    test.setTimeout(count > 1000 ? 600_000 : 180_000)
    await open(page)
    api.configure({ accessTtl: 3 })
    await signIn(page)
    // The refresh by the timer fails, so that the token expires.
    api.faults.add({ route: 'refresh', kind: 'status', status: 503, retryAfter: 4, times: 1 })
    await page.waitForFunction(() => Date.now() > (auth.snapshot.expiresAt ?? 0))
    api.configure({ accessTtl: 900 })
    const before = api.journal.counts().refresh.total
    expect(await burst(page, `${api.url}/api/v1/me`, count)).toEqual({ 200: count })
    expect(api.journal.counts().refresh.total - before).toBe(1)
  })
}

test('promise 7: a late 401 for a request with the previous token causes no second refresh, and the request is sent again', async ({
  api,
  open,
  page,
}) => {
  await open(page)
  await signIn(page)
  await doubtToken(page, api)
  api.faults.add({ route: 'reports', kind: 'hold' })
  const held = api.faults.whenHeld('reports')
  const straggler = get(page, `${api.url}/api/v1/reports`)
  await held
  expect(await get(page, `${api.url}/api/v1/me`)).toBe(200)
  expect(api.journal.counts().refresh.total).toBe(1)
  api.faults.release('reports')
  expect(await straggler).toBe(200)
  expect(api.journal.counts().refresh.total).toBe(1)
  const vias = await page.evaluate(() =>
    events.flatMap((event) => (event.type === 'request' ? event.via : [])),
  )
  expect(vias).toEqual(['retried', 'retried'])
})

test('promise 5: the timer refreshes at 75 % of the lifetime of the token, and all requests meanwhile succeed', {
  tag: '@slow',
}, async ({ api, open, page }) => {
  api.configure({ accessTtl: 20 })
  await open(page)
  await signIn(page)
  const { statuses, after } = await page.evaluate(async (url) => {
    const statuses: Record<string, number> = {}
    const refreshed = () => events.find((event) => event.type === 'refreshed')
    while (!refreshed()) {
      const { status } = await auth.fetch(url)
      statuses[status] = (statuses[status] ?? 0) + 1
    }
    const signedIn = events.find((event) => event.type === 'signed-in')
    const started = events.find((event) => event.type === 'refresh-started')
    return { statuses, after: (started?.at ?? 0) - (signedIn?.at ?? 0) }
  }, `${api.url}/api/v1/me`)
  expect(Object.keys(statuses)).toEqual(['200'])
  expect(after).toBeGreaterThan(15_000 * 0.95)
  expect(after).toBeLessThan(15_000 * 1.05)
  expect(api.journal.counts().refresh).toMatchObject({ total: 1, ok: 1 })
})

test('promise 9: five 503 responses to refreshes in a row do not end the session', { tag: '@slow' }, async ({
  api,
  open,
  page,
}) => {
  api.configure({ accessTtl: 4 })
  await open(page)
  await signIn(page)
  api.faults.add({ route: 'refresh', kind: 'status', status: 503, times: 5 })
  await page.waitForFunction(() => events.some((event) => event.type === 'refreshed'), undefined, {
    timeout: 50_000,
  })
  const failures = await page.evaluate(() => events.filter((event) => event.type === 'refresh-failed').length)
  expect(failures).toBe(5)
  expect(await page.evaluate(() => statuses)).toEqual(['never', 'authenticated', 'authenticated'])
  expect(await get(page, `${api.url}/api/v1/me`)).toBe(200)
})

test('promise 9: 30 s without the API do not end the session', { tag: '@slow' }, async ({
  api,
  open,
  page,
}) => {
  test.slow()
  api.configure({ accessTtl: 4 })
  await open(page)
  await signIn(page)
  await api.unplug()
  const went = Date.now()
  await expect.poll(() => Date.now() - went, { timeout: 40_000 }).toBeGreaterThan(30_000)
  expect(await status(page)).toBe('authenticated')
  expect(await page.evaluate(() => events.some((event) => event.type === 'refresh-failed'))).toBe(true)
  const refreshed = page.waitForFunction(() => events.some((event) => event.type === 'refreshed'))
  await api.plug()
  await refreshed
  expect(await status(page)).toBe('authenticated')
  expect(await get(page, `${api.url}/api/v1/me`)).toBe(200)
})

test('promise 9: a refresh response lost after the rotation does not end the session where the server has a grace period', async ({
  api,
  open,
  page,
}) => {
  api.configure({ reuseGrace: 30 })
  await open(page)
  await signIn(page)
  await doubtToken(page, api)
  api.faults.add({ route: 'refresh', kind: 'drop' })
  expect(await get(page, `${api.url}/api/v1/me`)).toBe(200)
  expect(await status(page)).toBe('authenticated')
})

test('promise 9: after a 429 the vault waits for the Retry-After before it refreshes again', async ({
  api,
  open,
  page,
}) => {
  await open(page)
  await signIn(page)
  await doubtToken(page, api)
  api.faults.add({ route: 'refresh', kind: 'status', status: 429, retryAfter: 3 })
  expect(await get(page, `${api.url}/api/v1/me`)).toBe(200)
  const [failed, next] = await page.evaluate(() =>
    events
      .filter((event) => event.type === 'refresh-failed' || event.type === 'refreshed')
      .map((event) => event.at),
  )
  expect((next ?? 0) - (failed ?? 0)).toBeGreaterThanOrEqual(2990)
})

test('promise 6: four tabs never refresh at the same time, and the strict server refuses no refresh token', {
  tag: '@slow',
}, async ({ api, context, open, page, where }) => {
  test.slow()
  api.configure({ accessTtl: 2 })
  await open(page)
  await signIn(page)
  const tabs = await Promise.all(
    [1, 2, 3].map(async () => {
      const tab = await context.newPage()
      await open(tab)
      return tab
    }),
  )
  // Six refreshes, 1.5 s apart, for each vault.
  const expected = where === 'shared' ? 6 : 24
  await expect.poll(() => api.journal.counts().refresh.ok, { timeout: 60_000 }).toBeGreaterThan(expected)
  expect(api.journal.counts()).toMatchObject({ maxConcurrentRefreshes: 1, refresh: { refused: 0, reuse: 0 } })
  for (const tab of [page, ...tabs]) {
    expect(await tab.evaluate(() => auth.snapshot.user?.email)).toBe(ADA.email)
  }
})
