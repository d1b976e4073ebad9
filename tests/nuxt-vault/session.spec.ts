import type { Page } from '@playwright/test'
import { createApi } from '../../examples/api/src/api.js'
import { vaultApis } from '../../scripts/nuxt.mjs'
import { at, BOB, expect, openSignedIn, pathOf, signIn } from '../apps.js'
import { test as base } from '../complaints.js'
import { Canaries, find } from '../e2e/canary.js'

// The tests run one after the other, because they use one port for the API.
base.describe.configure({ mode: 'default' })

/** The vault calls the API directly, at the origin that was set at build time. */
const test = base.extend({
  api: async ({ app, served }, use) => {
    const api = createApi({ corsOrigins: [app.url] })
    const { port, hostname } = new URL(vaultApis[served as keyof typeof vaultApis])
    const { url, close } = await api.listen({ port: Number(port), host: hostname })
    await use(Object.assign(api, { url }))
    await close()
  },
})

/** Records the headings that the pages show from now on, in order. */
async function recordHeadings(page: Page): Promise<() => string[]> {
  const shown: string[] = []
  await page.exposeFunction('heading', (name: string) => shown.push(name))
  await page.addInitScript(() => {
    let last: string | undefined
    const look = () => {
      const name = document.querySelector('h1')?.dataset.test
      if (name && name !== last) (window as never as { heading(name: string): void }).heading(name)
      last = name
    }
    new MutationObserver(look).observe(document, { childList: true, subtree: true })
  })
  return () => shown.splice(0)
}

test('promise 20: a reload of a protected page stays there, never shows the sign-in page and causes no refresh', async ({
  api,
  page,
}) => {
  api.notes.add('1', { text: 'from the vault' })
  const headings = await recordHeadings(page)
  await openSignedIn(page)
  await expect(at(page, 'notes')).toContainText('from the vault')
  headings()
  for (let times = 0; times < 3; times++) {
    await page.reload()
    await expect(at(page, 'page-notes')).toHaveText('Notes of Ada')
    await expect(at(page, 'notes')).toContainText('from the vault')
    expect(pathOf(page)).toBe('/notes')
  }
  expect(new Set(headings())).toEqual(new Set(['page-notes']))
  expect(api.journal.counts().refresh.total).toBe(0)
})

test('promise 20: an anonymous user who opens a deep link signs in and gets the linked page, and no request or other page comes before', async ({
  api,
  page,
}) => {
  const headings = await recordHeadings(page)
  await page.goto('/notes?lang=ar')
  await at(page, 'page-sign-in').waitFor()
  await expect(at(page, 'sign-in')).toBeEnabled()
  expect(api.journal.entries(), 'the requested page makes no request without a session').toEqual([])
  expect(pathOf(page), 'app.config sets the sign-in page of the requested route').toBe(
    '/sign-in?lang=ar&redirect=/notes?lang=ar',
  )
  await signIn(page, BOB)
  await expect(at(page, 'page-notes')).toHaveText('Notes of Bob')
  expect(pathOf(page)).toBe('/notes?lang=ar')
  // The requested page may be shown for a moment, empty, because no redirect happens during hydration.
  const shown = headings()
  expect(shown.slice(shown.indexOf('page-sign-in'))).toEqual(['page-sign-in', 'page-notes'])
})

test('promise 2: a visitor who never signed in causes no request to the API, and a public page shows the user after the sign-in', async ({
  api,
  page,
}) => {
  await page.goto('/')
  await expect(at(page, 'status')).toHaveText('unauthenticated')
  await expect(at(page, 'page-home')).toHaveText('tokencell, in Nuxt.')
  expect(api.journal.entries()).toEqual([])
  await openSignedIn(page)
  await page.goto('/')
  await expect(at(page, 'page-home')).toHaveText('Hello, Ada.')
})

