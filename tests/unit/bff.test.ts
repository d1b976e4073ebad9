import { getEventListeners } from 'node:events'
import { expect, test, vi } from 'vitest'
import { connect, onItsWay, paths, pendingSignOut, rendered, site, useSite } from './page.js'
import { ADA, BOB } from './server/browser.js'

useSite()

test('the client requests the session once, and not before the first subscriber or `ready`', async () => {
  const { auth } = connect()
  await new Promise((resolve) => setTimeout(resolve))
  expect([auth.snapshot.status, paths()]).toEqual(['loading', []])
  auth.subscribe(() => {})
  expect((await Promise.all([auth.ready, auth.ready])).map(({ reason }) => reason)).toEqual([
    'never',
    'never',
  ])
  expect(paths()).toEqual(['/api/auth/session'])
})

test('the client does not request a session that the server has rendered', async () => {
  await site.browser.signIn()
  const info = await (await site.browser.fetch('/api/auth/session')).json()
  const { auth } = connect()
  auth.hydrate(info)
  auth.subscribe(() => {})
  expect((await auth.ready).user?.name).toBe('Ada')
  expect(paths()).toEqual([])
})

test('promise 3: a sign-in and a sign-out change the snapshot, and the page gets the response of the API without a token', async () => {
  const { auth, statuses, events, watch } = connect()
  watch()
  await auth.ready
  expect(await auth.signIn(ADA)).toMatchObject({ status: 'signed-in', body: { user: { name: 'Ada' } } })
  await auth.signOut()
  expect(statuses).toEqual(['never', 'Ada', 'signed-out'])
  expect(events.map(({ type }) => type)).toEqual(['signed-in', 'ended', 'signed-out'])
  expect(site.asked.every(({ request }) => request.headers.get('x-requested-with') === 'tokencell')).toBe(
    true,
  )
})

test('over plain http, a sign-in whose cookie the browser drops rejects with `cookie-dropped` and names the option', async () => {
  location.protocol = 'http:'
  const { auth, events } = connect()
  site.browser.keep = () => {}
  const signIn = auth.signIn(ADA)
  await expect(signIn).rejects.toMatchObject({ code: 'cookie-dropped', option: 'cookie.secure' })
  expect([auth.snapshot.status, events.map(({ type }) => type)]).toEqual(['unauthenticated', []])
})

test('over plain http, a sign-in whose cookie the browser keeps succeeds', async () => {
  location.protocol = 'http:'
  const { auth } = connect()
  await auth.signIn(ADA)
  expect(auth.snapshot.status).toBe('authenticated')
})

test('errors have the same codes as those of the other client', async () => {
  const { auth } = connect()
  await expect(auth.signIn({ ...ADA, password: 'x' })).rejects.toMatchObject({
    code: 'refused',
    status: 401,
    body: { error: 'credentials' },
  })
  await auth.signIn(ADA)
  await expect(auth.fetch('/api/nothing')).rejects.toMatchObject({ code: 'not-proxied', status: 404 })
  site.isOffline = true
  await expect(auth.signIn(ADA)).rejects.toMatchObject({ code: 'unreachable' })
  await expect(auth.fetch('/api/v1/me')).rejects.toBeInstanceOf(TypeError)
})

test('promise 12: `auth.fetch` adds the headers that the server requires to requests for this origin, and to no others', async () => {
  const { auth } = connect()
  await auth.signIn(ADA)
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': '12' },
    body: '{"text":"a"}',
  }
  expect((await auth.fetch('/api/v1/notes', init)).status).toBe(201)
  expect(site.asked.at(-1)?.request.headers.get('x-tokencell-session')).toMatch(/^[\da-f]{12}$/)
  expect(await (await auth.fetch('https://other.test/')).text()).toBe('elsewhere')
  expect(
    [...(site.asked.at(-1)?.request.headers.keys() ?? [])].filter((name) => name.startsWith('x-')),
  ).toEqual([])
  await expect(auth.fetch('/api/v1/me', { signal: AbortSignal.abort('enough') })).rejects.toBe('enough')
})

test('an aborted request rejects while the session is not yet known, and requests to other origins do not wait for the session', async () => {
  const { auth } = connect()
  const slow = onItsWay('/api/auth/session')
  const controller = new AbortController()
  const call = auth.fetch('/api/v1/me', { signal: controller.signal })
  await slow.made
  expect(await (await auth.fetch('https://other.test/')).text()).toBe('elsewhere')
  controller.abort('enough')
  await expect(call).rejects.toBe('enough')
  await expect(auth.fetch('/api/v1/me', { signal: AbortSignal.abort('before') })).rejects.toBe('before')
  slow.arrive()
  await auth.ready
  expect(paths()).toEqual(['/api/auth/session', 'https://other.test/'])
})

test('promise 9: a revoked session ends with the next response', async () => {
  const { auth } = connect()
  await auth.signIn(ADA)
  await new Promise((resolve) => setTimeout(resolve, 1050))
  site.server.api.sessions.revokeUser(site.server.api.accounts.byEmail(ADA.email)?.id ?? '')
  expect((await auth.fetch('/api/v1/me')).status).toBe(401)
  expect(auth.snapshot.reason).toBe('revoked')
})

