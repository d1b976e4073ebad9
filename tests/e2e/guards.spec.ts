import type { Page } from '@playwright/test'
import type { App } from 'vue'
import { elsewhere } from '../redirects.js'
import { at, expect, openAnother, openSignedIn, outliveTrust, signIn, test } from './example.js'
import { ADA, BOB } from './fixtures.js'

/** Has every page of this tab note whether it ever shows the sign-in form, however briefly. */
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

test('promise 20: a reload on a protected page never flashes the sign-in page', async ({ page, url }) => {
  await openSignedIn(page, url)
  const hasFlashed = await watchForSignIn(page)
  for (const path of ['/', '/reports', '/admin']) {
    await page.goto(url + path)
    await page.reload()
    await expect(page.locator('h1')).toBeVisible()
    expect([pathOf(page), await hasFlashed()]).toEqual([path, false])
  }
})

test('promise 20: nor does one that waits for a slow refresh', async ({ api, context, page, url }) => {
  // A vault of its own, which a reload ends.
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
  expect(await hasFlashed(), 'it is noticed when it shows').toBe(true)
})

test('a page for guests leads home while signed in, and to the page in its query', async ({ page, url }) => {
  await openSignedIn(page, url)
  await page.goto(`${url}/sign-in`)
  await expect(at(page, 'note-count')).toBeVisible()
  expect(pathOf(page)).toBe('/')
  await page.goto(`${url}/sign-in?redirect=/reports%3Fa%3D1%23b`)
  await expect(at(page, 'page-reports')).toBeVisible()
  expect(pathOf(page)).toBe('/reports?a=1#b')
})

// In parts, which run side by side.
for (const part of [1, 2, 3, 4])
  test(`promise 20: no link leads elsewhere, whether signed in already or only now (${part} of 4)`, async ({
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

test('a session revoked on a protected page leads to the sign-in page, which says why, and back', async ({
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

/** Adds a page for users, as an application does when it has learned what the user may see. */
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

test('a page whose route is added for the user opens: after the sign-in, and after a reload', async ({
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

test('a role taken away closes the open page after the next refresh, in every tab, and one given opens it', async ({
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

/** Ways in which a refresh endpoint decides nothing. */
const REFUSALS = [
  { kind: 'status', status: 404 },
  { kind: 'status', status: 410 },
  { kind: 'status', status: 419 },
  { kind: 'status', status: 422 },
  { kind: 'status', status: 503 },
  { kind: 'answer', status: 302, headers: { location: '/' } },
  { kind: 'answer', status: 200, headers: { 'content-type': 'text/html' }, body: '<!doctype html>' },
]

/** Signed in, with a vault of its own, which a reload ends: the next page has to refresh. */
async function openWithOwnVault(page: Page, url: string) {
  await page.context().addInitScript(() => Reflect.deleteProperty(globalThis, 'SharedWorker'))
  await openSignedIn(page, url)
}

/** Notes that the page must stay the same. @returns whether it did */
async function watchForReload(page: Page) {
  await page.evaluate(() => Object.assign(window, { isSamePage: true }))
  return () => page.evaluate(() => !('isSamePage' in window))
}

/** No page for guests waits longer. In milliseconds. */
const BOUND = 12_000

for (const refusal of REFUSALS) {
  // Each waits for the bounds of two pages: the quick run tries the first and the last.
  const tag = [REFUSALS[0], REFUSALS.at(-1)].includes(refusal) ? [] : ['@full']
  test(`while the refresh endpoint does this, the sign-in page opens, another page says so, and both recover: ${JSON.stringify(refusal)}`, {
    tag,
  }, async ({ api, page, url }) => {
    await openWithOwnVault(page, url)
    api.faults.add({ route: 'refresh', times: 1000, ...refusal } as never)
    await page.goto(`${url}/sign-in`)
    await expect(at(page, 'sign-in-form')).toBeVisible({ timeout: BOUND })
    await page.goto(`${url}/reports?a=1`)
    await expect(at(page, 'page-unavailable')).toBeVisible({ timeout: BOUND })
    expect(pathOf(page)).toBe('/reports?a=1')
    const hasReloaded = await watchForReload(page)
    api.faults.reset()
    await expect(at(page, 'page-reports')).toBeVisible({ timeout: 30_000 })
    expect([pathOf(page), await hasReloaded()]).toEqual(['/reports?a=1', false])
  })
}

test('likewise while the API is away; the sign-in page leads on by itself when it is back', async ({
  api,
  page,
  url,
}) => {
  await openWithOwnVault(page, url)
  await api.unplug()
  await page.goto(`${url}/sign-in?redirect=/reports`)
  await expect(at(page, 'sign-in-form')).toBeVisible({ timeout: BOUND })
  // The guard's 12 s begin with the navigation. The vault's 10 s begin when it has started, which takes time on a busy machine.
  await expect(at(page, 'notice')).toContainText('cannot be reached', { timeout: BOUND })
  await expect(at(page, 'status')).toHaveAttribute('data-status', 'loading')
  const hasReloaded = await watchForReload(page)
  await api.plug()
  // The pauses of a page that waits are 5 s at most.
  await expect(at(page, 'page-reports')).toBeVisible({ timeout: 10_000 })
  expect([pathOf(page), await hasReloaded()]).toEqual(['/reports', false])
})

test('a sign-in while the refresh endpoint is broken leads to the page that was wanted', async ({
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

test('a refresh that takes long keeps neither page blank', async ({ api, page, url }) => {
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
  await expect(at(other, 'note-count'), 'and the user has nothing to do there').toBeVisible({
    timeout: 30_000,
  })
})
