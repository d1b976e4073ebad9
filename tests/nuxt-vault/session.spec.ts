import type { Page } from '@playwright/test'
import { createApi } from '../../examples/api/src/api.js'
import { vaultApis } from '../../scripts/nuxt.mjs'
import { at, BOB, expect, openSignedIn, pathOf, signIn } from '../apps.js'
import { test as base } from '../complaints.js'
import { Canaries, find } from '../e2e/canary.js'

// One API for all, at one port.
base.describe.configure({ mode: 'default' })

/** The vault asks the API itself, at the origin that was built into it. */
const test = base.extend({
  api: async ({ app, served }, use) => {
    const api = createApi({ corsOrigins: [app.url] })
    const { port, hostname } = new URL(vaultApis[served as keyof typeof vaultApis])
    const { url, close } = await api.listen({ port: Number(port), host: hostname })
    await use(Object.assign(api, { url }))
    await close()
  },
})

/** Every heading that the page shows from now on, in each document, in their order. */
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

test('promise 20: a reload on a protected page stays there, without a flash of the sign-in page and without a refresh', async ({
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

test('promise 20: a deep link leads over the sign-in page to where it was meant to, and nothing of anybody’s shows on the way', async ({
  api,
  page,
}) => {
  const headings = await recordHeadings(page)
  await page.goto('/notes?lang=ar')
  await at(page, 'page-sign-in').waitFor()
  await expect(at(page, 'sign-in')).toBeEnabled()
  expect(api.journal.entries(), 'the page that was wanted asks for nothing as nobody').toEqual([])
  expect(pathOf(page), 'app.config names it for the wanted route').toBe(
    '/sign-in?lang=ar&redirect=/notes?lang=ar',
  )
  await signIn(page, BOB)
  await expect(at(page, 'page-notes')).toHaveText('Notes of Bob')
  expect(pathOf(page)).toBe('/notes?lang=ar')
  // The page itself may show for a moment, empty: a page that is hydrating leads nowhere else yet.
  const shown = headings()
  expect(shown.slice(shown.indexOf('page-sign-in'))).toEqual(['page-sign-in', 'page-notes'])
})

test('promise 2: who never signed in causes no request, and a public page hydrates as it was rendered', async ({
  api,
  page,
}) => {
  await page.goto('/')
  await expect(at(page, 'status')).toHaveText('unauthenticated')
  await expect(at(page, 'page-home')).toHaveText('Fieldnotes, in Nuxt.')
  expect(api.journal.entries()).toEqual([])
  await openSignedIn(page)
  await page.goto('/')
  await expect(at(page, 'page-home')).toHaveText('Hello, Ada.')
})

test('promise 9: an API that is away signs nobody out', async ({ api, page }) => {
  await openSignedIn(page)
  api.faults.add({ route: '*', kind: 'status', status: 503, times: 3 })
  await page.goto('/')
  await expect(at(page, 'page-home')).toHaveText('Hello, Ada.')
  await page.goto('/notes')
  await expect(at(page, 'page-notes')).toHaveText('Notes of Ada')
})

test('promise 16: signing out in one tab leads the other to the sign-in page', async ({
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

test('promise 24: no token is in the page, in what the server sends, or in anything that a script can read', async ({
  api,
  app,
  context,
  page,
}) => {
  const canaries = new Canaries(page, api)
  await openSignedIn(page)
  await expect(at(page, 'page-notes')).toBeVisible()
  // Looking everywhere makes a page complain.
  const other = await context.newPage()
  await other.goto('/notes')
  await expect(at(other, 'page-notes')).toBeVisible()
  expect(await canaries.findings(other)).toEqual([])
  const places = { page: await page.content(), sent: await (await fetch(`${app.url}/notes`)).text() }
  expect(canaries.tokens).toHaveLength(1)
  expect(find(canaries.tokens, places)).toEqual([])
})

test('a page for somebody is left to the browser, or rendered as the shell that everybody gets', async ({
  api: _,
  app,
  served,
}) => {
  const sent = await (await fetch(`${app.url}/notes`)).text()
  const isShell = served === 'generated'
  expect(sent.includes('page-notes')).toBe(isShell)
  expect(sent).not.toContain('page-sign-in')
})

test('an API that is away opens the sign-in page all the same, and a page for somebody says so until the API is back', async ({
  api,
  page,
  served,
}) => {
  // A vault of its own, which a reload ends.
  await page.addInitScript(() => Reflect.deleteProperty(globalThis, 'SharedWorker'))
  await openSignedIn(page)
  api.faults.add({ route: 'refresh', kind: 'status', status: 404, times: 1000 })
  await page.goto('/sign-in')
  await expect(at(page, 'page-sign-in')).toBeVisible({ timeout: 12_000 })
  await page.goto('/notes')
  // The page of the application, or the error page of Nuxt.
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
