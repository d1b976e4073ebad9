import type { Page } from '@playwright/test'
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

test('promise 20: no link leads elsewhere, whether signed in already or only now', async ({ page, url }) => {
  test.slow()
  const asked: string[] = []
  page.on('request', (request) => asked.push(new URL(request.url()).host))
  const link = (wanted: string) => `${url}/sign-in?redirect=${encodeURIComponent(wanted)}`
  for (const wanted of elsewhere) {
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

const REFUSALS = [
  { kind: 'status', status: 404 },
  { kind: 'status', status: 410 },
  { kind: 'status', status: 419 },
  { kind: 'status', status: 422 },
  { kind: 'status', status: 503 },
  { kind: 'answer', status: 302, headers: { location: '/' } },
  { kind: 'answer', status: 200, headers: { 'content-type': 'text/html' }, body: '<!doctype html>' },
] as const

test('a page that requires sign-in says that the API cannot be reached, the sign-in page opens, and both recover', async ({
  api,
  context,
  page,
  url,
}) => {
  test.slow()
  // A vault of its own, which a reload ends.
  await context.addInitScript(() => Reflect.deleteProperty(globalThis, 'SharedWorker'))
  await openSignedIn(page, url)
  for (const refusal of REFUSALS) {
    api.faults.add({
      route: 'refresh',
      times: 1000,
      ...refusal,
      headers: { ...('headers' in refusal && refusal.headers) },
    })
    await page.goto(`${url}/sign-in`)
    await expect(at(page, 'sign-in-form')).toBeVisible({ timeout: 12_000 })
    await page.goto(`${url}/reports?a=1`)
    await expect(at(page, 'page-unavailable')).toBeVisible({ timeout: 12_000 })
    expect(pathOf(page)).toBe('/reports?a=1')
    api.faults.reset()
    await page.evaluate(() => dispatchEvent(new Event('online')))
    await expect(at(page, 'page-reports')).toBeVisible({ timeout: 30_000 })
    expect(pathOf(page)).toBe('/reports?a=1')
  }
})

test('a refresh that takes long keeps neither page blank', async ({ api, context, page, url }) => {
  test.slow()
  await context.addInitScript(() => Reflect.deleteProperty(globalThis, 'SharedWorker'))
  await openSignedIn(page, url)
  api.faults.add({ route: 'refresh', kind: 'holdBefore' })
  const held = api.faults.whenHeld('refresh')
  await page.goto(`${url}/reports`)
  await held
  await expect(at(page, 'page-unavailable')).toBeVisible({ timeout: 15_000 })
  api.faults.release('refresh')
  await expect(at(page, 'page-reports')).toBeVisible()
})
