import type { Page } from '@playwright/test'
import type { App } from 'vue'
import {
  ADA,
  at,
  BOB,
  cookieHeader,
  expect,
  openSignedIn,
  pathOf,
  refuseTokens,
  signIn,
  signOut,
} from '../apps.js'
import { test } from '../complaints.js'

test('promise 20: a reload of a protected page stays there, and the page does not request the data that the server has rendered', async ({
  api,
  page,
}) => {
  await openSignedIn(page)
  // The heading is visible when the data of the page has arrived.
  await expect(at(page, 'page-notes')).toBeVisible()
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

test('a page that the server has rendered does not request the session, with or without a user', async ({
  page,
}) => {
  const asked: string[] = []
  page.on('request', (request) => {
    if (new URL(request.url()).pathname.startsWith('/api/auth/')) asked.push(request.url())
  })
  await page.goto('/')
  await expect(at(page, 'page-home')).toBeVisible()
  await page.waitForLoadState('networkidle')
  expect(asked).toEqual([])
  await openSignedIn(page)
  await expect(at(page, 'page-notes')).toBeVisible()
  asked.length = 0
  await page.reload()
  await expect(at(page, 'page-notes')).toHaveText('Notes of Ada')
  await page.waitForLoadState('networkidle')
  expect(asked).toEqual([])
})

test('promise 22: when the API refuses the token during rendering, the server refreshes it and renders the page with its data', async ({
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

test('promise 20: for a user without the required role, the page shows the forbidden page and its API route answers 403', async ({
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

test('the redirect to the sign-in page depends on the requested route, on the server and in the browser', async ({
  api: _,
  app,
  page,
}) => {
  const signInPage = '/sign-in?lang=ar&redirect=/notes?lang%3Dar'
  const sent = await fetch(`${app.url}/notes?lang=ar`, { redirect: 'manual' })
  expect([sent.status, decodeURIComponent(sent.headers.get('location') ?? '')]).toEqual([
    302,
    decodeURIComponent(signInPage),
  ])
  await page.goto('/notes?lang=ar#end')
  await expect(at(page, 'page-sign-in')).toBeVisible()
  expect(decodeURIComponent(pathOf(page))).toBe(decodeURIComponent(signInPage))
  await signIn(page)
  await expect(at(page, 'page-notes')).toBeVisible()
  expect(pathOf(page) + new URL(page.url()).hash).toBe('/notes?lang=ar#end')
  // A navigation in the browser, without the server.
  await signOut(page)
  await expect(at(page, 'page-home')).toBeVisible()
  await page.evaluate(() => {
    const { __vue_app__: app } = document.querySelector('#__nuxt') as unknown as { __vue_app__: App }
    return app.config.globalProperties.$router.push('/notes?lang=ar')
  })
  await expect(at(page, 'page-sign-in')).toBeVisible()
  expect(decodeURIComponent(pathOf(page))).toBe(decodeURIComponent(signInPage))
})

test('the session is available after an await in middleware, a plugin and a composable, on the server and in the browser', async ({
  app,
  context,
  page,
}) => {
  await openSignedIn(page, '/account')
  await expect(at(page, 'page-account')).toHaveText('Ada, administrator')
  await page.reload()
  await expect(at(page, 'page-account')).toHaveText('Ada, administrator')
  const sent = await (
    await fetch(`${app.url}/account`, { headers: { cookie: await cookieHeader(context) } })
  ).text()
  expect(sent).toContain('Ada, administrator')
  await expect(at(page, 'journal')).toHaveText('authenticated')
  await signOut(page)
  await expect(at(page, 'journal')).toHaveText('authenticated, signed-out')
  await page.goto('/account')
  await signIn(page)
  await expect(at(page, 'page-account')).toBeVisible()
  await expect(at(page, 'journal')).toHaveText('unauthenticated, signed in')
})

/** The heading in the HTML from the server. */
async function sentHeading(page: Page, path: string) {
  const response = await page.goto(path)
  return /<h1[^>]*>([^<]*)/.exec((await response?.text()) ?? '')?.[1]
}

test('a page hydrates with the rendered session, and then shows a change that happened during the rendering', async ({
  api,
  page,
}) => {
  await openSignedIn(page)
  await refuseTokens(api)
  const account = api.accounts.byEmail(ADA.email)
  if (account) account.name = 'Ada Lovelace'
  expect(await sentHeading(page, '/notes')).toBe('Notes of Ada')
  await expect(at(page, 'page-notes')).toHaveText('Notes of Ada Lovelace')
  await expect(at(page, 'user')).toHaveText('Ada Lovelace')
})

test('after a sign-out that did not reach the server, a page that was rendered with the session hydrates and then shows the sign-out', async ({
  api,
  page,
}) => {
  await openSignedIn(page)
  await page.route('**/api/auth/sign-out', (route) => route.abort())
  await at(page, 'sign-out').click()
  await expect(at(page, 'to-sign-in')).toBeVisible()
  expect(await sentHeading(page, '/')).toBe('Hello, Ada.')
  await expect(at(page, 'page-home')).toHaveText('tokencell, in Nuxt.')
  expect(await sentHeading(page, '/notes')).toBe('Notes of Ada')
  await expect(at(page, 'page-sign-in')).toBeVisible()
  // From here on the page signs out by itself as soon as it tries again, which may be before the next navigation.
  await page.unroute('**/api/auth/sign-out')
  await page.reload()
  await expect.poll(() => api.state().sessions).toBe(0)
  expect(await sentHeading(page, '/')).toBe('tokencell, in Nuxt.')
})

test('the headers of the app reach the API, from the browser and while the server renders', async ({
  api,
  page,
}) => {
  await openSignedIn(page, '/notes?lang=fr')
  await at(page, 'note-text').fill('bonjour')
  await at(page, 'add-note').click()
  await expect(at(page, 'notes')).toContainText('bonjour')
  await page.goto('/notes?lang=de')
  await expect(at(page, 'notes')).toContainText('bonjour')
  const asked = api.journal.entries().filter(({ path }) => path === '/api/v1/notes')
  const languages = (method: string) =>
    asked.filter((entry) => entry.method === method).map((it) => it.language)
  expect(languages('POST')).toEqual(['fr'])
  expect(languages('GET').at(-1)).toBe('de')
})
