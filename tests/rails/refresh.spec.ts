import { everywhere, expect, get, getMany, outliveTrust, status, test } from './fixtures.js'
import { refresh } from './raw.js'

for (const across of everywhere)
  test.describe(`Rails across ${across}`, () => {
    test.use({ across })

    test('promise 6: 50 requests on a token that Rails refuses cause one refresh, and all succeed', async ({
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
      expect(await getMany(page, `${api}/me`, 50)).toEqual(Array(50).fill(200))
      expect(gateway.refreshes()).toEqual([200])
      const [{ issued } = {}] = gateway.of('POST', '/refresh')
      const answers = gateway.of('GET', '/me')
      expect(answers.filter(({ status }) => status === 401).length).toBeGreaterThan(0)
      expect(answers.filter(({ status, sent }) => status === 200 && sent === issued)).toHaveLength(50)
    })

    // A lifetime that is long enough for 50 responses on a busy machine.
    test.describe('with tokens that expire after 4 s', () => {
      test.use({ settings: { API_ACCESS_TTL: 4 } })

      test('promises 5, 6: 50 requests on an expired token wait for one refresh', async ({
        api,
        gateway,
        openSignedIn,
        page,
      }) => {
        const { held, release } = gateway.hold('POST', '/refresh')
        await openSignedIn()
        // The refresh that is due at 75 % of the lifetime.
        await held
        await page.waitForFunction(() => Date.now() > Number(auth.snapshot.expiresAt))
        const answers = getMany(page, `${api}/me`, 50)
        await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)))
        expect(gateway.of('GET', '/me')).toEqual([])
        release()
        expect(await answers).toEqual(Array(50).fill(200))
        const [{ issued, status } = {}, ...more] = gateway.of('POST', '/refresh')
        expect(status).toBe(200)
        expect(gateway.of('GET', '/me').filter(({ sent }) => sent === issued)).toHaveLength(50)
        // Another refresh may be due by now, but none with the same cookie.
        for (const { cookie } of more) expect(cookie).not.toBe(gateway.of('POST', '/refresh')[0]?.cookie)
      })

      test('promise 5: the token is refreshed at 75 % of its lifetime, and each cookie is used once', async ({
        api,
        gateway,
        openSignedIn,
        page,
      }) => {
        await openSignedIn()
        await page.waitForFunction(() => events.filter(({ type }) => type === 'refreshed').length === 3)
        expect(await get(page, `${api}/me`)).toBe(200)
        const triggers = await page.evaluate(() =>
          events.flatMap((event) => (event.type === 'refresh-started' ? [event.trigger] : [])),
        )
        expect(triggers.slice(0, 3)).toEqual(['due', 'due', 'due'])
        const [first, ...rest] = [...gateway.of('POST', '/login'), ...gateway.of('POST', '/refresh')]
        expect(rest.length).toBeGreaterThanOrEqual(3)
        rest.reduce((before, exchange) => {
          expect(exchange).toMatchObject({ status: 200, cookie: before?.setCookie?.split(';')[0] })
          return exchange
        }, first)
        expect(new Set(rest.map(({ cookie }) => cookie)).size).toBe(rest.length)
      })
    })

    test('promise 9: when an attacker reuses a stolen cookie, the session ends, and the next request signs out the open page', async ({
      admin,
      api,
      gateway,
      openSignedIn,
      page,
      person,
      rails,
    }) => {
      await openSignedIn()
      const stolen = gateway.of('POST', '/login')[0]?.setCookie?.split(';')[0] ?? ''
      await outliveTrust(page)
      await admin.setRoles(person.id, ['editor'])
      expect(await get(page, `${api}/me`)).toBe(200)
      expect(gateway.of('POST', '/refresh')).toMatchObject([{ status: 200, cookie: stolen }])

      const replayed = await refresh(rails.url, stolen)
      expect([replayed.status, await replayed.json()]).toEqual([401, { error: 'reuse' }])
      await outliveTrust(page)
      expect(await status(page)).toBe('authenticated')
      expect(await get(page, `${api}/me`)).toBe(401)
      expect(await status(page)).toBe('revoked')
      expect(gateway.of('POST', '/refresh').at(-1)).toMatchObject({
        status: 401,
        body: JSON.stringify({ error: 'revoked', reason: 'reuse' }),
      })
    })
  })

test('promise 6: three tabs whose requests are refused at the same time cause one refresh', async ({
  admin,
  api,
  context,
  gateway,
  open,
  openSignedIn,
  page,
  person,
}) => {
  await openSignedIn()
  const pages = [page, await context.newPage(), await context.newPage()]
  for (const other of pages.slice(1)) await open(other)
  expect(gateway.refreshes()).toEqual([])
  await outliveTrust(page)
  await admin.setRoles(person.id, ['editor'])
  const answers = await Promise.all(pages.map((each) => getMany(each, `${api}/me`, 5)))
  expect(answers.flat()).toEqual(Array(15).fill(200))
  expect(gateway.refreshes()).toEqual([200])
})
