/** What the client does when its page is shown, is restored, is rendered on a server, or closes the client. */
import { afterEach, expect, test, vi } from 'vitest'
import { connect, onItsWay, paths, rendered, site, useSite } from './page.js'
import { ADA, BOB } from './server/browser.js'

useSite()
afterEach(() => vi.unstubAllEnvs())

const SESSION = '/api/auth/session'

/** Stops the clock that measures durations, and returns a function that moves it. */
function stopClock() {
  let now = 1000
  vi.spyOn(performance, 'now').mockImplementation(() => now)
  return (millis: number) => {
    now += millis
  }
}

function show({ hidden = false } = {}) {
  Object.assign(document, { hidden })
  dispatchEvent(new Event('visibilitychange'))
}

test('a page that is shown again requests the session if its last request is older than a minute', async () => {
  const pass = stopClock()
  const { auth } = connect()
  await auth.ready
  pass(60_000)
  show()
  expect(paths()).toEqual([SESSION])
  pass(1)
  show({ hidden: true })
  expect(paths(), 'not while the page is hidden').toEqual([SESSION])
  await site.browser.signIn()
  show()
  expect(paths()).toEqual([SESSION, SESSION])
  await vi.waitFor(() => expect(auth.snapshot.user?.name).toBe('Ada'))
  show()
  expect(paths()).toEqual([SESSION, SESSION])
})

test('a rendered page that is shown again within a minute does not request the session', async () => {
  const pass = stopClock()
  const info = await rendered()
  const { auth, watch } = connect()
  watch()
  await auth.ready
  pass(50_000)
  auth.hydrate({ ...info, at: info.at + 50_000 })
  pass(50_000)
  show()
  expect(paths()).toEqual([SESSION])
})

test('a page that is shown for the first time is not one of the back/forward cache, and keeps its session', async () => {
  const { auth, statuses, watch } = connect()
  watch()
  await auth.signIn(ADA)
  site.asked = []
  dispatchEvent(Object.assign(new Event('pageshow'), { persisted: false }))
  expect([statuses.at(-1), paths()]).toEqual(['Ada', []])
})

test('a session response that was requested before the page was put into the back/forward cache is not shown after it', async () => {
  const { auth, watch } = connect()
  watch()
  await auth.signIn(ADA)
  const old = onItsWay(SESSION)
  auth.restore().catch(() => {})
  await old.made
  await site.browser.signIn(BOB)
  dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))
  old.arrive()
  expect((await auth.ready).user?.name).toBe('Bob')
})

test('a subscriber that asks for the session anew gets a new response, and not the one that it has just seen', async () => {
  const { auth } = connect()
  await new Promise((resolve) => auth.subscribe(() => resolve(auth.restore())))
  expect(paths()).toEqual([SESSION, SESSION])
})

test('on a server every call rejects with `not-in-browser`, and the client sends nothing', async () => {
  const info = await rendered()
  vi.stubGlobal('window', undefined)
  const { auth, watch } = connect()
  watch()
  auth.hydrate(info)
  expect(auth.snapshot.status).toBe('loading')
  const calls = [
    () => auth.ready,
    () => auth.signIn(ADA),
    () => auth.signOut(),
    () => auth.refresh(),
    () => auth.reloadUser(),
    () => auth.restore(),
    () => auth.stay(),
    () => auth.fetch('https://app.test/api/v1/me'),
  ]
  for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'not-in-browser' })
  expect(paths()).toEqual([])
})

test('after `dispose`, the page follows neither its own events nor those of other tabs', async () => {
  const { auth, events, statuses, watch } = connect()
  watch()
  await auth.signIn(ADA)
  const other = connect()
  await other.auth.ready
  auth.dispose()
  const before = [events.length, statuses.length]
  site.asked = []
  dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))
  await other.auth.signOut()
  expect(paths()).toEqual(['/api/auth/sign-out'])
  expect([events.length, statuses.length]).toEqual(before)
  expect(auth.snapshot.user?.name).toBe('Ada')
})

test('after `dispose`, the methods that ask for a session reject with `closed`, and a subscriber causes no request', async () => {
  const { auth, watch } = connect()
  auth.dispose()
  watch()
  const calls = [
    () => auth.ready,
    () => auth.refresh(),
    () => auth.reloadUser(),
    () => auth.restore(),
    () => auth.stay(),
  ]
  for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'closed' })
  expect(paths()).toEqual([])
})

test('`dispose` ends the requests of the page that are open', async () => {
  const { auth } = connect()
  await auth.signIn(ADA)
  const held = onItsWay('/api/v1/me')
  const call = auth.fetch('/api/v1/me')
  await held.made
  auth.dispose()
  await expect(call).rejects.toMatchObject({ code: 'closed' })
})

test('the client uses the routes at its `basePath`, and clients with other paths have other sessions', async () => {
  const own = connect({ basePath: '/auth' })
  const other = connect()
  site.answers.set('/auth/session', () => Response.json({ snapshot: {}, session: null, at: 0 }))
  own.watch()
  other.watch()
  expect(paths()).toEqual(['/auth/session', SESSION])
  await other.auth.signIn(ADA)
  await other.auth.signOut()
  expect(own.statuses).not.toContain('signed-out')
})

test('in Next, the base path of the application stands before the path of the routes', async () => {
  vi.stubEnv('__NEXT_ROUTER_BASEPATH', '/shop')
  vi.resetModules()
  const { createBffAuth } = await import('../../js/bff/client.js')
  const auth = createBffAuth()
  auth.subscribe(() => {})
  expect(paths()).toEqual(['/shop/api/auth/session'])
  auth.dispose()
})
