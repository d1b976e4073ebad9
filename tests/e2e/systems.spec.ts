/** The story of an app on an Express API with a refresh cookie, which knows nothing of tokencell. */
import type { Page } from '@playwright/test'
import { startS3 } from '../systems/s3-express.js'
import { ADA, BOB, test as base, expect, get, outliveTrust, status } from './fixtures.js'

type System = Awaited<ReturnType<typeof startS3>>

const test = base.extend<{ s3: System }>({
  s3: async ({ api: _, site }, use) => {
    const system = await startS3({ origins: [site.url] })
    site.options = {
      origins: [system.url],
      signIn: '/api/auth/login',
      refresh: '/api/auth/refresh',
      signOut: '/api/auth/logout',
      fields: { accessToken: 'accessToken' },
      user: '/api/auth/me',
      exchanges: { signUp: '/api/auth/register' },
    }
    await use(system)
    await system.close()
  },
})

const signIn = (page: Page, credentials: object = ADA, by?: string) =>
  page.evaluate(
    async ([credentials, by]) =>
      (await auth.signIn(credentials as Record<string, unknown>, by ? { by } : {})).status,
    [credentials, by] as const,
  )

const user = (page: Page) => page.evaluate(() => auth.snapshot.user as { email: string; role: string } | null)

/** The role as guards see it. */
const role = (page: Page) =>
  page.evaluate(() => {
    const { user, claims, claimsAreNewer } = auth.snapshot
    const [first] = claimsAreNewer ? [claims, user] : [user, claims]
    return (first as { role?: string } | null)?.role
  })

/** Signs in on a page of the server, without the vault. */
const signInElsewhere = (page: Page, s3: System) =>
  page.evaluate(
    ([url, ada]) =>
      fetch(`${url}/api/auth/login`, {
        method: 'POST',
        credentials: 'include',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(ada),
      }),
    [s3.url, ADA] as const,
  )

const asked = ({ log }: System, path: string) => log.filter((line) => line.includes(` ${path} `))

test('S3: after a reload the name and the role are there although a refresh brings no user', async ({
  page,
  open,
  s3,
}) => {
  await open(page)
  expect(await signIn(page)).toBe('signed-in')
  await page.reload()
  expect(await page.evaluate(async () => (await auth.ready).status)).toBe('authenticated')
  expect(await user(page)).toMatchObject({ email: ADA.email, role: 'admin' })
  expect(asked(s3, '/api/auth/me').length).toBeLessThanOrEqual(1)
})

test('S3: a sign-up begins a session, and its user is known at once', async ({ page, open, s3 }) => {
  await open(page)
  const credentials = { email: 'new@example.com', password: 'long enough' }
  expect(await signIn(page, credentials, 'signUp')).toBe('signed-in')
  expect(await user(page)).toMatchObject({ email: 'new@example.com', role: 'user' })
  expect(await get(page, `${s3.url}/api/auth/me`)).toBe(200)
})

test('S3: an exchange that the vault does not know is refused, and nothing is sent', async ({
  page,
  open,
  s3,
}) => {
  await open(page)
  const code = await page.evaluate(() => auth.signIn({}, { by: 'magic' }).then(String, ({ code }) => code))
  expect([code, s3.log]).toEqual(['option-invalid', []])
})

test('S3: ten requests at once, which all get a 401, cause one refresh', async ({ page, open, s3 }) => {
  await open(page)
  await signIn(page)
  await outliveTrust(page)
  s3.rotateSecret()
  const statuses = await page.evaluate(
    (url) => Promise.all(Array.from({ length: 10 }, () => auth.fetch(url).then(({ status }) => status))),
    `${s3.url}/api/auth/me`,
  )
  expect(statuses).toEqual(Array(10).fill(200))
  expect(asked(s3, '/api/auth/refresh').filter((line) => line.startsWith('POST'))).toHaveLength(1)
})

test('S3: a demotion reaches the page with the next refresh, and a promotion, too', async ({
  page,
  open,
  s3,
}) => {
  await open(page)
  await signIn(page)
  expect(await role(page)).toBe('admin')
  s3.setRole(ADA.email, 'user')
  await page.evaluate(() => auth.refresh())
  expect(await role(page)).toBe('user')
  expect(await get(page, `${s3.url}/api/admin/users`)).toBe(403)
  s3.setRole(ADA.email, 'admin')
  await page.evaluate(() => auth.refresh())
  expect(await role(page)).toBe('admin')
  expect(
    await page.evaluate(async () => ((await auth.reloadUser()).user as unknown as { role: string }).role),
  ).toBe('admin')
  expect(await page.evaluate(() => auth.snapshot.claimsAreNewer)).toBe(false)
})

