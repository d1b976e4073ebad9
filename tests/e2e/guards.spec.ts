import type { Page } from '@playwright/test'
import type { App } from 'vue'
import { elsewhere } from '../redirects.js'
import { at, expect, openAnother, openSignedIn, outliveTrust, signIn, test } from './example.js'
import { ADA, BOB } from './fixtures.js'

/** Makes every page of this tab record whether it ever shows the sign-in form, even for a moment. */
async function watchForSignIn(page: Page) {
  await page.addInitScript(() => {
    Object.assign(window, { hasFlashed: false })
    new MutationObserver(() => {
      if (document.querySelector('[data-test="sign-in-form"]')) Object.assign(window, { hasFlashed: true })
    }).observe(document, { childList: true, subtree: true })
  })
  return () => page.evaluate(() => (window as unknown as { hasFlashed: boolean }).hasFlashed)
}

const pathOf = (page: Page) => page.url().replace(/^https?:\/\/[^/]+/, '')

test('promise 20: a reload of a protected page never shows the sign-in page', async ({ page, url }) => {
  await openSignedIn(page, url)
  const hasFlashed = await watchForSignIn(page)
  for (const path of ['/', '/reports', '/admin']) {
    await page.goto(url + path)
    await page.reload()
    await expect(page.locator('h1')).toBeVisible()
    expect([pathOf(page), await hasFlashed()]).toEqual([path, false])
  }
})

test('promise 20: a protected page that waits for a slow refresh never shows the sign-in page', async ({
  api,
  context,
  page,
  url,
}) => {
  // Without SharedWorker the page has its own vault, which ends with the page.
  await context.addInitScript(() => Reflect.deleteProperty(globalThis, 'SharedWorker'))
  await openSignedIn(page, url)
  const hasFlashed = await watchForSignIn(page)
  api.faults.add({ route: 'refresh', kind: 'hold' })
  const held = api.faults.whenHeld('refresh')
  await page.goto(`${url}/reports`)
  await held
  await expect(at(page, 'status')).toHaveAttribute('data-status', 'loading')
  expect(await hasFlashed()).toBe(false)
  api.faults.release('refresh')
  await expect(at(page, 'page-reports')).toBeVisible()
  expect([pathOf(page), await hasFlashed()]).toEqual(['/reports', false])
  await at(page, 'sign-out').click()
  await expect(at(page, 'sign-in-form')).toBeVisible()
  expect(await hasFlashed(), 'the observer records the sign-in form when it is shown').toBe(true)
})

test('a guest page redirects a signed-in user to the home page, or to the page in its query', async ({
  page,
  url,
}) => {
  await openSignedIn(page, url)
  await page.goto(`${url}/sign-in`)
  await expect(at(page, 'note-count')).toBeVisible()
  expect(pathOf(page)).toBe('/')
  await page.goto(`${url}/sign-in?redirect=/reports%3Fa%3D1%23b`)
  await expect(at(page, 'page-reports')).toBeVisible()
  expect(pathOf(page)).toBe('/reports?a=1#b')
})

// In four parts, which run in parallel.
for (const part of [1, 2, 3, 4])
  test(`promise 20: no redirect parameter leads to another site, before or after the sign-in (${part} of 4)`, async ({
    page,
    url,
  }) => {
    test.slow()
    const asked: string[] = []
    page.on('request', (request) => asked.push(new URL(request.url()).host))
    const link = (wanted: string) => `${url}/sign-in?redirect=${encodeURIComponent(wanted)}`
    for (const wanted of elsewhere.filter((_, at) => at % 4 === part - 1)) {
      await page.goto(link(wanted))
      await signIn(page, BOB)
      await expect(at(page, 'note-count')).toBeVisible()
      expect(pathOf(page), JSON.stringify(wanted)).toBe('/')
      await page.goto(link(wanted))
      await expect(at(page, 'note-count')).toBeVisible()
      expect(pathOf(page), JSON.stringify(wanted)).toBe('/')
      await at(page, 'sign-out').click()
      await expect(at(page, 'sign-in-form')).toBeVisible()
    }
    expect([...new Set(asked)]).toEqual([new URL(url).host])
  })

