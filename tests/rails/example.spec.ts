import { test as base, type Page } from '@playwright/test'
import { startRails } from '../../scripts/rails.mjs'
import { serveExample } from '../../scripts/serve.mjs'
import { at, expect, openAnother, outliveTrust, signIn } from '../e2e/example.js'
import { ADA, BOB } from '../e2e/fixtures.js'
import { administrate } from './raw.js'

/** The example as `npm run start:rails` serves it. */
const test = base.extend<{ api: string; url: string }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the dependencies off the pattern
  api: async ({}, use) => {
    const { url, end } = await startRails()
    await use(url)
    await end()
  },
  url: async ({ api }, use) => {
    const site = await serveExample({ port: 0, mode: 'preview', api: { url: api } })
    await use(site.url)
    await site.close()
  },
})

async function openAs(page: Page, url: string, user = BOB) {
  await page.goto(url)
  await signIn(page, user)
  await expect(at(page, 'note-count')).toBeVisible()
}

test('the example signs in to Rails and adds a note, which is shown again after a reload', async ({
  page,
  url,
}) => {
  await page.goto(`${url}/reports`)
  await signIn(page, { ...ADA, password: 'wrong' })
  await expect(at(page, 'sign-in-error')).toHaveText('Wrong e-mail or password.')
  await signIn(page, ADA)
  await expect(at(page, 'page-reports')).toBeVisible()
  await page.goto(url)
  await at(page, 'note-text').fill('Kept by Rails')
  await at(page, 'add-note').click()
  await expect(at(page, 'note')).toContainText('Kept by Rails')
  await page.reload()
  await expect(at(page, 'note')).toContainText('Kept by Rails')
  await page.goto(`${url}/admin`)
  await expect(at(page, 'user-row')).toHaveCount(2)
})

test('after an admin gives a role to a user, the next request opens the forbidden page', async ({
  api,
  page,
  url,
}) => {
  const admin = await administrate(api)
  await openAs(page, url)
  await page.goto(`${url}/reports`)
  await expect(at(page, 'page-forbidden')).toBeVisible()
  await outliveTrust(page)
  await admin.setRoles('2', ['editor'])
  await at(page, 'send-1').click()
  await expect(at(page, 'report')).toBeVisible()
})

test('promise 1: after an admin ends the session, both tabs go to the sign-in page, which shows the reason', async ({
  api,
  page,
  url,
}) => {
  const admin = await administrate(api)
  await openAs(page, url)
  const other = await openAnother(page)
  await outliveTrust(page)
  await admin.forceLogout('2')
  await at(page, 'send-1').click()
  for (const tab of [page, other]) {
    await expect(at(tab, 'sign-in-form')).toBeVisible()
    await expect(at(tab, 'notice')).toHaveAttribute('data-reason', 'revoked')
    await expect(at(tab, 'notice')).toContainText('An administrator has ended your session')
  }
})
