import type { Page } from '@playwright/test'
import { Canaries } from './canary.js'
import { at, expect, openAnother, openSignedIn, outliveTrust, signIn, test } from './example.js'
import { ADA, BOB } from './fixtures.js'

/** The first event of this type in the timeline. */
const happened = (page: Page, type: string) =>
  page.locator(`[data-test="event"][data-type="${type}"]`).first()

/** The labels in the list of tabs. */
const tabs = (page: Page) => at(page, 'tab-label')

test('an anonymous user who opens a deep link signs in and then sees the linked page', async ({
  api,
  page,
  url,
}) => {
  await page.goto(`${url}/reports`)
  await expect(at(page, 'sign-in-form')).toBeVisible()
  expect(api.journal.entries().filter(({ path }) => path.startsWith('/api/'))).toEqual([])
  await signIn(page, ADA)
  await expect(at(page, 'page-reports')).toBeVisible()
  expect(new URL(page.url()).pathname).toBe('/reports')
  await page.reload()
  await expect(at(page, 'page-reports')).toBeVisible()
})

test('a wrong password shows an error, and only an admin sees the admin page', async ({ page, url }) => {
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

test('promise 9: a user whose session is revoked is sent to the sign-in page, which shows the reason', async ({
  page,
  url,
}) => {
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

test('after fifty requests on a refused token, the panel shows fifty retries and one refresh', async ({
  page,
  url,
}) => {
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
  await expect(at(page, 'send-summary')).toContainText('50 of 50 successful · 1 refresh')
  await expect(at(page, 'comparison').locator('b')).toHaveText(['1', '50'])
})

test('fifty equal requests are one row of the timeline with their number, and the refresh before them is in sight', async ({
  page,
  url,
}) => {
  await openSignedIn(page, url)
  await outliveTrust(page)
  await at(page, 'trouble-expire').click()
  await expect(at(page, 'trouble-outcome')).toContainText('refuses all tokens')
  await at(page, 'send-50').click()
  await expect(at(page, 'count-retried')).toHaveText('50')
  const row = at(page, 'request').first()
  await expect(row).toHaveAttribute('data-count', '50')
  await expect(row).toContainText('50 × GET /api/v1/notes')
  await expect(at(page, 'timeline').locator('li').nth(1)).toHaveAttribute('data-type', 'refreshed')
  await expect(happened(page, 'refreshed')).toBeInViewport()
  await at(page, 'send-1').click()
  await expect(at(page, 'request').first(), 'sent in another way').toHaveAttribute('data-via', 'direct')
  await expect(at(page, 'request').first()).toHaveAttribute('data-count', '1')
})

test('without a session, the buttons that need one are disabled', async ({ page, url }) => {
  const needing = ['send-1', 'send-50', 'trouble-expire', 'trouble-revoke', 'trouble-drop-roles']
  await page.goto(url)
  await expect(at(page, 'trouble')).toBeVisible()
  for (const name of needing) await expect(at(page, name)).toBeDisabled()
  await expect(at(page, 'trouble-short-life')).toBeEnabled()
  await signIn(page, ADA)
  await expect(at(page, 'note-count')).toBeVisible()
  for (const name of needing) await expect(at(page, name)).toBeEnabled()
})

test('on a phone, a link at the top leads to the panel with the keyboard, and back', async ({
  page,
  url,
}) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await openSignedIn(page, url)
  await expect(at(page, 'send-50')).not.toBeInViewport()
  await at(page, 'to-panel').press('Enter')
  await expect(at(page, 'send-50')).toBeInViewport()
  await at(page, 'to-page').press('Enter')
  await expect(at(page, 'page-dashboard')).toBeInViewport()
  const overflow = await page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement
    return scrollWidth - clientWidth
  })
  expect(overflow).toBe(0)
})

test('two tabs list each other, and a closed tab leaves the list', async ({ page, url }) => {
  await openSignedIn(page, url)
  await expect(tabs(page)).toHaveText(['Notes this tab'])
  const other = await openAnother(page)
  await at(other, 'nav-reports').click()
  await expect(tabs(page)).toHaveText(['Notes this tab', 'Reports visible'])
  // In Chromium under Playwright, every tab stays visible.
  await expect(tabs(other)).toHaveText([/^Notes (visible|in the background)$/, 'Reports this tab'])
  await other.close()
  await expect(tabs(page)).toHaveText(['Notes this tab'])
})

test('the list of tabs shows when a tab goes to the background', async ({ page, url }) => {
  await openSignedIn(page, url)
  const other = await openAnother(page)
  await other.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden' })
    document.dispatchEvent(new Event('visibilitychange'))
  })
  await expect(tabs(page)).toHaveText(['Notes this tab', 'Notes in the background'])
})

test('a tab that crashes leaves the list', async ({ browserName, page, url }) => {
  test.skip(browserName !== 'chromium', 'only Chromium has chrome://crash')
  await openSignedIn(page, url)
  const other = await openAnother(page)
  await expect(tabs(page)).toHaveCount(2)
  // chrome://crash never finishes loading.
  other.goto('chrome://crash').catch(() => {})
  await expect(tabs(page)).toHaveText(['Notes this tab'])
})

test('five tabs have the numbers 1 to 5, and a reloaded tab keeps its number', async ({ page, url }) => {
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

test('a request of one tab shows in the timeline of every tab, with the number of the tab that made it', async ({
  page,
  url,
}) => {
  await openSignedIn(page, url)
  const other = await openAnother(page)
  await at(other, 'send-1').click()
  // The second request of that tab, equal to the first one.
  await expect(at(page, 'request').first()).toHaveAttribute('data-count', '2')
  const there = at(page, 'request').first().locator('[data-test="made-by"]')
  await expect(there).toHaveText('2')
  await expect(there).toHaveAttribute('data-here', 'false')
  const made = at(other, 'request').first().locator('[data-test="made-by"]')
  await expect(made).toHaveText('2')
  await expect(made).toHaveAttribute('data-here', 'true')
  for (const one of [page, other])
    await expect(at(one, 'tab-requests')).toHaveText(['1 request', '2 requests'])
})

test('promise 2: while the vault runs, a new tab and a reload cause no refresh', async ({
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

test('promise 2: a reload of the only tab causes no refresh, because the vault outlives the page', async ({
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

test('without SharedWorker each tab has its own vault, and the tabs still list each other', async ({
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

test('a sign-out in one tab shows the sign-in form in the other', async ({ page, url }) => {
  await openSignedIn(page, url)
  const other = await openAnother(page)
  await at(other, 'sign-out').click()
  await expect(at(page, 'sign-in-form')).toBeVisible()
  await expect(at(page, 'notice')).toHaveAttribute('data-reason', 'signed-out')
  await expect(happened(page, 'ended')).toBeVisible()
  await expect(tabs(page)).toHaveText(['Sign in this tab', 'Sign in visible'])
})

test('promise 19: no token is in the state of Vue or Pinia, in the DOM or in any other place that scripts can read', async ({
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
  expect(await canaries.findings(page), 'the search finds a token planted in a store').toEqual(['globals'])
})