test('a session that is revoked on a protected page leads to the sign-in page with the reason, and the sign-in leads back', async ({
  api,
  page,
  url,
}) => {
  await openSignedIn(page, url)
  await page.goto(`${url}/reports?from=link`)
  await expect(at(page, 'page-reports')).toBeVisible()
  await outliveTrust(page)
  api.sessions.revokeUser(api.accounts.byEmail(ADA.email)?.id ?? '')
  await at(page, 'send-1').click()
  await expect(at(page, 'notice')).toHaveAttribute('data-reason', 'revoked')
  expect(pathOf(page)).toBe('/sign-in?redirect=/reports?from=link')
  await signIn(page, ADA)
  await expect(at(page, 'page-reports')).toBeVisible()
  expect(pathOf(page)).toBe('/reports?from=link')
})

/** Adds a protected page, like an application that adds routes when it knows the permissions of the user. */
const addPage = (page: Page, path: string) =>
  page.evaluate((path) => {
    const { __vue_app__: app } = document.querySelector('#app') as unknown as { __vue_app__: App }
    const component = { render: () => `Added at ${path}` }
    app.config.globalProperties.$router.addRoute({
      path,
      component,
      meta: { requiresAuth: true, title: 'Added' },
    })
  }, path)

test('a page whose route is added later opens as soon as it is added: after the sign-in, and after a reload', async ({
  page,
  url,
}) => {
  await page.goto(`${url}/sign-in?redirect=/late?a=1`)
  await signIn(page, ADA)
  for (const when of ['after the sign-in', 'after a reload']) {
    await expect(at(page, 'page-not-found'), when).toBeVisible()
    await addPage(page, '/late')
    await expect(page.getByText('Added at /late'), when).toBeVisible()
    expect(pathOf(page)).toBe('/late?a=1')
    await page.reload()
  }
})

test('after a refresh without the required role every tab shows the forbidden page, and after a refresh with it the page', async ({
  api,
  page,
  url,
}) => {
  await openSignedIn(page, url)
  const other = await openAnother(page)
  for (const one of [page, other]) {
    await at(one, 'nav-reports').click()
    await expect(at(one, 'page-reports')).toBeVisible()
  }
  const refreshWith = async (roles: string[]) => {
    await outliveTrust(page)
    const ada = api.accounts.byEmail(ADA.email)
    if (ada) api.accounts.setRoles(ada, roles)
    api.tokens.expireAll()
    await at(page, 'send-1').click()
  }
  await refreshWith([])
  for (const one of [page, other]) await expect(at(one, 'page-forbidden')).toBeVisible()
  expect(pathOf(page)).toBe('/reports')
  await refreshWith(['editor'])
  for (const one of [page, other]) await expect(at(one, 'page-reports')).toBeVisible()
})

/** Responses of a refresh endpoint that neither confirm nor end the session. */
const REFUSALS = [
  { kind: 'status', status: 404 },
  { kind: 'status', status: 410 },
  { kind: 'status', status: 419 },
  { kind: 'status', status: 422 },
  { kind: 'status', status: 503 },
  { kind: 'answer', status: 302, headers: { location: '/' } },
  { kind: 'answer', status: 200, headers: { 'content-type': 'text/html' }, body: '<!doctype html>' },
]

/** Opens the example signed in, without SharedWorker: the vault ends with the page, so the next page has to refresh. */
async function openWithOwnVault(page: Page, url: string) {
  await page.context().addInitScript(() => Reflect.deleteProperty(globalThis, 'SharedWorker'))
  await openSignedIn(page, url)
}

