import { afterEach, expect, test, vi } from 'vitest'
import { connect, onItsWay, paths, pendingSignOut, rendered, site, useSite } from './page.js'
import { ADA, BOB } from './server/browser.js'

useSite()
afterEach(() => void vi.useRealTimers())

/** A page on which Ada is signed in and all requests are done. */
async function ada() {
  const page = connect()
  await page.auth.ready
  await page.auth.signIn(ADA)
  page.watch()
  site.asked.length = 0
  return page
}

const calledOf = (path: string) => paths().filter((one) => one === path).length

test('promise 16: a session response that was requested before a sign-in is not shown after it', async () => {
  const { auth } = connect()
  const old = onItsWay('/api/auth/session')
  auth.ready.catch(() => {})
  await old.made
  await auth.signIn(ADA)
  old.arrive()
  await vi.waitFor(() => expect(calledOf('/api/auth/session')).toBe(2))
  expect((await auth.ready).user?.name).toBe('Ada')
})

test('promise 16: a session response that was requested before a sign-out does not sign the user in again, even offline', async () => {
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

test('promise 16: a session response that was requested before a sign-out in another tab does not sign the user in again', async () => {
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

test('promise 16: a session that was rendered before the sign-out is not used after it', async () => {
  await site.browser.signIn(ADA)
  const before = await rendered()
  const { auth } = connect()
  auth.hydrate(before)
  await auth.signOut()
  auth.hydrate(before)
  expect(auth.snapshot.reason).toBe('signed-out')
  await vi.waitFor(() => expect(calledOf('/api/auth/session'), 'the client requests the session').toBe(1))
})

test('promise 16: a page that was rendered before a sign-out in another tab, and starts after it, shows no session', async () => {
  const { auth: other } = await ada()
  const before = await rendered()
  await other.signOut()
  const { auth } = connect()
  auth.hydrate(before)
  expect(auth.snapshot.status).not.toBe('authenticated')
  expect((await auth.ready).status).toBe('unauthenticated')
})

test('a rendered session that is older than the known session is not used', async () => {
  await site.browser.signIn(ADA)
  const before = await rendered()
  const { auth } = connect()
  auth.hydrate({ ...before, at: before.at + 1000, session: 'newer' })
  auth.hydrate(before)
  expect(calledOf('/api/auth/session'), 'the client requests the session').toBe(1)
})

test('promise 9: one wrong response that ends the session does not last; a later response restores it, also in later pages', async () => {
  const { auth, statuses } = await ada()
  const { snapshot } = await rendered()
  const revoked = { ...snapshot, status: 'unauthenticated', reason: 'revoked', user: null, claims: null }
  site.answers.set('/api/auth/session', () =>
    Response.json({ snapshot: revoked, session: null, at: Date.now() }),
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

test('promise 17: a user who signs in during a slow sign-out stays signed in, from the same tab or another tab', async () => {
  for (const isOther of [false, true]) {
    const leaving = await ada()
    const one = isOther ? connect() : leaving
    const slow = onItsWay('/api/auth/sign-out')
    const out = leaving.auth.signOut()
    await slow.made
    const entering = one.auth.signIn(BOB)
    await rendered()
    expect(calledOf('/api/auth/sign-in'), 'the sign-in waits for the sign-out').toBe(0)
    slow.arrive()
    await Promise.all([out, entering])
    expect((await rendered()).snapshot.user).toMatchObject({ name: 'Bob' })
    expect(one.auth.snapshot.user?.name).toBe('Bob')
  }
})

test('promise 16: a sign-out during a sign-in takes effect after it', async () => {
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

test('promise 17: when a page restored from the back/forward cache finds another account, its open requests fail', async () => {
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