test('promise 9: the session survives 503 responses of the API', async ({ api, page }) => {
  await openSignedIn(page)
  api.faults.add({ route: '*', kind: 'status', status: 503, times: 3 })
  await page.goto('/')
  await expect(at(page, 'page-home')).toHaveText('Hello, Ada.')
  await page.goto('/notes')
  await expect(at(page, 'page-notes')).toHaveText('Notes of Ada')
})

test('promise 16: a sign-out in one tab redirects the other to the sign-in page', async ({
  api,
  context,
  page,
}) => {
  await openSignedIn(page)
  const other = await context.newPage()
  await other.goto('/notes')
  await expect(at(other, 'page-notes')).toHaveText('Notes of Ada')
  await at(page, 'sign-out').click()
  await expect(at(other, 'page-sign-in')).toBeVisible()
  await expect.poll(() => api.state().sessions).toBe(0)
})

test('promise 24: no token is in the page, in responses of the server or in any place that page scripts can read', async ({
  api,
  app,
  context,
  page,
}) => {
  const canaries = new Canaries(page, api)
  await openSignedIn(page)
  await expect(at(page, 'page-notes')).toBeVisible()
  // The search causes console messages, which would fail the test for `page`. So it runs in another page.
  const other = await context.newPage()
  await other.goto('/notes')
  await expect(at(other, 'page-notes')).toBeVisible()
  expect(await canaries.findings(other)).toEqual([])
  const places = { page: await page.content(), sent: await (await fetch(`${app.url}/notes`)).text() }
  expect(canaries.tokens).toHaveLength(1)
  expect(find(canaries.tokens, places)).toEqual([])
})

test('the server sends a page that requires sign-in without content, or as the same shell for all users', async ({
  api: _,
  app,
  served,
}) => {
  const sent = await (await fetch(`${app.url}/notes`)).text()
  const isShell = served === 'generated'
  expect(sent.includes('page-notes')).toBe(isShell)
  expect(sent).not.toContain('page-sign-in')
})

test('while the refresh endpoint answers 404, the sign-in page opens and a protected page shows the failure until it works again', async ({
  api,
  page,
  served,
}) => {
  // Without SharedWorker the page has its own vault, which ends with the page.
  await page.addInitScript(() => Reflect.deleteProperty(globalThis, 'SharedWorker'))
  await openSignedIn(page)
  api.faults.add({ route: 'refresh', kind: 'status', status: 404, times: 1000 })
  await page.goto('/sign-in')
  await expect(at(page, 'page-sign-in')).toBeVisible({ timeout: 12_000 })
  await page.goto('/notes')
  // The notice of the application, or the error page of Nuxt.
  const notice = served === 'generated' ? page.getByText('503') : at(page, 'page-unavailable')
  await expect(notice.first()).toBeVisible({ timeout: 12_000 })
  await expect(at(page, 'page-notes')).toBeHidden()
  await page.evaluate(() => Object.assign(window, { isSamePage: true }))
  api.faults.reset()
  await expect(at(page, 'page-notes')).toHaveText('Notes of Ada', { timeout: 20_000 })
  await expect(notice).toHaveCount(0)
  expect(pathOf(page)).toBe('/notes')
  expect(await page.evaluate(() => 'isSamePage' in window), 'without a reload').toBe(true)
})

test('the headers of the app reach the API', async ({ api, page }) => {
  await openSignedIn(page)
  await page.goto('/notes?lang=fr')
  await expect(at(page, 'page-notes')).toHaveText('Notes of Ada')
  // Nuxt opens a prerendered page without the query, and adds the query only after the first requests.
  await page.waitForFunction(() => location.search === '?lang=fr')
  await at(page, 'note-text').fill('Bonjour')
  await at(page, 'add-note').click()
  await expect
    .poll(
      () =>
        api.journal.entries().findLast(({ path, method }) => path === '/api/v1/notes' && method === 'POST')
          ?.language,
    )
    .toBe('fr')
})
