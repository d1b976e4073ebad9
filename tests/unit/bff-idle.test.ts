import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { AuthEvent } from '../../js/common/types.js'
import { connect, paths, site, useSite } from './page.js'
import { ADA, browse } from './server/browser.js'

useSite()
beforeEach(() => vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

const MINUTE = 60_000

/** A page of a server with an idle limit of 30 minutes, and a warning one minute before. */
async function open() {
  site.browser = browse({ ...site.server.options, idle: { after: 1800 }, logger: false })
  const page = connect()
  page.watch()
  await page.auth.ready
  await page.auth.signIn(ADA)
  return page
}

/** Another tab of the same browser. */
async function openTab() {
  const page = connect()
  page.watch()
  await page.auth.ready
  return page
}

const pass = (millis: number) => vi.advanceTimersByTimeAsync(millis)
const warnings = (events: AuthEvent[]) => events.filter(({ type }) => type === 'idle-warning')
/** Real time passes while messages and responses arrive. */
const until = (done: () => unknown) => vi.waitFor(() => expect(done()).toBeTruthy(), { timeout: 5000 })

test('the warning begins without a request, once', async () => {
  const { auth, events } = await open()
  const asked = paths().length
  await pass(28 * MINUTE)
  expect([auth.snapshot.idle, warnings(events)]).toEqual([null, []])
  await pass(MINUTE + 1000)
  expect(auth.snapshot.idle).toEqual({ endsAt: expect.any(Number) })
  expect(warnings(events)).toEqual([{ type: 'idle-warning', endsAt: auth.snapshot.idle?.endsAt }])
  expect(Math.round(((auth.snapshot.idle?.endsAt ?? 0) - Date.now()) / 1000)).toBeLessThanOrEqual(59)
  expect(paths().length).toBe(asked)
})

test('at the end the page asks the server, which has ended the session', async () => {
  const { auth, statuses, events } = await open()
  await pass(29 * MINUTE + 1000)
  await pass(MINUTE)
  await until(() => auth.snapshot.status === 'unauthenticated')
  expect(statuses.at(-1)).toBe('idle')
  expect(events).toContainEqual({ type: 'ended', reason: 'idle' })
})

test('without an answer the session ends here', async () => {
  const { auth, statuses } = await open()
  await pass(29 * MINUTE + 1000)
  site.isOffline = true
  await pass(MINUTE)
  await until(() => auth.snapshot.status === 'unauthenticated')
  expect([statuses.at(-1), auth.snapshot.user]).toEqual(['idle', null])
})

test('a request of the page ends the warning in all tabs', async () => {
  const { auth } = await open()
  const other = await openTab()
  await pass(29 * MINUTE + 1000)
  expect([auth.snapshot.idle, other.auth.snapshot.idle]).toEqual(
    Array(2).fill({ endsAt: expect.any(Number) }),
  )
  await auth.fetch('/api/v1/me').catch(() => {})
  expect(auth.snapshot.idle).toBeNull()
  await until(() => other.auth.snapshot.idle === null)
  await pass(2 * MINUTE)
  expect(other.auth.snapshot.status).toBe('authenticated')
})

test('`stay` ends the warning, and the server knows of it', async () => {
  const { auth } = await open()
  await pass(29 * MINUTE + 1000)
  await auth.stay()
  expect(auth.snapshot.idle).toBeNull()
  await pass(20 * MINUTE)
  expect(await site.browser.session()).toMatchObject({ status: 'authenticated' })
})

test('if another browser window has kept the session, the page finds out at the end', async () => {
  const { auth } = await open()
  await pass(29 * MINUTE + 1000)
  await site.browser.fetch('/api/auth/stay', { method: 'POST' })
  await pass(MINUTE)
  await until(() => paths().at(-1) === '/api/auth/session' && auth.snapshot.idle === null)
  expect(auth.snapshot.status).toBe('authenticated')
})

test('without the option `stay` sends nothing', async () => {
  const { auth } = connect()
  await auth.ready
  await auth.signIn(ADA)
  const asked = paths().length
  await auth.stay()
  expect(paths().length).toBe(asked)
})
