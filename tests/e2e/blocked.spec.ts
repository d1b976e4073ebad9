import { expect, get, signIn, status, test } from './fixtures.js'

test('a page that a dialog blocks for 100 s completes its request, then shows the sign-out of another tab, and can sign in', {
  tag: '@full',
}, async ({ api, context, open, page, where }) => {
  test.skip(where === 'page', 'a page is its own vault')
  test.setTimeout(240_000)
  await open(page)
  await signIn(page)
  const other = await context.newPage()
  await open(other)
  await other.waitForFunction(() => auth.snapshot.status === 'authenticated')

  api.faults.add({ route: 'me', kind: 'hold' })
  const held = api.faults.whenHeld('me')
  await page.evaluate((url) => {
    window.kept = auth.fetch(url).then(
      ({ status }) => status,
      ({ code, name }) => code ?? name,
    )
  }, `${api.url}/api/v1/me`)
  await held

  let dismiss = () => {}
  const dismissed = new Promise<void>((resolve) => {
    dismiss = resolve
  })
  const shown = new Promise<void>((resolve) =>
    page.on('dialog', async (dialog) => {
      resolve()
      await dismissed
      await dialog.accept()
    }),
  )
  await page.evaluate(() => void setTimeout(() => confirm('Really?')))
  await shown
  const since = Date.now()
  await expect.poll(() => Date.now() - since, { timeout: 120_000 }).toBeGreaterThan(100_000)
  api.faults.release('me')
  const isAsked = ({ method, path }: { method: string; path: string }) =>
    method === 'GET' && path === '/api/v1/me'
  await expect.poll(() => api.journal.entries().find(isAsked)?.status).toBe(200)
  await other.evaluate(() => auth.signOut())
  dismiss()
  expect(await page.evaluate(() => kept)).toBe(200)
  await page.waitForFunction(() => auth.snapshot.reason === 'signed-out')
  await signIn(page)
  await other.waitForFunction(() => auth.snapshot.status === 'authenticated')
  expect(await status(page)).toBe('authenticated')
  expect(await get(page, `${api.url}/api/v1/me`)).toBe(200)
})

declare global {
  var kept: Promise<unknown>
}
