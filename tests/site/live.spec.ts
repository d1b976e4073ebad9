import { test as base, expect, type FrameLocator, type Page } from '@playwright/test'
import { builtSite } from '../../scripts/docs.mjs'
import { freePort } from '../../scripts/processes.mjs'
import { serveFolder } from '../package/static.mjs'

/** The built documentation on a static host. */
const test = base.extend<{ url: string }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the dependencies off the pattern
  url: async ({}, use) => {
    const port = await freePort()
    const { end } = await serveFolder(builtSite, port)
    await use(`http://localhost:${port}`)
    await end()
  },
})

type Place = Page | FrameLocator

const at = (place: Place, name: string) => place.locator(`[data-test="${name}"]`)
const happened = (place: Place, type: string) => place.locator(`[data-test="event"][data-type="${type}"]`)

async function openDemo(page: Page, url: string) {
  await page.goto(`${url}/live.html`)
  return page.frameLocator('iframe')
}

async function signIn(demo: Place) {
  await at(demo, 'demo-ada').click()
  await at(demo, 'sign-in').click()
  await expect(at(demo, 'note-count')).toBeVisible()
}

/** A 401 to a token that is younger than 1 s causes no refresh. */
const outliveTrust = () => new Promise((resolve) => setTimeout(resolve, 1050))

test('the live page shows fifty requests and one refresh, and a reload keeps the session, in Chromium without a refresh', async ({
  browserName,
  page,
  url,
}) => {
  const demo = await openDemo(page, url)
  await signIn(demo)
  await outliveTrust()
  await at(demo, 'trouble-expire').click()
  await expect(at(demo, 'trouble-outcome')).toContainText('refuses all tokens')
  await at(demo, 'send-50').click()
  await expect(at(demo, 'send-summary')).toContainText('50 of 50 successful · 1 refresh')
  await expect(at(demo, 'comparison').locator('b')).toHaveText(['1', '50'])
  await page.reload()
  await expect(at(demo, 'note-count')).toBeVisible()
  // Only in Chromium, a shared worker outlives its last page.
  const outlives = browserName === 'chromium'
  await expect(happened(demo, outlives ? 'joined' : 'refreshed')).toBeVisible()
  await expect(at(demo, 'refresh-count')).toHaveText(outlives ? '0' : '1')
})

test('a lost network ends no session, and requests succeed when it is back', async ({ page, url }) => {
  const demo = await openDemo(page, url)
  await signIn(demo)
  await at(demo, 'trouble-offline').click()
  await expect(at(demo, 'trouble-outcome')).toContainText('cannot be reached')
  await at(demo, 'send-50').click()
  await expect(at(demo, 'send-summary')).toContainText('0 of 50 successful')
  await expect(at(demo, 'status')).toHaveAttribute('data-status', 'authenticated')
  await expect
    .poll(
      async () => {
        await at(demo, 'send-1').click()
        await expect(at(demo, 'send-1')).toBeEnabled()
        return at(demo, 'send-summary').textContent()
      },
      { intervals: [1000], timeout: 30_000 },
    )
    .toContain('1 of 1 successful')
  await expect(at(demo, 'status')).toHaveAttribute('data-status', 'authenticated')
})

test('a new session of the browser is restored with one refresh, and a page of the demo opens at its address', async ({
  context,
  page,
  url,
}) => {
  // Without SharedWorker, the vault ends with its page.
  await context.addInitScript(() => Reflect.deleteProperty(globalThis, 'SharedWorker'))
  await signIn(await openDemo(page, url))
  await page.goto(`${url}/demo/admin`)
  await expect(at(page, 'user-row')).toHaveCount(2)
  await expect(at(page, 'refresh-count')).toHaveText('1')
  await page.goto(`${url}/demo/`)
  await expect(at(page, 'note-count')).toBeVisible()
  await at(page, 'sign-out').click()
  await expect(at(page, 'sign-in-form')).toBeVisible()
})

test('two tabs of the demo share a refresh, and a sign-out in one is a sign-out in both', async ({
  page,
  url,
}) => {
  const demo = await openDemo(page, url)
  await signIn(demo)
  const opening = page.waitForEvent('popup')
  await at(demo, 'open-tab').click()
  const other = await opening
  await expect(at(other, 'note-count')).toBeVisible()
  await outliveTrust()
  await at(other, 'trouble-expire').click()
  await expect(at(other, 'trouble-outcome')).toContainText('refuses all tokens')
  await at(other, 'send-50').click()
  await expect(at(other, 'send-summary')).toContainText('50 of 50 successful · 1 refresh')
  await expect(at(demo, 'refresh-count')).toHaveText('1')
  await at(demo, 'send-50').click()
  await expect(at(demo, 'send-summary')).toContainText('50 of 50 successful · 0 refreshes')
  await at(other, 'sign-out').click()
  await expect(at(demo, 'sign-in-form')).toBeVisible()
})

test('without service workers, the demo says what it needs', async ({ context, page, url }) => {
  await context.addInitScript(() => Object.defineProperty(navigator, 'serviceWorker', { value: undefined }))
  const demo = await openDemo(page, url)
  await expect(demo.locator('#app')).toContainText('The demo needs a service worker')
})
