import {
  ADA,
  at,
  BOB,
  test as base,
  cookieHeader,
  expect,
  fromPage,
  openSignedIn,
  openWithShortToken,
  pathOf,
  refuseTokens,
  signIn,
  signOut,
} from '../apps.js'
import { hearComplaints } from './complaints.js'

const test = base.extend({
  page: async ({ page, served }, use) => {
    const complaints = hearComplaints(page, served)
    await use(page)
    expect(complaints()).toEqual([])
  },
})

test('promise 20: a deep link leads over the sign-in page to the page, rendered on the server with its data', async ({
  api,
  app,
  context,
  page,
}) => {
  await page.goto('/notes?from=link')
  expect(pathOf(page)).toBe('/sign-in?redirect=/notes?from=link')
  await signIn(page)
  await expect(at(page, 'page-notes')).toHaveText('Notes of Ada')
  expect(pathOf(page)).toBe('/notes?from=link')
  await at(page, 'note-text').fill('rendered on the server')
  await at(page, 'add-note').click()
  await expect(at(page, 'notes')).toContainText('rendered on the server')
  const html = await (
    await fetch(`${app.url}/notes`, { headers: { cookie: await cookieHeader(context) } })
  ).text()
  expect(html).toContain('rendered on the server')
  expect(api.journal.counts().refresh.total).toBe(0)
})

test('promise 20: a reload on a protected page stays there, and asks for nothing that was rendered', async ({
  api,
  page,
}) => {
  await openSignedIn(page)
  await page.waitForLoadState('networkidle')
  const before = api.journal.entries().length
  for (let times = 0; times < 3; times++) {
    await page.reload()
    await expect(at(page, 'page-notes')).toHaveText('Notes of Ada')
    expect(pathOf(page)).toBe('/notes')
  }
  expect(
    api.journal
      .entries()
      .slice(before)
      .map(({ method, path }) => `${method} ${path}`),
  ).toEqual(Array(3).fill('GET /api/v1/notes'))
})

test('promise 22: a full page load on an expired token makes one refresh, has fresh data, and the browser has its cookie', async ({
  api,
  context,
  page,
}) => {
  const refreshes = await openWithShortToken(page, api, 1)
  const before = await cookieHeader(context)
  await page.goto('/notes')
  await expect(at(page, 'page-notes')).toHaveText('Notes of Ada')
  expect(refreshes()).toBe(1)
  expect(await cookieHeader(context)).not.toBe(before)
  await page.reload()
  await expect(at(page, 'page-notes')).toHaveText('Notes of Ada')
  expect(refreshes(), 'and no other for the next page').toBe(1)
})

test('promise 22: a token that the API refuses while a page is rendered is refreshed in that very rendering', async ({
  api,
  context,
  page,
}) => {
  await openSignedIn(page)
  const before = await cookieHeader(context)
  await refuseTokens(api)
  await page.goto('/notes')
  await expect(at(page, 'page-notes')).toHaveText('Notes of Ada')
  await expect(at(page, 'problem')).toHaveCount(0)
  expect(api.journal.counts().refresh).toMatchObject({ total: 1, ok: 1 })
  expect(await cookieHeader(context)).not.toBe(before)
})

test('promise 22: thirty at once on an expired token, pages, handlers and routes: one refresh, thirty answers', async ({
  api,
  app,
  context,
  page,
}) => {
  const refreshes = await openWithShortToken(page, api, 1)
  const cookie = await cookieHeader(context)
  const kinds: [path: string, headers: Record<string, string>][] = [
    ['/notes', {}],
    ['/admin', {}],
    ['/', {}],
    ['/api/v1/me', fromPage],
    ['/api/auth/session', fromPage],
    ['/api/people', {}],
  ]
  const answers = await Promise.all(
    Array.from({ length: 30 }, async (_, n) => {
      const [path, headers] = kinds[n % kinds.length] as (typeof kinds)[0]
      const response = await fetch(app.url + path, { headers: { ...headers, cookie } })
      return {
        path,
        status: response.status,
        text: await response.text(),
        cookies: response.headers.getSetCookie().length,
      }
    }),
  )
  expect(answers.filter(({ status, text }) => status !== 200 || !text.includes('Ada'))).toEqual([])
  expect(refreshes()).toBe(1)
  expect(answers.filter(({ cookies }) => cookies !== 1).map(({ path }) => path)).toEqual([])
})

test('promise 9: an API that is away signs nobody out; a revoked session leads to the sign-in page, which says why', async ({
  api,
  page,
}) => {
  api.configure({ accessTtl: 1.5 })
  await openSignedIn(page)
  await new Promise((resolve) => setTimeout(resolve, 1550))
  api.faults.add({ route: 'refresh', kind: 'status', status: 503 })
  await page.goto('/')
  await expect(at(page, 'user')).toHaveText('Ada')
  api.configure({ accessTtl: 900 })
  api.sessions.revokeUser(api.accounts.byEmail(ADA.email)?.id ?? '')
  await expect(async () => {
    await page.goto('/notes')
    expect(pathOf(page)).toBe('/sign-in?redirect=/notes')
  }).toPass()
  await expect(at(page, 'notice')).toHaveText('The server has ended your session.')
  await signIn(page)
  await expect(at(page, 'page-notes')).toBeVisible()
})

test('promise 9: a session that is revoked while a page is open leads to the sign-in page', async ({
  api,
  page,
}) => {
  await openSignedIn(page)
  await new Promise((resolve) => setTimeout(resolve, 1050))
  api.sessions.revokeUser(api.accounts.byEmail(ADA.email)?.id ?? '')
  await at(page, 'note-text').fill('too late')
  await at(page, 'add-note').click()
  await expect(at(page, 'notice')).toHaveText('The server has ended your session.')
  expect(pathOf(page)).toBe('/sign-in?redirect=/notes')
})

test('promise 20: who lacks a role is told so, by the page and by the route behind it', async ({
  app,
  context,
  page,
}) => {
  await openSignedIn(page, '/notes', BOB)
  await page.goto('/admin')
  await expect(at(page, 'page-forbidden')).toBeVisible()
  const status = async (cookie: string) =>
    (await fetch(`${app.url}/api/people`, { headers: { cookie } })).status
  expect([await status(await cookieHeader(context)), await status('')]).toEqual([403, 401])
  await page.goto('/sign-in?redirect=/notes')
  await expect(at(page, 'page-notes')).toHaveText('Notes of Bob')
  await page.goto('/sign-in?redirect=//evil.test')
  await expect(at(page, 'page-home')).toHaveText('Hello, Bob.')
})

test('promise 16: signing out shows in the other tab, and nothing is left', async ({
  api,
  context,
  page,
}) => {
  await openSignedIn(page)
  const other = await context.newPage()
  await other.goto('/notes')
  await expect(at(other, 'user')).toHaveText('Ada')
  await signOut(page)
  await expect(at(other, 'page-sign-in')).toBeVisible()
  await expect.poll(() => context.cookies()).toEqual([])
  expect(api.state().sessions).toBe(0)
})
