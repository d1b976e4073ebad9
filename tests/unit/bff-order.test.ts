import { afterEach, expect, test, vi } from 'vitest'
import { connect, onItsWay, paths, pendingSignOut, rendered, site, useSite } from './page.js'
import { ADA, BOB } from './server/browser.js'

useSite()
afterEach(() => void vi.useRealTimers())

/** A page of Ada's, which has nothing more to ask. */
async function ada() {
  const page = connect()
  await page.auth.ready
  await page.auth.signIn(ADA)
  page.watch()
  site.asked.length = 0
  return page
}

const calledOf = (path: string) => paths().filter((one) => one === path).length

test('promise 16: what was asked before a sign-in is not what is shown after it', async () => {
  const { auth } = connect()
  const old = onItsWay('/api/auth/session')
  auth.ready.catch(() => {})
  await old.made
  await auth.signIn(ADA)
  old.arrive()
  await vi.waitFor(() => expect(calledOf('/api/auth/session')).toBe(2))
  expect((await auth.ready).user?.name).toBe('Ada')
})

test('promise 16: no look that is under way brings back who has signed out, even offline', async () => {
  const { auth, statuses } = await ada()
  const old = onItsWay('/api/auth/session')
  const peer = new BroadcastChannel('tokencell /api/auth')
  peer.postMessage('changed')
  await old.made
  site.isOffline = true
  await auth.signOut()
  old.arrive()
  site.isOffline = false
  await vi.waitFor(() => expect(site.server.api.state().sessions).toBe(0))
  await vi.waitFor(() => expect(pendingSignOut()).toBeNull())
  expect([auth.snapshot.reason, statuses]).toEqual(['signed-out', ['signed-out']])
  peer.close()
})

test('promise 16: nor in another tab that was told of it', async () => {
  const { auth, statuses } = await ada()
  const old = onItsWay('/api/auth/session')
  const peer = new BroadcastChannel('tokencell /api/auth')
  peer.postMessage('changed')
  await old.made
  await site.browser.signOut()
  peer.postMessage('signed-out')
  await vi.waitFor(() => expect(auth.snapshot.reason).toBe('signed-out'))
  old.arrive()
  await vi.waitFor(() => expect(calledOf('/api/auth/session')).toBe(2))
  expect(statuses).toEqual(['signed-out'])
  peer.close()
})

test('promise 16: what was rendered before the sign-out is not taken after it', async () => {
  await site.browser.signIn(ADA)
  const before = await rendered()
  const { auth } = connect()
  auth.hydrate(before)
  await auth.signOut()
  auth.hydrate(before)
  expect(auth.snapshot.reason).toBe('signed-out')
  await vi.waitFor(() => expect(calledOf('/api/auth/session'), 'the server is asked').toBe(1))
})

test('promise 16: nor by a page that was rendered before a sign-out in another tab, and wakes up after it', async () => {
  const { auth: other } = await ada()
  const before = await rendered()
  await other.signOut()
  const { auth } = connect()
  auth.hydrate(before)
  expect(auth.snapshot.status).not.toBe('authenticated')
  expect((await auth.ready).status).toBe('unauthenticated')
})

test('what was rendered before something that is known by now is not taken', async () => {
  await site.browser.signIn(ADA)
  const before = await rendered()
  const { auth } = connect()
  auth.hydrate({ ...before, at: before.at + 1000, session: 'newer' })
  auth.hydrate(before)
  expect(calledOf('/api/auth/session'), 'it is asked').toBe(1)
})

test('promise 9: one wrong answer that the session is over does not last: a later one wins, in pages to come as well', async () => {
  const { auth, statuses } = await ada()
  const { snapshot } = await rendered()
  const nobody = { ...snapshot, status: 'unauthenticated', reason: 'revoked', user: null, claims: null }
  site.answers.set('/api/auth/session', () =>
    Response.json({ snapshot: nobody, session: null, at: Date.now() }),
  )
  const peer = new BroadcastChannel('tokencell /api/auth')
  peer.postMessage('changed')
  await vi.waitFor(() => expect(auth.snapshot.reason).toBe('revoked'))
  site.answers.clear()
  vi.setSystemTime(Date.now() + 1000)
  peer.postMessage('changed')
  await vi.waitFor(() => expect(auth.snapshot.user?.name).toBe('Ada'))
  expect(statuses).toEqual(['revoked', 'Ada'])
  const { auth: next } = connect()
  next.hydrate(await rendered())
  expect(next.snapshot.user?.name).toBe('Ada')
  peer.close()
})

test('promise 17: whoever signs in after a slow sign-out stays signed in, from this tab or another', async () => {
  for (const isOther of [false, true]) {
    const leaving = await ada()
    const one = isOther ? connect() : leaving
    const slow = onItsWay('/api/auth/sign-out')
    const out = leaving.auth.signOut()
    await slow.made
    const entering = one.auth.signIn(BOB)
    await rendered()
    expect(calledOf('/api/auth/sign-in'), 'it waits for its turn').toBe(0)
    slow.arrive()
    await Promise.all([out, entering])
    expect((await rendered()).snapshot.user).toMatchObject({ name: 'Bob' })
    expect(one.auth.snapshot.user?.name).toBe('Bob')
  }
})

test('promise 16: a sign-out during a sign-in has the last word', async () => {
  const { auth } = connect()
  const slow = onItsWay('/api/auth/sign-in')
  const entering = auth.signIn(ADA)
  await slow.made
  const out = auth.signOut()
  await rendered()
  slow.arrive()
  await Promise.all([entering, out])
  expect([auth.snapshot.status, (await rendered()).snapshot.status]).toEqual([
    'unauthenticated',
    'unauthenticated',
  ])
  expect(site.server.api.state().sessions).toBe(0)
})

test('promise 16: a sign-out that the API has not confirmed stays pending', async () => {
  const { auth, events } = connect()
  await auth.signIn(ADA)
  site.server.api.faults.add({ route: 'logout', kind: 'status', status: 503, times: 1 })
  await auth.signOut()
  expect([auth.snapshot.reason, events.at(-1)?.type, pendingSignOut()]).toEqual([
    'signed-out',
    'sign-out-pending',
    expect.any(String),
  ])
  connect().auth.subscribe(() => {})
  await vi.waitFor(() => expect(pendingSignOut()).toBeNull())
  expect(site.server.api.state().sessions).toBe(0)
})

test('promise 17: a page from the cache that belongs to another account fails what was open', async () => {
  const { auth } = await ada()
  site.server.api.faults.add({ route: 'notes', kind: 'hold' })
  const isHeld = site.server.api.faults.whenHeld('notes')
  const open = auth.fetch('/api/v1/notes')
  await isHeld
  await site.browser.signIn(BOB)
  dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))
  await expect(open).rejects.toMatchObject({ code: 'replaced' })
  site.server.api.faults.release('notes')
})
