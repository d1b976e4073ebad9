/** What the client sends in a sign-in, a refresh and a sign-out, and how long it waits. */
import { afterEach, expect, test, vi } from 'vitest'
import { connect, onItsWay, paths, pendingSignOut, rendered, site, useSite } from './page.js'
import { ADA, BOB, browse } from './server/browser.js'

useSite()
afterEach(() => void vi.useRealTimers())

const BASE = '/api/auth'
const SESSION = `${BASE}/session`

/** Ada is signed in on a page whose server reads the user from the API. */
async function ada() {
  site.browser = browse({ ...site.server.options, user: '/api/v1/me', logger: false })
  const page = connect()
  page.watch()
  await page.auth.ready
  await page.auth.signIn(ADA)
  site.asked = []
  return page
}

const askedFor = (path: string) => site.asked.find((one) => one.path === path)?.request

test('no request of the client is answered from a cache', async () => {
  const { auth } = await ada()
  await auth.restore()
  await auth.refresh()
  await auth.signOut()
  expect(site.asked.map(({ request }) => request.cache)).toEqual(Array(site.asked.length).fill('no-store'))
  expect(paths()).toEqual([SESSION, `${BASE}/refresh`, `${BASE}/sign-out`])
})

test('a sign-out reaches the server although its page closes', async () => {
  const { auth } = await ada()
  await auth.signOut()
  expect(askedFor(`${BASE}/sign-out`)?.keepalive).toBe(true)
})

test('a form is sent as a form, and JSON as JSON', async () => {
  const { auth } = connect()
  await auth.signIn(ADA)
  expect(askedFor(`${BASE}/sign-in`)?.headers.get('content-type')).toBe('application/json')
  site.asked = []
  const form = new FormData()
  form.set('email', ADA.email)
  await auth.signIn(form).catch(() => {})
  expect(askedFor(`${BASE}/sign-in`)?.headers.get('content-type')).toMatch(/^multipart\/form-data; boundary=/)
})

test.each([
  [{}, ''],
  [{ remember: true }, ''],
  [{ remember: false }, '?remember=false'],
  [{ by: 'otp' }, '?by=otp'],
  [{ by: 'otp', remember: true }, '?by=otp'],
])('a sign-in with the options %j has the query `%s`', async (options, query) => {
  const { auth } = connect()
  await auth.signIn(ADA, options).catch(() => {})
  expect(paths()).toContain(`${BASE}/sign-in${query}`)
})

test('a session that another tab has changed during a sign-in is requested, and the response to the sign-in is not shown', async () => {
  const { auth, statuses } = connect()
  auth.subscribe(() => {})
  await auth.ready
  const slow = onItsWay(`${BASE}/sign-in`)
  const entering = auth.signIn(ADA)
  await slow.made
  const other = onItsWay(SESSION)
  const peer = new BroadcastChannel('tokencell /api/auth')
  peer.postMessage('changed')
  await other.made
  other.arrive()
  slow.arrive()
  await entering
  expect(paths().slice(-1)).toEqual([SESSION])
  expect([auth.snapshot.user?.name, statuses]).toEqual(['Ada', []])
  peer.close()
})

test.each(['refresh', 'reloadUser'] as const)(
  'promise 16: the response to `%s` does not sign the user in again after a sign-out',
  async (method) => {
    const { auth, statuses } = await ada()
    const slow = onItsWay(method === 'refresh' ? `${BASE}/refresh` : `${BASE}/user`)
    const call = auth[method]()
    await slow.made
    const out = auth.signOut()
    slow.arrive()
    await Promise.allSettled([call, out])
    expect(statuses).toEqual(['never', 'Ada', 'signed-out'])
  },
)

test.each(['refresh', 'reloadUser'] as const)(
  'promise 8: `%s` does not change the session of another account, and the page shows that account',
  async (method) => {
    const { auth } = await ada()
    await site.browser.signIn(BOB)
    await expect(auth[method]()).rejects.toMatchObject({ code: 'replaced' })
    expect(auth.snapshot.user?.name).toBe('Bob')
  },
)

test('a refresh that the server cannot make now leaves the session, and requests nothing more', async () => {
  const { auth } = await ada()
  site.answers.set(`${BASE}/refresh`, () => new Response(null, { status: 503 }))
  await expect(auth.refresh()).rejects.toMatchObject({ code: 'unreachable' })
  expect([auth.snapshot.user?.name, paths()]).toEqual(['Ada', [`${BASE}/refresh`]])
})

