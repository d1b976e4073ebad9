import { expect, type Page } from '@playwright/test'
import { ADA, type Api } from '../apps.js'

const heading = (page: Page) =>
  page.evaluate(() => `${location.pathname} ${document.querySelector('h1')?.textContent}`)

async function waitForHeading(page: Page, expected: string) {
  await expect.poll(() => heading(page).catch(() => 'on the way')).toBe(expected)
}

/** Signs in on the form, as a person would. A page that has not hydrated would send it by itself. */
async function submit(page: Page) {
  await expect
    .poll(() => page.evaluate(() => '__vue_app__' in (document.querySelector('#__nuxt') ?? {})))
    .toBe(true)
  await page.evaluate(({ email, password }) => {
    for (const [name, value] of Object.entries({ email, password }))
      Object.assign(document.querySelector(`[name=${name}]`) ?? {}, { value })
    document.querySelector<HTMLButtonElement>('[data-test=sign-in]')?.click()
  }, ADA)
}

/** What every engine has to do: over the sign-in page to the page that was wanted, reload there, sign out. */
export async function visit(page: Page, url: string, api: Api) {
  await page.goto(`${url}/notes`)
  await waitForHeading(page, '/sign-in Sign in')
  await submit(page)
  await waitForHeading(page, '/notes Notes of Ada')
  await page.reload()
  await waitForHeading(page, '/notes Notes of Ada')
  expect(api.journal.counts().refresh.total).toBe(0)
  expect(await page.evaluate(() => document.cookie)).toBe('')
  await page.evaluate(() => document.querySelector<HTMLButtonElement>('[data-test=sign-out]')?.click())
  // Home, or the page for signing in: both the page and its guard lead away.
  const isOut = () => page.evaluate(() => document.querySelector('[data-test=to-sign-in]') !== null)
  await expect.poll(() => isOut().catch(() => false)).toBe(true)
  await expect.poll(() => api.state().sessions).toBe(0)
  await page.goto(`${url}/notes`)
  await waitForHeading(page, '/sign-in Sign in')
}
