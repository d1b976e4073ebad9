import { afterEach, expect, test, vi } from 'vitest'
import { connect, paths, rendered, site, useSite } from './page.js'
import { ADA } from './server/browser.js'

useSite()
afterEach(() => vi.useRealTimers())

const SESSION = '/api/auth/session'
const html = (init?: ResponseInit) =>
  new Response('<!doctype html><title>tokencell</title>', {
    headers: { 'content-type': 'text/html' },
    ...init,
  })

/** Reports that the network is back. The client then retries at once. */
const comeOnline = () => dispatchEvent(new Event('online'))

test.each<[what: string, answer: () => Response, failure: string]>([
  ['404', () => html({ status: 404 }), 'unreachable'],
  ['503', () => new Response('{}', { status: 503 }), 'unreachable'],
  ['500 without a body', () => new Response(null, { status: 500 }), 'unreachable'],
  ['HTML with status 200', () => html(), 'malformed'],
  ['a response without a body', () => new Response(null, { status: 204 }), 'malformed'],
  ['JSON without a session', () => Response.json({ status: 'ok' }), 'malformed'],
  ['JSON that is not an object', () => Response.json(null), 'malformed'],
])(
  'while the session route returns %s, the snapshot names the failure; after that it has the session',
  async (_, answer, failure) => {
    await site.browser.signIn()
    site.answers.set(SESSION, answer)
    const { auth, statuses, watch } = connect()
    watch()
    await vi.waitFor(() => expect(auth.snapshot).toMatchObject({ status: 'loading', failure }))
    expect(Object.isFrozen(auth.snapshot)).toBe(true)
    site.answers.clear()
    comeOnline()
    await vi.waitFor(() => expect(auth.snapshot).toMatchObject({ failure: null, user: { name: 'Ada' } }))
    expect(statuses).toEqual(['loading', 'Ada'])
  },
)

test('offline, the snapshot names the failure, and the client requests the session repeatedly', async () => {
  await site.browser.signIn()
  site.isOffline = true
  const { auth, watch } = connect()
  watch()
  await vi.waitFor(() => expect(auth.snapshot.failure).toBe('unreachable'))
  const first = auth.snapshot
  await vi.waitFor(() => expect(paths().length).toBeGreaterThan(1), 3000)
  expect(auth.snapshot, 'the snapshot object stays the same while the failure is the same').toBe(first)
  site.isOffline = false
  await vi.waitFor(() => expect(auth.snapshot.user?.name).toBe('Ada'), 4000)
})

test('a server that has not responded for 10 s counts as unreachable, and its late response is still used', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  let answer = () => {}
  site.delays.set(
    SESSION,
    () =>
      new Promise<void>((resolve) => {
        answer = resolve
      }),
  )
  const { auth, watch } = connect()
  watch()
  await vi.advanceTimersByTimeAsync(9999)
  expect(auth.snapshot.failure).toBeNull()
  await vi.advanceTimersByTimeAsync(1)
  expect(auth.snapshot).toMatchObject({ status: 'loading', failure: 'unreachable' })
  answer()
  expect((await auth.ready).reason).toBe('never')
})

test('`ready` rejects with the cause after 22 s, and the next `ready` waits again', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  site.answers.set(SESSION, () => html())
  const { auth } = connect()
  const outcome = auth.ready.catch((error) => error)
  await vi.advanceTimersByTimeAsync(22_000)
  expect(await outcome).toMatchObject({ code: 'unreachable', cause: { code: 'body-malformed', status: 200 } })
  site.answers.clear()
  const next = auth.ready
  await vi.advanceTimersByTimeAsync(0)
  expect((await next).reason).toBe('never')
})

test('a page restored from the back/forward cache without a reachable server is loading, names the failure, and retries', async () => {
  const { auth } = connect()
  await auth.signIn(ADA)
  site.isOffline = true
  dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))
  await vi.waitFor(() => expect(auth.snapshot).toMatchObject({ status: 'loading', failure: 'unreachable' }))
  site.isOffline = false
  comeOnline()
  await vi.waitFor(() => expect(auth.snapshot.user?.name).toBe('Ada'))
})

test('a failed later request does not change a session that is already known', async () => {
  const { auth } = connect()
  auth.hydrate(await rendered())
  const known = auth.snapshot
  site.answers.set(SESSION, () => html())
  const channel = new BroadcastChannel('tokencell /api/auth')
  await auth.ready
  channel.postMessage('changed')
  await vi.waitFor(() => expect(paths()).toContain(SESSION))
  expect(auth.snapshot).toBe(known)
  channel.close()
})

test('a sign-in that gets HTML as the response rejects with `body-malformed`', async () => {
  const { auth } = connect()
  site.answers.set('/api/auth/sign-in', () => html())
  await expect(auth.signIn(ADA)).rejects.toMatchObject({ code: 'body-malformed', status: 200 })
})

test('after `dispose`, `ready` rejects and no request follows', async () => {
  site.isOffline = true
  const { auth, watch } = connect()
  watch()
  const ready = auth.ready
  await vi.waitFor(() => expect(auth.snapshot.failure).toBe('unreachable'))
  auth.dispose()
  await expect(ready).rejects.toMatchObject({ code: 'closed' })
  const asked = paths().length
  comeOnline()
  await new Promise((resolve) => setTimeout(resolve))
  expect(paths()).toHaveLength(asked)
})

test('over plain http, a sign-in is kept when the request for the session after it fails', async () => {
  location.protocol = 'http:'
  const { auth } = connect()
  site.answers.set(SESSION, () => new Response('{}', { status: 503 }))
  await auth.signIn(ADA)
  expect(auth.snapshot).toMatchObject({ status: 'authenticated', user: { name: 'Ada' } })
})

test.each([
  [404, /does not come from the routes of `tokencell\/server`/],
  [405, /does not come from the routes of `tokencell\/server`/],
  [429, /temporarily unavailable/],
  [502, /temporarily unavailable/],
])(
  'a response without a code of tokencell gets a text with cause and fix, also over HTTP/2: %i',
  async (status, text) => {
    const { auth } = connect()
    await auth.ready
    // HTTP/2 has no status text.
    site.answers.set('/api/auth/sign-in', () => new Response(null, { status }))
    await expect(auth.signIn(ADA)).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(text),
    })
  },
)

test('a refused HEAD request, whose response has no body, has a text', async () => {
  const { auth } = connect()
  await auth.ready
  const headers = { 'x-tokencell-error': 'not-proxied' }
  site.answers.set('/elsewhere', () => new Response(null, { status: 404, headers }))
  const error = await auth.fetch('/elsewhere', { method: 'HEAD' }).catch((error) => error)
  expect(error).toMatchObject({ code: 'not-proxied', message: expect.stringContaining('not-proxied') })
})