test('promise 17: after another account signs in elsewhere, no request of this page is sent as that account, and the page shows it', async () => {
  const { auth } = connect()
  await auth.signIn(ADA)
  site.server.api.faults.add({ route: 'notes', kind: 'hold' })
  const held = site.server.api.faults.whenHeld('notes')
  const open = auth.fetch('/api/v1/notes')
  await held
  await site.browser.signIn(BOB)
  const before = site.server.api.journal.entries().length
  await expect(auth.fetch('/api/v1/me')).rejects.toMatchObject({ code: 'replaced' })
  expect(site.server.api.journal.entries()).toHaveLength(before)
  await expect(open, 'the request that was open for the previous account fails').rejects.toMatchObject({
    code: 'replaced',
  })
  expect(auth.snapshot.user?.name).toBe('Bob')
  expect((await auth.fetch('/api/v1/me')).status).toBe(200)
  site.server.api.faults.release('notes')
})

test('promise 16: a sign-out takes effect at once offline, and the next page sends it to the server before other requests', async () => {
  const { auth, events } = connect()
  await auth.signIn(ADA)
  const info = await (await site.browser.fetch('/api/auth/session')).json()
  site.isOffline = true
  await auth.signOut()
  expect([auth.snapshot.reason, events.at(-1)?.type]).toEqual(['signed-out', 'sign-out-pending'])
  site.isOffline = false
  site.asked = []
  const { auth: next } = connect()
  next.hydrate(info)
  expect(next.snapshot.reason, 'even though the server has rendered a session').toBe('signed-out')
  await vi.waitFor(() => expect(paths()).toEqual(['/api/auth/sign-out', '/api/auth/session']))
  await vi.waitFor(() => expect(pendingSignOut()).toBeNull())
  expect(site.server.api.state().sessions).toBe(0)
})

test('promise 11: tabs follow each other, and a message that a script forged only makes them request the session', async () => {
  const one = connect()
  const other = connect()
  for (const { auth, watch } of [one, other]) {
    watch()
    await auth.ready
  }
  await one.auth.signIn(ADA)
  await vi.waitFor(() => expect(other.auth.snapshot.user?.name).toBe('Ada'))
  await one.auth.signOut()
  await vi.waitFor(() => expect(other.auth.snapshot.reason).toBe('signed-out'))
  await one.auth.signIn(BOB)
  await vi.waitFor(() => expect(other.auth.snapshot.user?.name).toBe('Bob'))
  const forger = new BroadcastChannel('tokencell /api/auth')
  const before = site.asked.length
  forger.postMessage({ type: 'signed-in', user: 'evil' })
  await vi.waitFor(() => expect(site.asked.length).toBeGreaterThan(before))
  expect(other.auth.snapshot.user?.name).toBe('Bob')
  forger.close()
})

test('promise 18: a page restored from the back/forward cache shows no session until the server has responded', async () => {
  const { auth, statuses, watch } = connect()
  watch()
  await auth.signIn(ADA)
  await site.browser.signOut()
  dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))
  expect(auth.snapshot.status).toBe('loading')
  await vi.waitFor(() => expect(auth.snapshot.status).toBe('unauthenticated'))
  expect(statuses.slice(-3)).toEqual(['Ada', 'loading', 'signed-out'])
})

test('promise 9: while the server is unreachable, the client retries and the status stays `loading`', async () => {
  await site.browser.signIn()
  site.isOffline = true
  const { auth } = connect()
  const ready = auth.ready
  await vi.waitFor(() => expect(paths()).toHaveLength(1))
  expect(auth.snapshot.status).toBe('loading')
  site.isOffline = false
  expect((await ready).user?.name).toBe('Ada')
})

test('after `dispose`, every call rejects with `closed`', async () => {
  const { auth } = connect()
  await auth.signIn(ADA)
  auth.dispose()
  await expect(auth.signIn(ADA)).rejects.toMatchObject({ code: 'closed' })
  await expect(auth.signOut()).rejects.toMatchObject({ code: 'closed' })
  await expect(auth.fetch('/api/v1/me')).rejects.toMatchObject({ code: 'closed' })
})

test('when storage is blocked, everything works within the page', async () => {
  const refuse = () => {
    throw new DOMException('The operation is insecure.', 'SecurityError')
  }
  vi.stubGlobal('localStorage', { getItem: refuse, setItem: refuse, removeItem: refuse })
  const { auth, events } = connect()
  auth.hydrate(await rendered())
  await auth.signIn(ADA)
  expect((await auth.fetch('/api/v1/me')).status).toBe(200)
  site.isOffline = true
  await auth.signOut()
  expect(events.at(-1)?.type).toBe('sign-out-pending')
  site.isOffline = false
  await auth.signIn(BOB)
  expect(site.server.api.state().sessions, 'the pending sign-out is sent first').toBe(1)
})

test('promise 9: a sign-in that gets no response fails as unreachable after the time limit', async () => {
  vi.spyOn(AbortSignal, 'timeout').mockReturnValue(AbortSignal.timeout(20))
  site.delays.set('/api/auth/session', () => new Promise(() => {}))
  site.delays.set('/api/auth/sign-in', () => new Promise(() => {}))
  const { auth } = connect()
  await expect(auth.signIn(ADA)).rejects.toMatchObject({ code: 'unreachable' })
})

test('an error response without a body, for example to a HEAD request, becomes an error of this client', async () => {
  const { auth } = connect()
  await auth.signIn(ADA)
  await expect(auth.fetch('/api/nothing', { method: 'HEAD' })).rejects.toMatchObject({ code: 'not-proxied' })
})

test('completed calls leave no listeners on the abort signal of the session', async () => {
  const { auth } = connect()
  await auth.signIn(ADA)
  const listen = vi.spyOn(AbortSignal.prototype, 'addEventListener')
  for (let times = 0; times < 3; times += 1) await auth.fetch('/api/v1/me')
  const listening = new Set(listen.mock.contexts as AbortSignal[])
  const counts = [...listening].map((signal) => getEventListeners(signal, 'abort').length)
  expect(Math.max(0, ...counts)).toBeLessThan(2)
})
