import {
  ADA,
  at,
  BOB,
  cookieHeader,
  expect,
  openSignedIn,
  openWithShortToken,
  pathOf,
  refuseTokens,
  signIn,
  signOut,
} from '../apps.js'
import { test } from '../complaints.js'
import { surfaceOf } from './surface.js'

test('promise 20: an anonymous user who opens a deep link signs in and gets the linked page, rendered on the server with its data', async ({
  api,
  app,
  context,
  page,
}) => {
  await page.goto('/notes?from=link')
  expect(decodeURIComponent(pathOf(page))).toBe('/sign-in?redirect=/notes?from=link')
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

test('promise 22: a full page load on an expired token makes one refresh, shows fresh data and gives the browser the new cookie', async ({
  api,
  context,
  page,
}) => {
  api.notes.add('1', { text: 'fresh' })
  const refreshes = await openWithShortToken(page, api, 1)
  const before = await cookieHeader(context)
  await page.goto('/notes')
  await expect(at(page, 'notes')).toContainText('fresh')
  expect(refreshes()).toBe(1)
  expect(await cookieHeader(context)).not.toBe(before)
  await page.reload()
  await expect(at(page, 'notes')).toContainText('fresh')
  expect(refreshes(), 'the next page makes no refresh').toBe(1)
})

test('promise 22: thirty concurrent requests of every kind on an expired token cause one refresh, and all are answered', async ({
  api,
  app,
  context,
  page,
  served,
}) => {
  test.skip(served === 'next-15-edge', 'the edge runtime does not share its memory, so it needs a store')
  const refreshes = await openWithShortToken(page, api, 1)
  const cookie = await cookieHeader(context)
  const { ofAda, ofNobody } = surfaceOf(served)
  const kinds = [...ofAda, ...ofNobody]
  const answers = await Promise.all(
    Array.from({ length: 30 }, async (_, n) => {
      const kind = n % kinds.length
      const [path, headers] = kinds[kind] as (typeof kinds)[0]
      const response = await fetch(app.url + path, { headers: { ...headers, cookie } })
      const isComplete = (await response.text()).includes('Ada') || kind >= ofAda.length
      return { path, status: response.status, isComplete, isSet: response.headers.getSetCookie().length > 0 }
    }),
  )
  expect(
    answers.filter((answer) => answer.status !== 200 || !answer.isComplete || !answer.isSet),
    'responses that are incomplete or have no new cookie',
  ).toEqual([])
  expect(refreshes()).toBe(1)
})

test('promise 5: when the API answers a route handler with 401, the server refreshes and sends the request again', async ({
  api,
  page,
}) => {
  await openSignedIn(page)
  await refuseTokens(api)
  await at(page, 'note-text').fill('sent again')
  await at(page, 'add-note').click()
  await expect(at(page, 'notes')).toContainText('sent again')
  expect(api.journal.counts().refresh).toMatchObject({ total: 1, ok: 1 })
})

test('promise 9: a revoked session leads to the sign-in page with the reason, and a 503 for a refresh keeps the page and the session', async ({
  api,
  page,
}) => {
  api.configure({ accessTtl: 1.5 })
  await openSignedIn(page)
  await new Promise((resolve) => setTimeout(resolve, 1550))
  api.faults.add({ route: 'refresh', kind: 'status', status: 503 })
  await page.goto('/notes')
  await expect(at(page, 'user')).toHaveText('Ada')
  expect(pathOf(page)).toBe('/notes')
  api.configure({ accessTtl: 900 })
  api.sessions.revokeUser(api.accounts.byEmail(ADA.email)?.id ?? '')
  await expect(async () => {
    await page.goto('/notes')
    expect(decodeURIComponent(pathOf(page))).toBe('/sign-in?redirect=/notes')
  }).toPass()
  await expect(at(page, 'notice')).toHaveText('The server has ended your session.')
  await signIn(page)
  await expect(at(page, 'page-notes')).toBeVisible()
})

test('promise 20: a user without the required role sees the forbidden page, and a signed-in user is redirected from the sign-in page', async ({
  page,
}) => {
  await openSignedIn(page, '/notes', BOB)
  await page.goto('/admin')
  await expect(at(page, 'page-forbidden')).toBeVisible()
  await page.goto('/sign-in?redirect=/notes')
  await expect(at(page, 'page-notes')).toHaveText('Notes of Bob')
  await page.goto('/sign-in?redirect=//evil.test')
  await expect(at(page, 'page-home')).toContainText('Bob')
})

test('promise 20: no redirect parameter leads to another site after the sign-in', async ({ page }) => {
  for (const wanted of [
    '//evil.test',
    '/\\evil.test',
    'https://evil.test',
    '/..//evil.test',
    '/\t/evil.test',
    'javascript:alert(1)',
  ]) {
    await page.goto(`/sign-in?redirect=${encodeURIComponent(wanted)}`)
    await signIn(page)
    await expect(at(page, 'page-home')).toBeVisible()
    await page.goto(`/sign-in?redirect=${encodeURIComponent(wanted)}`)
    await expect(at(page, 'page-home')).toBeVisible()
    await signOut(page)
  }
})

test('promise 16: a sign-out shows in the other tab and leaves no cookie and no session at the API', async ({
  api,
  context,
  page,
}) => {
  await openSignedIn(page)
  const other = await context.newPage()
  await other.goto('/notes')
  await expect(at(other, 'user')).toHaveText('Ada')
  await signOut(page)
  await expect(at(other, 'to-sign-in')).toBeVisible()
  await expect.poll(() => context.cookies()).toEqual([])
  expect(api.state().sessions).toBe(0)
})
