import { createCertificate } from '../../examples/api/support/certificate.js'
import { startRails } from '../../scripts/rails.mjs'
import { test as base, expect, get, signIn, status } from '../webdriver/fixtures.js'
import { type Admin, getMany, outliveTrust, type Person, type Rails } from './fixtures.js'
import { Gateway, openGateway } from './gateway.js'
import { ADA, administrate, refresh, signIn as signInRaw, signOutEverywhere, signUp } from './raw.js'

/** Page and API use TLS, which the gateway terminates: WebKit rejects Secure cookies from http://localhost. */
const test = base.extend<{
  admin: Admin
  gateway: Gateway
  openSignedIn: () => Promise<void>
  person: Person
  rails: Rails
}>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the dependencies off the pattern
  rails: async ({}, use) => {
    const rails = await startRails({ API_REUSE_GRACE: 0 })
    await use(rails)
    await rails.end()
  },
  gateway: async ({ rails, site }, use) => {
    const gateway = new Gateway(rails.url, 'https')
    site.mount = gateway.listener
    await use(gateway)
  },
  admin: async ({ rails }, use) => use(await administrate(rails.url)),
  person: async ({ rails }, use) => use(await signUp(rails.url)),
  openSignedIn: async ({ open, page, person }, use) => {
    await use(async () => {
      await open(page)
      await signIn(page, person)
    })
  },
  open: async ({ gateway: _, site }, use) => {
    site.options = {
      signIn: '/api/v1/login',
      refresh: '/api/v1/refresh',
      signOut: { method: 'DELETE', path: '/api/v1/logout' },
    }
    await use(async (page) => {
      await page.goto(site.url)
      await page.evaluate(() => auth.ready)
    })
  },
})

const me = '/api/v1/me'

test('promises 2, 3, 6: sign-in works, a reload keeps the session, and 50 requests on a refused token cause one refresh', async ({
  admin,
  gateway,
  open,
  page,
  person,
}) => {
  await open(page)
  expect(await signIn(page, person)).toMatchObject({ user: { email: person.email } })
  expect(await get(page, me)).toBe(200)
  expect(gateway.of('POST', '/login')[0]?.setCookie).toMatch(/^__Host-refresh_token=.*; secure; HttpOnly/)
  expect(await page.evaluate(() => document.cookie)).toBe('')

  await page.reload()
  await page.evaluate(() => auth.ready)
  expect(await status(page)).toBe('authenticated')
  expect(gateway.refreshes()).toEqual([200])
  await outliveTrust(page)
  await admin.setRoles(person.id, ['editor'])
  expect(await getMany(page, me, 50)).toEqual(Array(50).fill(200))
  expect(gateway.refreshes()).toEqual([200, 200])
  expect(await page.evaluate(() => auth.snapshot.user?.roles)).toEqual(['editor'])
})

for (const [what, reason] of [
  ['the end of the sessions by an admin', 'ended_by_admin'],
  ['a sign-out everywhere', 'signed_out'],
  ['the reuse of a stolen cookie', 'reuse'],
] as const)
  test(`promise 1: after ${what}, the next request ends the session with the reason from Rails`, async ({
    admin,
    gateway,
    openSignedIn,
    page,
    person,
    rails,
  }) => {
    await openSignedIn()
    const stolen = gateway.of('POST', '/login')[0]?.setCookie?.split(';')[0] ?? ''
    await page.reload()
    await page.evaluate(() => auth.ready)
    await outliveTrust(page)
    if (reason === 'ended_by_admin') await admin.forceLogout(person.id)
    else if (reason === 'reuse')
      expect((await refresh(rails.url, stolen, { 'x-forwarded-proto': 'https' })).status).toBe(401)
    else {
      const authorization = (await signInRaw(rails.url, person)).headers.get('authorization') ?? ''
      expect((await signOutEverywhere(rails.url, authorization)).status).toBe(204)
    }
    expect(await status(page)).toBe('authenticated')
    expect(await get(page, me)).toBe(401)
    expect(await status(page)).toBe('revoked')
    expect(gateway.of('POST', '/refresh').at(-1)).toMatchObject({
      status: 401,
      body: JSON.stringify({ error: 'revoked', reason }),
    })
  })

test('promise 16: after a sign-out, Rails refuses the old token and the old cookie', async ({
  gateway,
  openSignedIn,
  page,
  rails,
}) => {
  await openSignedIn()
  await page.evaluate(() => auth.signOut())
  expect(await status(page)).toBe('signed-out')
  const [{ issued = '', setCookie = '' } = {}] = gateway.of('POST', '/login')
  const headers = { authorization: `Bearer ${issued}` }
  expect((await fetch(rails.url + me, { headers })).status).toBe(401)
  const cookie = setCookie.split(';')[0] ?? ''
  expect((await refresh(rails.url, cookie, { 'x-forwarded-proto': 'https' })).status).toBe(401)
  await page.reload()
  await page.evaluate(() => auth.ready)
  expect(await status(page)).toBe('signed-out')
})

test('promise 13: the token goes to Rails on another origin that is configured, and the page can read the Retry-After', async ({
  open,
  page,
  site,
}) => {
  const rails = await startRails({ API_CORS_ORIGINS: site.url, API_LOGIN_LIMIT: 1, API_LIMIT_PERIOD: 3600 })
  const api = await openGateway(rails.url, createCertificate())
  const origin = `https://localhost:${api.port}`
  await open(page)
  site.options = { ...site.options, origins: [origin] }
  await page.reload()
  await page.evaluate(() => auth.ready)
  await signIn(page)
  expect((await signInRaw(rails.url, { ...ADA, password: 'wrong' })).status).toBe(401)
  expect(await get(page, origin + me)).toBe(200)
  await page.reload()
  await page.evaluate(() => auth.ready)
  expect(await status(page)).toBe('authenticated')
  expect(api.refreshes()).toEqual([200])
  const retryAfter = await page.evaluate(
    (url) =>
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-requested-with': 'tokencell' },
        body: JSON.stringify({ email: 'ada@example.com', password: 'wrong' }),
      }).then(({ headers }) => headers.get('retry-after')),
    `${origin}/api/v1/login`,
  )
  expect(Number(retryAfter)).toBeGreaterThan(0)
  await api.close()
  await rails.end()
})
