import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { AuthEvent } from '../../js/common/types.js'
import { connect, onItsWay, paths, rendered, site, useSite } from './page.js'
import { ADA, BOB, browse } from './server/browser.js'

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

test('if the clock of the server differs, the page counts in its own clock', async () => {
  const { auth } = await open()
  const info = await rendered()
  const slow = 3 * 60 * MINUTE
  const limit = info.idle as NonNullable<typeof info.idle>
  const next = connect()
  next.watch()
  next.auth.hydrate({ ...info, at: info.at - slow, idle: { ...limit, endsAt: limit.endsAt - slow } })
  expect(next.auth.snapshot.idle).toBeNull()
  await pass(29 * MINUTE + 2000)
  const end = auth.snapshot.idle?.endsAt ?? 0
  expect(Math.abs((next.auth.snapshot.idle?.endsAt ?? 0) - end)).toBeLessThanOrEqual(2000)
})

test('a page that shows nothing of the limit yet takes the exact end from a server with the same clock', async () => {
  const { auth } = await open()
  const { idle } = await rendered()
  await pass(29 * MINUTE + 1000)
  expect(auth.snapshot.idle).toEqual({ endsAt: idle?.endsAt })
})

test('after the end of one session, the next session has its whole time and its own warning', async () => {
  const { auth, events } = await open()
  await pass(29 * MINUTE + 1000)
  await auth.signIn(BOB)
  expect(auth.snapshot.idle).toBeNull()
  await pass(28 * MINUTE)
  expect(auth.snapshot.idle).toBeNull()
  await pass(MINUTE + 1000)
  expect(auth.snapshot.idle).not.toBeNull()
  expect(warnings(events)).toHaveLength(2)
})

test('a signed-out page asks nothing at the end of the time', async () => {
  const { auth } = await open()
  await auth.signOut()
  const asked = paths().length
  await pass(31 * MINUTE)
  await auth.stay()
  expect([paths().length, auth.snapshot.reason]).toEqual([asked, 'signed-out'])
})

test('a closed page asks nothing at the end of the time', async () => {
  const { auth } = await open()
  const asked = paths().length
  auth.dispose()
  await pass(31 * MINUTE)
  expect(paths().length).toBe(asked)
})

test('at the end the page asks the server once', async () => {
  await open()
  const asked = paths().length
  const slow = onItsWay('/api/auth/session')
  await pass(31 * MINUTE)
  await slow.made
  await pass(5 * MINUTE)
  expect(paths().slice(asked)).toEqual(['/api/auth/session'])
  slow.arrive()
})

test('if the server keeps the session although its time is over, the page asks again, but not at once', async () => {
  const { auth } = await open()
  const info = await rendered()
  const asked = paths().length
  site.answers.set('/api/auth/session', () => Response.json({ ...info, at: Date.now() }))
  await pass(30 * MINUTE)
  await until(() => paths().length === asked + 1 && vi.getTimerCount() > 0)
  await pass(500)
  expect(paths().length).toBe(asked + 1)
  await pass(500)
  await until(() => paths().length === asked + 2)
  expect(auth.snapshot.status).toBe('authenticated')
})

test('the other tabs are told of activity at most once per second', async () => {
  const { auth } = await open()
  let told = 0
  const peer = new BroadcastChannel('tokencell /api/auth')
  peer.onmessage = ({ data }) => {
    told += data === 'active' ? 1 : 0
  }
  const act = () => auth.fetch('/api/v1/me')
  await pass(5000)
  await act()
  await pass(500)
  await act()
  await pass(500)
  await act()
  await until(() => told === 2)
  peer.close()
})

test('a request that the server refuses itself does not end the warning', async () => {
  const { auth } = await open()
  await pass(29 * MINUTE + 1000)
  await expect(auth.fetch('/api/nothing')).rejects.toMatchObject({ code: 'not-proxied' })
  expect(auth.snapshot.idle).not.toBeNull()
})

test('a `stay` without a response rejects, and the warning continues', async () => {
  const { auth } = await open()
  await pass(29 * MINUTE + 1000)
  site.isOffline = true
  await expect(auth.stay()).rejects.toMatchObject({ code: 'unreachable' })
  expect(auth.snapshot).toMatchObject({ status: 'authenticated', idle: { endsAt: expect.any(Number) } })
})

test('promise 8: `stay` does not keep the session of another account, and the page shows that account', async () => {
  const { auth } = await open()
  await pass(29 * MINUTE + 1000)
  await site.browser.signIn(BOB)
  await auth.stay()
  expect(auth.snapshot.user?.name).toBe('Bob')
})

test('promise 16: the response to `stay` does not sign the user in again after a sign-out', async () => {
  const { auth, statuses } = await open()
  await pass(29 * MINUTE + 1000)
  const slow = onItsWay('/api/auth/stay')
  const staying = auth.stay()
  await slow.made
  const out = auth.signOut()
  slow.arrive()
  await Promise.all([staying, out])
  expect(statuses.at(-1)).toBe('signed-out')
  expect(statuses.filter((status) => status === 'signed-out')).toHaveLength(1)
})