test('the other tabs show the session that a refresh has changed', async () => {
  const { auth } = await ada()
  const other = connect()
  other.watch()
  await other.auth.ready
  const info = await rendered()
  const later = { ...info, at: info.at + 1, snapshot: { ...info.snapshot, user: { name: 'Ada of acme' } } }
  site.answers.set(`${BASE}/refresh`, () => Response.json(later))
  site.answers.set(SESSION, () => Response.json(later))
  await auth.refresh()
  expect(auth.snapshot.user?.name).toBe('Ada of acme')
  await vi.waitFor(() => expect(other.auth.snapshot.user?.name).toBe('Ada of acme'))
})

test('the other tabs request the session after a server action has changed it, and not when a page starts', async () => {
  const other = connect()
  other.watch()
  await other.auth.ready
  const { auth } = connect()
  auth.subscribe(() => {})
  const messages: unknown[] = []
  const peer = new BroadcastChannel('tokencell /api/auth')
  const heard = new Promise((resolve) => {
    peer.onmessage = ({ data }) => {
      messages.push(data)
      resolve(data)
    }
  })
  auth.hydrate(await rendered())
  await site.browser.signIn()
  auth.hydrate(await rendered())
  await vi.waitFor(() => expect(other.auth.snapshot.user?.name).toBe('Ada'))
  await heard
  expect(messages).toEqual(['changed'])
  peer.close()
})

test('a sign-out that is not confirmed is reported with the time, and the sign-out of a tab in all tabs', async () => {
  const { auth, events } = await ada()
  const other = connect()
  other.watch()
  await other.auth.ready
  site.isOffline = true
  const before = Date.now()
  await auth.signOut()
  const pending = events.at(-1) as { type: string; retryAt: number }
  expect(pending.type).toBe('sign-out-pending')
  expect(pending.retryAt).toBeGreaterThanOrEqual(before)
  site.isOffline = false
  await auth.restore()
  expect([events.at(-1)?.type, pendingSignOut()]).toEqual(['signed-out', null])
  await vi.waitFor(() => expect(other.events.at(-1)?.type).toBe('signed-out'))
})

test('where the browser has no Web Locks, a page still makes one exchange after the other', async () => {
  vi.stubGlobal('navigator', {})
  const { auth } = await ada()
  const slow = onItsWay(`${BASE}/sign-out`)
  const out = auth.signOut()
  await slow.made
  const entering = auth.signIn(BOB)
  await rendered()
  expect(paths()).toEqual([`${BASE}/sign-out`])
  slow.arrive()
  await Promise.all([out, entering])
  expect(auth.snapshot.user?.name).toBe('Bob')
})

test('an exchange follows one that has failed', async () => {
  const { auth } = connect()
  const wrong = auth.signIn({ ...ADA, password: 'x' })
  const right = auth.signIn(ADA)
  await expect(wrong).rejects.toMatchObject({ code: 'refused' })
  expect(await right).toMatchObject({ status: 'signed-in' })
  expect(paths().filter((path) => path === `${BASE}/sign-in`)).toHaveLength(2)
})

test('promise 11: an exchange waits 45 s for the lock that another tab keeps, and is then made without it', async () => {
  await site.browser.signIn()
  const info = await rendered()
  site.answers.set(`${BASE}/sign-in`, () => Response.json(info))
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  timeoutsFollowTimers()
  vi.stubGlobal('navigator', {
    locks: {
      request: (_: string, { signal }: { signal: AbortSignal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    },
  })
  const { auth } = connect()
  const entering = auth.signIn(ADA)
  await vi.advanceTimersByTimeAsync(44_999)
  expect(paths()).not.toContain(`${BASE}/sign-in`)
  await vi.advanceTimersByTimeAsync(1)
  expect(await entering).toMatchObject({ status: 'signed-in' })
})

test('promise 9: a sign-in fails after 45 s without a response, and a request for the session after 22 s', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  timeoutsFollowTimers()
  const { auth } = connect()
  await auth.ready
  for (const path of [SESSION, `${BASE}/sign-in`]) {
    site.answers.set(path, () => new Response('{}'))
    site.delays.set(path, () => new Promise(() => {}))
  }
  const ended: string[] = []
  auth.signIn(ADA).catch(({ code }) => ended.push(`sign-in ${code}`))
  auth.restore().then(() => ended.push('restore'))
  await vi.advanceTimersByTimeAsync(21_999)
  expect(ended).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(ended).toEqual(['restore'])
  await vi.advanceTimersByTimeAsync(22_999)
  expect(ended).toEqual(['restore'])
  await vi.advanceTimersByTimeAsync(1)
  expect(ended).toEqual(['restore', 'sign-in unreachable'])
})

/** Fake timers do not have `AbortSignal.timeout`. */
function timeoutsFollowTimers() {
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((millis) => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(new DOMException('Too late', 'TimeoutError')), millis)
    return controller.signal
  })
}
