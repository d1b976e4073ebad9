/** What a page can demand of its vault, with an API that knows nothing of tokencell. The stories are in tests/systems. */
import type { Page } from '@playwright/test'
import { startS3 } from '../systems/s3-express.js'
import { ADA, test as base, expect, get, signIn, status } from './fixtures.js'

type System = Awaited<ReturnType<typeof startS3>>

const test = base.extend<{ s3: System }>({
  s3: async ({ api: _, site }, use) => {
    const system = await startS3({ origins: [site.url] })
    site.options = {
      origins: [system.url],
      signIn: '/api/auth/login',
      refresh: '/api/auth/refresh',
      signOut: '/api/auth/logout',
      user: '/api/auth/me',
      exchanges: { signUp: '/api/auth/register' },
    }
    await use(system)
    await system.close()
  },
})

const user = (page: Page) => page.evaluate(() => auth.snapshot.user as { email: string; role: string } | null)

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

test('an exchange that the vault does not know is refused, and nothing is sent', async ({
  page,
  open,
  s3,
}) => {
  await open(page)
  const code = await page.evaluate(() => auth.signIn({}, { by: 'magic' }).then(String, ({ code }) => code))
  expect([code, s3.log]).toEqual(['option-invalid', []])
})

test('a session that began on a page of the server is found by restore, and nothing is asked before', async ({
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

test('restore without a session shows a visitor who never signed in', async ({ page, open, s3 }) => {
  await open(page)
  expect(await page.evaluate(async () => (await auth.restore()).reason)).toBe('never')
  expect(s3.log).toEqual(['POST /api/auth/refresh 401'])
})

test('a ticket that the API refuses, or on another origin, is an error', async ({ page, open, s3 }) => {
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

test('if the user endpoint fails, the session goes on without a user, and an event says so', async ({
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

test('after a demotion the claims are newer than the user, until the user is loaded again', async ({
  page,
  open,
  s3,
}) => {
  await open(page)
  await signIn(page)
  s3.setRole(ADA.email, 'user')
  const roles = () =>
    page.evaluate(() => {
      const { user, claims, claimsAreNewer } = auth.snapshot
      return [(user as unknown as { role: string }).role, claims?.role, claimsAreNewer]
    })
  await page.evaluate(() => auth.refresh())
  expect(await roles()).toEqual(['admin', 'user', true])
  await page.evaluate(() => auth.reloadUser())
  expect(await roles()).toEqual(['user', 'user', false])
})

test('after the idle limit the session ends with its own reason, and activity during the warning keeps it', async ({
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
