import { everywhere, expect, get, outliveTrust, signIn, status, test } from './fixtures.js'
import { ask, signIn as signInRaw } from './raw.js'

for (const across of everywhere)
  test.describe(`Rails across ${across}`, () => {
    test.use({ across })

    test('promise 9: after an admin ends the session of a user, the next request of the open page signs it out', async ({
      admin,
      api,
      gateway,
      openSignedIn,
      page,
      person,
    }) => {
      await openSignedIn()
      expect(await get(page, `${api}/me`)).toBe(200)
      await outliveTrust(page)
      await admin.forceLogout(person.id)
      expect(await status(page)).toBe('authenticated')
      expect(await get(page, `${api}/me`)).toBe(401)
      expect(await status(page)).toBe('revoked')
      expect(await page.evaluate(() => auth.snapshot)).toMatchObject({ serverReason: 'ended_by_admin' })
      expect(gateway.of('POST', '/refresh')).toMatchObject([
        { status: 401, body: JSON.stringify({ error: 'revoked', reason: 'ended_by_admin' }) },
      ])
      // The page stays signed out after a reload, without another refresh.
      await page.reload()
      expect(await page.evaluate(() => auth.ready.then(({ status }) => status))).toBe('unauthenticated')
      expect(gateway.refreshes()).toEqual([401])
    })

    test('promise 1: a sign-out in another browser does not end the session here, and a sign-out everywhere does', async ({
      api,
      browser,
      gateway,
      open,
      openSignedIn,
      page,
      person,
    }) => {
      await openSignedIn()
      const elsewhere = await browser.newContext()
      const other = await elsewhere.newPage()
      await open(other)
      await signIn(other, person)
      // Both sessions of the user are valid.
      expect(await get(page, `${api}/me`)).toBe(200)
      expect(await get(other, `${api}/me`)).toBe(200)
      await other.evaluate(() => auth.signOut())
      expect(await status(other)).toBe('signed-out')
      expect(await get(page, `${api}/me`)).toBe(200)
      await signIn(other, person)
      await outliveTrust(page)
      const everywhere = (url: string) => auth.fetch(url, { method: 'DELETE' }).then(({ status }) => status)
      expect(await other.evaluate(everywhere, `${api}/sessions`)).toBe(204)
      expect(await get(page, `${api}/me`)).toBe(401)
      expect(await status(page)).toBe('revoked')
      expect(await page.evaluate(() => auth.snapshot)).toMatchObject({ serverReason: 'signed_out' })
      expect(gateway.of('POST', '/refresh')).toMatchObject([
        { status: 401, body: JSON.stringify({ error: 'revoked', reason: 'signed_out' }) },
      ])
      await elsewhere.close()
    })
  })

test('promise 16: a sign-out in one tab shows in the other, and is sent to Rails once', async ({
  api,
  context,
  gateway,
  open,
  openSignedIn,
  page,
}) => {
  await openSignedIn()
  const other = await context.newPage()
  await open(other)
  await other.evaluate(() => auth.signOut())
  await page.waitForFunction(() => auth.snapshot.status === 'unauthenticated')
  expect(await status(page)).toBe('signed-out')
  expect(await get(page, `${api}/me`)).toBe(401)
  expect(gateway.of('DELETE', '/logout')).toMatchObject([{ status: 204 }])
  expect(gateway.refreshes()).toEqual([])
})

test.describe('Rails with a limit of two sign-in attempts', () => {
  test.use({ settings: { API_LOGIN_LIMIT: 2, API_LIMIT_PERIOD: 3600 } })

  test('promise 9: a sign-in over the limit rejects with 429, and the page can read the Retry-After', async ({
    api,
    gateway,
    open,
    page,
    rails,
  }) => {
    await open(page)
    const attempt = () =>
      page.evaluate(() =>
        auth
          .signIn({ email: 'ada@example.com', password: 'wrong' })
          .catch(({ code, status, retryAfter }) => ({ code, status, retryAfter })),
      )
    for (const _ of [1, 2]) expect(await attempt()).toMatchObject({ code: 'refused', status: 401 })
    const refused = await attempt()
    expect(refused).toMatchObject({ code: 'unreachable', status: 429 })
    expect((refused as { retryAfter: number }).retryAfter).toBeGreaterThan(0)
    expect((refused as { retryAfter: number }).retryAfter).toBeLessThanOrEqual(3_600_000)
    expect(gateway.of('POST', '/login').map(({ status }) => status)).toEqual([401, 401, 429])
    const [retryAfter, date] = await page.evaluate(async (url) => {
      const { headers } = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-requested-with': 'tokencell' },
        body: JSON.stringify({ email: 'bob@example.com', password: 'wrong' }),
      })
      return [headers.get('retry-after'), headers.get('date')]
    }, `${api}/login`)
    expect(Number(retryAfter)).toBeGreaterThan(0)
    expect(Number(retryAfter)).toBeLessThanOrEqual(3600)
    expect(Math.abs(Date.parse(date ?? '') - Date.now())).toBeLessThan(10_000)
    // The limit also applies to clients that are not browsers and to other passwords, but not to other endpoints.
    expect((await signInRaw(rails.url)).status).toBe(429)
    expect((await ask(rails.url, '/public')).status).toBe(200)
  })
})

test.describe('Rails that allows one refresh a day', () => {
  test.use({ settings: { API_REFRESH_LIMIT: 1, API_LIMIT_PERIOD: 86_400 } })

  test('promise 9: a refresh over the limit does not end the session, and the next one waits for the Retry-After, up to five minutes', async ({
    admin,
    api,
    gateway,
    openSignedIn,
    page,
    person,
  }) => {
    await openSignedIn()
    await outliveTrust(page)
    await admin.setRoles(person.id, ['editor'])
    expect(await get(page, `${api}/me`)).toBe(200)
    await outliveTrust(page)
    await admin.setRoles(person.id, ['user'])
    await page.evaluate((url) => void auth.fetch(url).catch(() => {}), `${api}/me`)
    await page.waitForFunction(() => events.some(({ type }) => type === 'refresh-failed'))
    const failed = await page.evaluate(() => events.find((event) => event.type === 'refresh-failed'))
    expect(failed).toMatchObject({ failure: 'unreachable' })
    // The vault waits for the Retry-After, but at most five minutes. Without the header it would retry after a second.
    const pause = Number(failed?.retryAt) - Date.now()
    expect(pause).toBeGreaterThan(250_000)
    expect(pause).toBeLessThanOrEqual(300_000)
    expect(gateway.refreshes()).toEqual([200, 429])
    expect(await status(page)).toBe('authenticated')
  })
})
