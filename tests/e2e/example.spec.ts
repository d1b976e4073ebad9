import type { Page } from '@playwright/test'
import { Canaries } from './canary.js'
import { at, expect, openAnother, openSignedIn, outliveTrust, signIn, test } from './example.js'
import { ADA, BOB } from './fixtures.js'

/** Lines of the timeline about the session. */
const happened = (page: Page, type: string) =>
  page.locator(`[data-test="event"][data-type="${type}"]`).first()

/** The rows of the tab list, in words. */
const tabs = (page: Page) => at(page, 'tab-label')

test('a deep link leads over the sign-in page to where it points', async ({ api, page, url }) => {
  await page.goto(`${url}/reports`)
  await expect(at(page, 'sign-in-form')).toBeVisible()
  expect(api.journal.entries().filter(({ path }) => path.startsWith('/api/'))).toEqual([])
  await signIn(page, ADA)
  await expect(at(page, 'page-reports')).toBeVisible()
  expect(new URL(page.url()).pathname).toBe('/reports')
  await page.reload()
  await expect(at(page, 'page-reports')).toBeVisible()
})

test('a wrong password is explained, and an admin page is for admins', async ({ page, url }) => {
  await page.goto(`${url}/admin`)
  await signIn(page, { ...BOB, password: 'wrong' })
  await expect(at(page, 'sign-in-error')).toBeVisible()
  await signIn(page, BOB)
  await expect(at(page, 'page-forbidden')).toBeVisible()
  await at(page, 'sign-out').click()
  await expect(at(page, 'sign-in-form')).toBeVisible()
  await signIn(page, ADA)
  await expect(at(page, 'page-dashboard')).toBeVisible()
  await page.goto(`${url}/admin`)
  await expect(at(page, 'user-row').first()).toBeVisible()
})

test('promise 9: a revoked user lands on the sign-in page, which says why', async ({ page, url }) => {
  await page.goto(url)
  await signIn(page, ADA)
  await expect(at(page, 'page-dashboard')).toBeVisible()
  await expect(at(page, 'trouble-revoke')).toBeVisible()
  await outliveTrust(page)
  await at(page, 'trouble-revoke').click()
  await expect(at(page, 'trouble-outcome')).toBeVisible()
  await at(page, 'send-1').click()
  await expect(at(page, 'sign-in-form')).toBeVisible()
  await expect(at(page, 'notice')).toHaveAttribute('data-reason', 'revoked')
})

test('the panel shows fifty requests on refused tokens, and one refresh', async ({ page, url }) => {
  await page.goto(url)
  await signIn(page, ADA)
  await expect(at(page, 'note-count')).toBeVisible()
  const before = Number(await at(page, 'refresh-count').textContent())
  await outliveTrust(page)
  await at(page, 'trouble-expire').click()
  await expect(at(page, 'trouble-outcome')).toBeVisible()
  await at(page, 'send-50').click()
  await expect(at(page, 'count-retried')).toHaveText('50')
  expect(Number(await at(page, 'refresh-count').textContent())).toBe(before + 1)
})

test('two tabs list each other, and the one that is closed no longer', async ({ page, url }) => {
  await openSignedIn(page, url)
  await expect(tabs(page)).toHaveText(['Notes this tab'])
  const other = await openAnother(page)
  await at(other, 'nav-reports').click()
  await expect(tabs(page)).toHaveText(['Notes this tab', 'Reports visible'])
  // Playwright keeps every tab of Chromium visible.
  await expect(tabs(other)).toHaveText([/^Notes (visible|in the background)$/, 'Reports this tab'])
  await other.close()
  await expect(tabs(page)).toHaveText(['Notes this tab'])
})

test('a tab that goes to the background says so', async ({ page, url }) => {
  await openSignedIn(page, url)
  const other = await openAnother(page)
  await other.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden' })
    document.dispatchEvent(new Event('visibilitychange'))
  })
  await expect(tabs(page)).toHaveText(['Notes this tab', 'Notes in the background'])
})

test('a tab that crashes is missed and leaves the list', async ({ browserName, page, url }) => {
  test.skip(browserName !== 'chromium', 'chrome://crash')
  await openSignedIn(page, url)
  const other = await openAnother(page)
  await expect(tabs(page)).toHaveCount(2)
  // The address of a crash never finishes loading.
  other.goto('chrome://crash').catch(() => {})
  await expect(tabs(page)).toHaveText(['Notes this tab'])
})

