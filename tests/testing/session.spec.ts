import { ADA } from '../e2e/fixtures.js'
import { type App, expect, open, read, test } from './fixtures.js'

// One after the other in one worker, as the tests of a file run by default.
test.describe.configure({ mode: 'default' })

const countSignIns = ({ api }: App) => api.journal.counts().byRoute['POST /api/v1/login'] ?? 0
const countRefreshes = ({ api }: App) => api.journal.counts().refresh.total

/** The sign-ins until the end of the last test. */
let last = 0

test.afterEach(({ app }) => {
  last = countSignIns(app)
})

test('a test starts signed in, with one refresh', async ({ page, app }) => {
  const refreshes = countRefreshes(app)
  expect(await open(page)).toBe('authenticated')
  expect(await read(page)).toMatchObject({ user: { email: ADA.email } })
  expect(countRefreshes(app)).toBe(refreshes + 1)
})

test('the next test has the same session, although a refresh has replaced its cookie', async ({
  page,
  app,
}) => {
  expect(await open(page)).toBe('authenticated')
  expect(countSignIns(app)).toBe(last)
})

test('a test may sign out', async ({ page, app }) => {
  expect(await open(page)).toBe('authenticated')
  await page.evaluate(() => auth.signOut())
  expect(countSignIns(app)).toBe(last)
})

test('after a test that has signed out, the next one signs in again', async ({ page, app }) => {
  expect(countSignIns(app)).toBe(last + 1)
  expect(await open(page)).toBe('authenticated')
})

test('a test may let the API end the session', async ({ page, app }) => {
  app.api.sessions.revokeUser('1')
  expect(await open(page)).toBe('unauthenticated')
})

test('after a test whose session has ended, the next one signs in again', async ({ page, app }) => {
  expect(countSignIns(app)).toBe(last + 1)
  expect(await open(page)).toBe('authenticated')
})

test.describe('with an empty storageState', () => {
  test.use({ storageState: { cookies: [], origins: [] } })

  test('a test starts signed out', async ({ page }) => {
    expect(await open(page)).toBe('unauthenticated')
  })
})

test('after a test without the session, the next one has it again', async ({ page, app }) => {
  expect(await open(page)).toBe('authenticated')
  expect(countSignIns(app)).toBe(last)
})
