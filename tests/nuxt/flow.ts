import { expect, type Page } from '@playwright/test'
import { ADA, type Api } from '../apps.js'

const heading = (page: Page) =>
  page.evaluate(() => `${location.pathname} ${document.querySelector('h1')?.textContent}`)

async function waitForHeading(page: Page, expected: string) {
  await expect.poll(() => heading(page).catch(() => 'on the way')).toBe(expected)
}

/** Clicks on a button until the page reacts. */
async function click(page: Page, name: string) {
  const isTaken = () =>
    page.evaluate((name) => {
      const button = document.querySelector<HTMLButtonElement>(`[data-test=${name}]`)
      button?.click()
      return button?.disabled === false
    }, name)
  await expect.poll(() => isTaken().catch(() => false)).toBe(true)
}

const fillIn = (page: Page) =>
  page.evaluate(({ email, password }) => {
    for (const [name, value] of Object.entries({ email, password }))
      Object.assign(document.querySelector(`[name=${name}]`) ?? {}, { value })
  }, ADA)

/** The test for every engine: a deep link, the sign-in page, the requested page, a reload, a sign-out. */
export async function visit(page: Page, url: string, api: Api) {
  await page.goto(`${url}/notes`)
  await waitForHeading(page, '/sign-in Sign in')
  await fillIn(page)
  await click(page, 'sign-in')
  await waitForHeading(page, '/notes Notes of Ada')
  await page.reload()
  await waitForHeading(page, '/notes Notes of Ada')
  expect(api.journal.counts().refresh.total).toBe(0)
  expect(await page.evaluate(() => document.cookie)).toBe('')
  await click(page, 'sign-out')
  // The home page or the sign-in page, because both the page and its guard redirect.
  const isOut = () => page.evaluate(() => document.querySelector('[data-test=to-sign-in]') !== null)
  await expect.poll(() => isOut().catch(() => false)).toBe(true)
  await expect.poll(() => api.state().sessions).toBe(0)
  await page.goto(`${url}/notes`)
  await waitForHeading(page, '/sign-in Sign in')
}