test('S3: a session that an administrator has ended ends with the next refresh', async ({
  page,
  open,
  s3,
}) => {
  await open(page)
  await signIn(page)
  s3.forceLogout(ADA.email)
  const code = await page.evaluate(() => auth.refresh().then(String, ({ code }) => code))
  expect([code, await status(page)]).toEqual(['session-ended', 'revoked'])
})

test('S3: a session that began on a page of the server is found by restore, and nothing is asked before', async ({
  page,
  open,
  s3,
}) => {
  await open(page)
  expect([await status(page), s3.log]).toEqual(['never', []])
  await signInElsewhere(page, s3)
  expect(await page.evaluate(async () => (await auth.restore()).status)).toBe('authenticated')
  expect(await user(page)).toMatchObject({ email: ADA.email })
  await page.reload()
  expect(await page.evaluate(async () => (await auth.ready).status)).toBe('authenticated')
})

test('S3: restore without a session shows a visitor who never signed in', async ({ page, open, s3 }) => {
  await open(page)
  expect(await page.evaluate(async () => (await auth.restore()).reason)).toBe('never')
  expect(s3.log).toEqual(['POST /api/auth/refresh 401'])
})

test('S3: a ticket that the API refuses, or on another origin, is an error', async ({ page, open, s3 }) => {
  await open(page)
  await signIn(page)
  const failed = await page.evaluate(
    (outside) =>
      Promise.all(
        ['/api/none', outside].map((path) => auth.ticket(path).catch(({ code, status }) => [code, status])),
      ),
    'https://outside.test/tickets',
  )
  expect(failed).toEqual([
    ['refused', 404],
    ['endpoint-outside-origins', undefined],
  ])
  expect(asked(s3, '/api/none')).toEqual(['POST /api/none 404'])
})

test('S3: a sign-out while the API is down is told to the API when it is up again', async ({
  page,
  open,
  s3,
}) => {
  await open(page)
  await signIn(page)
  await s3.unplug()
  await page.evaluate(() => auth.signOut())
  expect(await status(page)).toBe('signed-out')
  await s3.plug()
  await page.evaluate(() => dispatchEvent(new Event('online')))
  await expect
    .poll(() => asked(s3, '/api/auth/logout').includes('POST /api/auth/logout 200'), { timeout: 30_000 })
    .toBe(true)
})

test('S3: another user in another tab replaces the user in both', async ({ context, page, open, s3: _ }) => {
  await open(page)
  await signIn(page)
  const other = await context.newPage()
  await open(other)
  expect(await user(other)).toMatchObject({ email: ADA.email })
  await signIn(other, BOB)
  await expect.poll(async () => (await user(page))?.email).toBe(BOB.email)
  await expect.poll(() => role(page)).toBe('user')
})

test('S3: if the user endpoint fails, the session goes on without a user, and an event says so', async ({
  page,
  open,
  site,
  s3,
}) => {
  site.options = { ...site.options, user: '/api/none' }
  await open(page)
  await signInElsewhere(page, s3)
  expect(await page.evaluate(async () => (await auth.restore()).status)).toBe('authenticated')
  expect(await user(page)).toBeNull()
  expect(await page.evaluate(() => events.filter(({ type }) => type === 'user-failed'))).toMatchObject([
    { status: 404 },
  ])
  expect(await get(page, `${s3.url}/api/auth/me`)).toBe(200)
})

test('S3: after the idle limit the session ends with its own reason, and activity during the warning keeps it', async ({
  page,
  open,
  site,
  s3: _,
}) => {
  site.options = { ...site.options, idle: { after: 4, warn: 2 } }
  await open(page)
  await signIn(page)
  await page.waitForFunction(() => auth.snapshot.idle !== null)
  await page.evaluate(() => auth.stay())
  expect(await page.evaluate(() => auth.snapshot.idle)).toBeNull()
  await page.waitForFunction(() => auth.snapshot.reason === 'idle', null, { timeout: 15_000 })
  const types = await page.evaluate(() => events.map(({ type }) => type))
  expect(types.filter((type) => type === 'idle-warning').length).toBe(2)
})
