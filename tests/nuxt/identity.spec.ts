import type { Page } from '@playwright/test'
import type { App } from 'vue'
import type { VueAuth } from '../../js/adapters/vue.js'
import { type ADA, at, BOB, expect, openSignedIn } from '../apps.js'
import { test } from '../complaints.js'

/** Signs in with the session of this page, as another tab may do while a user is signed in. */
async function signInAs(page: Page, user: typeof ADA) {
  // The server's page is complete before Vue has mounted the app.
  await page.waitForFunction(() => '__vue_app__' in (document.querySelector('#__nuxt') ?? {}))
  await page.evaluate(async (credentials) => {
    const { __vue_app__: app } = document.querySelector('#__nuxt') as unknown as { __vue_app__: App }
    const auth: VueAuth<unknown> = app.runWithContext(
      () => app._context.provides[Symbol.for('tokencell.vue') as never],
    )
    await auth.signIn(credentials)
  }, user)
}

test('when another user signs in in another tab, an open page drops the data of the previous user and requests its own', async ({
  api,
  context,
  page,
}) => {
  await openSignedIn(page)
  await at(page, 'note-text').fill('a note of Ada')
  await at(page, 'add-note').click()
  await expect(at(page, 'notes')).toContainText('a note of Ada')
  const elsewhere = await context.newPage()
  await elsewhere.goto('/')
  await expect(at(elsewhere, 'page-home')).toHaveText('Hello, Ada.')
  let release = () => {}
  const isReleased = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route('**/api/v1/notes', async (route) => {
    await isReleased
    await route.continue()
  })
  const before = api.journal.entries().length
  const asked = page.waitForRequest('**/api/v1/notes')
  await signInAs(elsewhere, BOB)
  await asked
  await expect(at(page, 'page-notes')).toHaveText('Notes of Bob')
  await expect(at(page, 'notes'), 'while the request is on its way').not.toContainText('a note of Ada')
  release()
  await expect
    .poll(() =>
      api.journal
        .entries()
        .slice(before)
        .filter(({ method, path }) => method === 'GET' && path === '/api/v1/notes')
        .map(({ status }) => status),
    )
    .toEqual([200])
  await expect(at(page, 'notes')).not.toContainText('a note of Ada')
  await expect(at(page, 'problem')).toHaveCount(0)
})

test('after a sign-out in another tab, the data of a page that is left is not requested again', async ({
  api,
  context,
  page,
}) => {
  await openSignedIn(page)
  await expect(at(page, 'page-notes')).toBeVisible()
  const elsewhere = await context.newPage()
  await elsewhere.goto('/')
  const before = api.journal.entries().length
  await at(elsewhere, 'sign-out').click()
  await expect(at(page, 'page-sign-in')).toBeVisible()
  await expect.poll(() => api.state().sessions).toBe(0)
  const paths = api.journal.entries().slice(before)
  expect(paths.map(({ method, path }) => `${method} ${path}`)).toEqual(['DELETE /api/v1/logout'])
})
