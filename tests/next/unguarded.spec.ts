import type { Page } from '@playwright/test'
import { at, BOB, cookieHeader, expect, refuseTokens, signIn, test } from '../apps.js'

/** Nobody but the proxy knows which page was wanted: one lands at home. */
async function openHome(page: Page, user?: typeof BOB) {
  await page.goto('/sign-in')
  await signIn(page, user)
  await at(page, 'user').waitFor()
}

test('without a proxy, pages of both routers keep themselves closed', async ({ app, context, page }) => {
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

test('without a proxy, a page does not spend a refresh whose result it could not hand on', async ({
  api,
  page,
}) => {
  await openHome(page)
  await refuseTokens(api)
  await page.goto('/notes')
  await expect(at(page, 'notes')).toHaveAttribute('data-status', '401')
  expect(api.journal.counts().refresh.total).toBe(0)
  // The page itself asks its server, which can.
  await at(page, 'note-text').fill('refreshed by a handler')
  await at(page, 'add-note').click()
  await expect(at(page, 'notes')).toContainText('refreshed by a handler')
  expect(api.journal.counts().refresh.total).toBe(1)
})
