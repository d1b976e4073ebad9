import type { Page } from '@playwright/test'
import { at, BOB, cookieHeader, expect, refuseTokens, signIn, test } from '../apps.js'

/** Signs in on the sign-in page, which leads to the home page. Only the proxy knows the requested page. */
async function openHome(page: Page, user?: typeof BOB) {
  await page.goto('/sign-in')
  await signIn(page, user)
  await at(page, 'user').waitFor()
}

test('without a proxy, guarded pages of both routers redirect anonymous users and users without the role', async ({
  app,
  context,
  page,
}) => {
  const get = async (name: string, cookie: string) => {
    const response = await fetch(app.url + name, { headers: cookie ? { cookie } : {}, redirect: 'manual' })
    return {
      text: await response.text(),
      status: response.status,
      location: response.headers.get('location') ?? '',
    }
  }
  for (const name of ['/notes', '/legacy', '/admin']) {
    const { text, location } = await get(name, '')
    expect(text + location, name).toContain('/sign-in')
    expect(text, name).not.toMatch(/Notes of|example\.com/)
  }
  await openHome(page, BOB)
  const { text, location } = await get('/admin', await cookieHeader(context))
  expect(text + location).toContain('/forbidden')
  expect(text).not.toContain('ada@example.com')
})

test('without a proxy, a page makes no refresh, because it cannot set the new cookie, and a route handler makes it', async ({
  api,
  page,
}) => {
  await openHome(page)
  await refuseTokens(api)
  await page.goto('/notes')
  await expect(at(page, 'notes')).toHaveAttribute('data-status', '401')
  expect(api.journal.counts().refresh.total).toBe(0)
  // The page calls a route handler, which can set the cookie.
  await at(page, 'note-text').fill('refreshed by a handler')
  await at(page, 'add-note').click()
  await expect(at(page, 'notes')).toContainText('refreshed by a handler')
  expect(api.journal.counts().refresh.total).toBe(1)
})
