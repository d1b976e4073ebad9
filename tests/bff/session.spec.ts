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

test('promise 20: a deep link leads over the sign-in page to the page, rendered on the server with its data', async ({
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

test('promise 22: a full page load on an expired token makes one refresh, has fresh data, and the browser has its cookie', async ({
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
  expect(refreshes(), 'and no other for the next page').toBe(1)
})

test('promise 22: thirty at once on an expired token, of every kind: one refresh, thirty answers', async ({
  api,
  app,
  context,
  page,
  served,
}) => {
  test.skip(
    served === 'next-15-edge',
    'the edge runtime has a memory of its own, which takes a store to share',
  )
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
    'each is complete, and hands the new cookie on',
  ).toEqual([])
  expect(refreshes()).toBe(1)
})

test('promise 5: a 401 behind a route refreshes, and the call is made again', async ({ api, page }) => {
  await openSignedIn(page)
  await refuseTokens(api)
  await at(page, 'note-text').fill('sent again')
  await at(page, 'add-note').click()
  await expect(at(page, 'notes')).toContainText('sent again')
  expect(api.journal.counts().refresh).toMatchObject({ total: 1, ok: 1 })
})

test('promise 9: a revoked session leads to the sign-in page, which says why; a 503 leads nowhere', async ({
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

test('promise 20: who lacks a role is told so, and who is signed in has nothing to do on the sign-in page', async ({
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

test('promise 20: no link leads elsewhere after signing in', async ({ page }) => {
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
  await expect(at(other, 'to-sign-in')).toBeVisible()
  await expect.poll(() => context.cookies()).toEqual([])
  expect(api.state().sessions).toBe(0)
})
