import { at, expect, openSignedIn, signOut, test } from '../apps.js'

test('with `cacheComponents`, pages are rendered with the session below a `Suspense`, and Next logs no warning', async ({
  app,
  page,
}) => {
  await openSignedIn(page)
  await expect(at(page, 'page-notes')).toHaveText('Notes of Ada')
  await page.reload()
  await expect(at(page, 'page-notes')).toHaveText('Notes of Ada')
  await page.goto('/')
  await expect(at(page, 'page-home')).toHaveText('Hello, Ada.')
  await signOut(page)
  expect(app.output()).not.toMatch(/error|warn|unstable|Date\.now/i)
})