test('a tab that is reloaded keeps its number, and five have one each', async ({ page, url }) => {
  await openSignedIn(page, url)
  const others = [await openAnother(page), await openAnother(page), await openAnother(page)]
  others.push(await openAnother(page))
  const numbers = (page: Page) =>
    at(page, 'tab').evaluateAll((rows) => rows.map((row) => (row as HTMLElement).dataset.number))
  for (const one of [page, ...others])
    await expect.poll(() => numbers(one)).toEqual(['1', '2', '3', '4', '5'])
  await others[1]?.reload()
  for (const one of [page, ...others])
    await expect.poll(() => numbers(one)).toEqual(['1', '2', '3', '4', '5'])
  await expect(at(others[1] as Page, 'tab').nth(2)).toHaveAttribute('data-here', 'true')
})

test('a request of one tab shows in the timeline of the other, marked with its number', async ({
  page,
  url,
}) => {
  await openSignedIn(page, url)
  const other = await openAnother(page)
  const before = await at(page, 'request').count()
  await at(other, 'send-1').click()
  await expect(at(page, 'request')).toHaveCount(before + 1)
  const there = at(page, 'request').first().locator('[data-test="made-by"]')
  await expect(there).toHaveText('2')
  await expect(there).toHaveAttribute('data-here', 'false')
  const made = at(other, 'request').first().locator('[data-test="made-by"]')
  await expect(made).toHaveText('2')
  await expect(made).toHaveAttribute('data-here', 'true')
  for (const one of [page, other])
    await expect(at(one, 'tab-requests')).toHaveText(['1 request', '2 requests'])
})

test('promise 2: a new tab and a reload make no refresh, for the vault is alive', async ({
  api,
  page,
  url,
}) => {
  await openSignedIn(page, url)
  const other = await openAnother(page)
  await expect(happened(other, 'joined')).toBeVisible()
  await page.reload()
  await expect(at(page, 'note-count')).toBeVisible()
  await expect(happened(page, 'joined')).toBeVisible()
  expect(api.journal.counts().refresh.total).toBe(0)
})

test('promise 2: the vault outlives its only tab, which is reloaded without a refresh', async ({
  api,
  browserName,
  page,
  url,
}) => {
  test.skip(browserName !== 'chromium', 'only Chromium knows extendedLifetime')
  await openSignedIn(page, url)
  await page.reload()
  await expect(at(page, 'note-count')).toBeVisible()
  await expect(happened(page, 'joined')).toBeVisible()
  expect(api.journal.counts().refresh.total).toBe(0)
})

test('without SharedWorker each tab has a vault of its own, and they list each other all the same', async ({
  api,
  context,
  page,
  url,
}) => {
  await context.addInitScript(() => Reflect.deleteProperty(globalThis, 'SharedWorker'))
  await openSignedIn(page, url)
  const other = await openAnother(page)
  expect(api.journal.counts().refresh.total).toBe(1)
  await at(other, 'send-1').click()
  for (const one of [page, other])
    await expect(at(one, 'tab-requests')).toHaveText(['1 request', '2 requests'])
  await expect(at(page, 'request')).toHaveCount(1)
})

test('signing out in one tab shows in the other', async ({ page, url }) => {
  await openSignedIn(page, url)
  const other = await openAnother(page)
  await at(other, 'sign-out').click()
  await expect(at(page, 'sign-in-form')).toBeVisible()
  await expect(at(page, 'notice')).toHaveAttribute('data-reason', 'signed-out')
  await expect(happened(page, 'ended')).toBeVisible()
  await expect(tabs(page)).toHaveText(['Sign in this tab', 'Sign in visible'])
})

test('promise 19: no token is in the state of Vue or Pinia, the DOM or anywhere else', async ({
  api,
  page,
  url,
}) => {
  const canaries = new Canaries(page, api)
  await page.goto(url)
  await signIn(page, ADA)
  await expect(at(page, 'note-count')).toBeVisible()
  await page.reload()
  await expect(at(page, 'note-count')).toBeVisible()
  expect(canaries.tokens).not.toEqual([])
  expect(await canaries.findings(page)).toEqual([])
  await page.evaluate(([token]) => {
    const app = document.querySelector('#app') as unknown as {
      __vue_app__: { config: { globalProperties: { $pinia: { state: { value: object } } } } }
    }
    Object.assign(app.__vue_app__.config.globalProperties.$pinia.state.value, { planted: { token } })
  }, canaries.tokens)
  expect(await canaries.findings(page), 'the search does reach into the stores').toEqual(['globals'])
})
