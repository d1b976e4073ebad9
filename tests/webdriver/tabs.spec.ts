import { allowCaching, noteShown } from '../e2e/bfcache.js'
import { expect, get, signIn, status, test } from './fixtures.js'

test('promise 2: a second tab and a reload cause a refresh only where each page has its own vault', async ({
  api,
  newTab,
  open,
  page,
  where,
}) => {
  await open(page)
  await signIn(page)
  const other = await newTab()
  await open(other)
  expect(await status(other)).toBe('authenticated')
  expect(api.journal.counts().refresh.total).toBe(where === 'shared' ? 0 : 1)
  await page.reload()
  expect(await page.evaluate(() => auth.ready.then(({ status }) => status))).toBe('authenticated')
  expect(api.journal.counts().refresh.total).toBe(where === 'shared' ? 0 : 2)
})

test('promise 18: a page that returns from the back/forward cache after a sign-out elsewhere never shows the old session', async ({
  newTab,
  open,
  page,
  site,
}) => {
  allowCaching(site)
  await open(page)
  await signIn(page)
  await page.evaluate(noteShown)
  const other = await newTab()
  await open(other)
  await page.goto(`${site.url}/elsewhere`)
  await other.evaluate(() => auth.signOut())
  await page.goBack()
  await page.waitForFunction(() => auth.snapshot.status === 'unauthenticated')
  const shown = await page.evaluate(() => window.shown)
  expect(shown).toContain(true)
  expect(shown).not.toContain('authenticated')
  expect(await status(page)).toBe('signed-out')
})

test('promises 11, 16: a sign-in in the first tab shows in the second, and a sign-out in the second shows in the first', async ({
  api,
  newTab,
  open,
  page,
}) => {
  await open(page)
  const other = await newTab()
  await open(other)
  await signIn(page)
  await other.waitForFunction(() => auth.snapshot.status === 'authenticated')
  expect(await get(other, `${api.url}/api/v1/me`)).toBe(200)
  const left = page.evaluate(
    () => new Promise((resolve) => auth.subscribe(({ reason }) => reason && resolve(reason))),
  )
  await other.evaluate(() => auth.signOut())
  expect(await left).toBe('signed-out')
  expect(await status(other)).toBe('signed-out')
  expect(api.sessions.count()).toBe(0)
  await page.reload()
  await page.evaluate(() => auth.ready)
  expect(await status(page)).toBe('signed-out')
})
