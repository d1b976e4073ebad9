import { type Api, expect, signIn, status, test } from './fixtures.js'

const asked = ({ journal }: Api) => {
  const { refresh, byRoute } = journal.counts()
  return { refreshes: refresh.total, byRoute }
}

const pending = (page: import('@playwright/test').Page) =>
  page.evaluate(() => events.filter(({ type }) => type === 'sign-out-pending'))

test('promise 16: a sign-out with a token that is about to expire refreshes first, then ends the session at the API', async ({
  api,
  open,
  page,
}) => {
  api.configure({ accessTtl: 4 })
  await open(page)
  await signIn(page)
  // In the last 5 s of its lifetime, a token is not fresh enough for a sign-out.
  await page.evaluate(() => auth.signOut())
  expect(asked(api).refreshes).toBe(1)
  expect(api.sessions.count()).toBe(0)
  expect(await pending(page)).toEqual([])
})

test('promise 16: a sign-out that the API refuses although the token is fresh stays pending, also after a reload', async ({
  api,
  open,
  page,
  survives,
}) => {
  await open(page)
  await signIn(page)
  for (const status of [401, 403]) api.faults.add({ route: 'logout', kind: 'status', status })
  await page.evaluate(() => auth.signOut())
  expect(await status(page)).toBe('signed-out')
  expect(await pending(page)).toMatchObject([{ retryAt: expect.any(Number) }])
  expect(api.sessions.count()).toBe(1)
  // A vault that survives the reload waits until its next attempt.
  if (survives) return
  await page.reload()
  await expect.poll(() => api.sessions.count()).toBe(0)
  expect(await status(page)).toBe('signed-out')
})

test('promise 16: without a refresh endpoint, a refused sign-out is reported once and not sent again', async ({
  api,
  open,
  page,
  site,
}) => {
  site.options.refresh = undefined
  await open(page)
  await signIn(page)
  api.faults.add({ route: 'logout', kind: 'status', status: 401, times: 10 })
  await page.evaluate(() => auth.signOut())
  expect(await pending(page)).toMatchObject([{ retryAt: null }])
  await page.reload()
  await page.evaluate(() => auth.ready)
  expect(await pending(page)).toEqual([])
})

for (const [code, isConfirmed] of [
  [404, true],
  [410, true],
  [405, false],
  [422, false],
] as const)
  test(`promise 16: a sign-out that the API answers with ${code} is not sent again, and ${isConfirmed ? 'counts as confirmed' : 'is reported once as not confirmed'}`, async ({
    api,
    open,
    page,
  }) => {
    await open(page)
    await signIn(page)
    api.faults.add({ route: 'logout', kind: 'status', status: code, times: 10 })
    await page.evaluate(() => auth.signOut())
    expect(await pending(page)).toMatchObject(isConfirmed ? [] : [{ retryAt: null }])
    await page.reload()
    await page.evaluate(() => auth.ready)
    expect(await status(page)).toBe('signed-out')
    expect(await pending(page)).toEqual([])
    expect(asked(api).byRoute['POST /api/v1/logout'] ?? asked(api).byRoute['DELETE /api/v1/logout']).toBe(1)
  })

test('promise 16: a sign-out whose response is a page of 2 MB is confirmed by its status', async ({
  api,
  open,
  page,
}) => {
  await open(page)
  await signIn(page)
  api.faults.add({ route: 'logout', kind: 'status', status: 200, body: 'x'.repeat(2 ** 21), times: 10 })
  await page.evaluate(() => auth.signOut())
  expect(await pending(page)).toEqual([])
  await page.reload()
  await page.evaluate(() => auth.ready)
  expect(asked(api).byRoute['POST /api/v1/logout'] ?? asked(api).byRoute['DELETE /api/v1/logout']).toBe(1)
})