/** Marks the page. @returns a function that says whether the page has been reloaded since */
async function watchForReload(page: Page) {
  await page.evaluate(() => Object.assign(window, { isSamePage: true }))
  return () => page.evaluate(() => !('isSamePage' in window))
}

/** The longest time in ms that a guest page waits for the session. */
const BOUND = 12_000

for (const refusal of REFUSALS) {
  // Each test waits for the time limits of two pages, so the quick run includes only the first and the last.
  const tag = [REFUSALS[0], REFUSALS.at(-1)].includes(refusal) ? [] : ['@full']
  test(`while the refresh endpoint answers ${JSON.stringify(refusal)}, the sign-in page opens and a protected page shows the failure until the endpoint works again`, {
    tag,
  }, async ({ api, page, url }) => {
    // Its time limits add up to 54 s, and each page has to load.
    test.slow()
    await openWithOwnVault(page, url)
    api.faults.add({ route: 'refresh', times: 1000, ...refusal } as never)
    await page.goto(`${url}/sign-in`)
    await expect(at(page, 'sign-in-form')).toBeVisible({ timeout: BOUND })
    await page.goto(`${url}/reports?a=1`)
    await expect(at(page, 'page-unavailable')).toBeVisible({ timeout: BOUND })
    expect(pathOf(page)).toBe('/reports?a=1')
    const hasReloaded = await watchForReload(page)
    api.faults.reset()
    // The vault's own pauses, and a machine that does other things.
    await expect(at(page, 'page-reports')).toBeVisible({ timeout: 60_000 })
    expect([pathOf(page), await hasReloaded()]).toEqual(['/reports?a=1', false])
  })
}

test('while the API is down, the sign-in page opens with a notice, and redirects when the API is back and the user is signed in', async ({
  api,
  page,
  url,
}) => {
  await openWithOwnVault(page, url)
  await api.unplug()
  await page.goto(`${url}/sign-in?redirect=/reports`)
  await expect(at(page, 'sign-in-form')).toBeVisible({ timeout: BOUND })
  // The 12 s of the guard begin with the navigation. The 10 s of the vault begin later, when it has started.
  await expect(at(page, 'notice')).toContainText('cannot be reached', { timeout: BOUND })
  await expect(at(page, 'status')).toHaveAttribute('data-status', 'loading')
  const hasReloaded = await watchForReload(page)
  await api.plug()
  // A page that waits retries at least every 5 s.
  await expect(at(page, 'page-reports')).toBeVisible({ timeout: 10_000 })
  expect([pathOf(page), await hasReloaded()]).toEqual(['/reports', false])
})

test('a sign-in while the refresh endpoint answers 404 leads to the requested page', async ({
  api,
  page,
  url,
}) => {
  await openWithOwnVault(page, url)
  api.faults.add({ route: 'refresh', kind: 'status', status: 404, times: 1000 })
  await page.goto(`${url}/sign-in?redirect=/reports`)
  await signIn(page, ADA)
  await expect(at(page, 'page-reports')).toBeVisible()
})

test('during a slow refresh a protected page shows the failure and the sign-in page its form, and both continue after the refresh', async ({
  api,
  page,
  url,
}) => {
  test.slow()
  await openWithOwnVault(page, url)
  const other = await page.context().newPage()
  api.faults.add({ route: 'refresh', kind: 'holdBefore', times: 2 })
  const held = api.faults.whenHeld('refresh')
  await Promise.all([page.goto(`${url}/reports`), other.goto(`${url}/sign-in`)])
  await held
  await expect(at(page, 'page-unavailable')).toBeVisible({ timeout: BOUND })
  await expect(at(other, 'sign-in-form')).toBeVisible({ timeout: BOUND })
  api.faults.reset()
  await expect(at(page, 'page-reports')).toBeVisible()
  await expect(at(other, 'note-count'), 'the sign-in page redirects the signed-in user').toBeVisible({
    timeout: 30_000,
  })
})
