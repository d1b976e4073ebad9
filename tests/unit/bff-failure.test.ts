import { afterEach, expect, test, vi } from 'vitest'
import { connect, paths, rendered, site, useSite } from './page.js'
import { ADA } from './server/browser.js'

useSite()
afterEach(() => vi.useRealTimers())

const SESSION = '/api/auth/session'
const html = (init?: ResponseInit) =>
  new Response('<!doctype html><title>Fieldnotes</title>', {
    headers: { 'content-type': 'text/html' },
    ...init,
  })

/** Has the network come back: what is tried again is tried at once. */
const comeOnline = () => dispatchEvent(new Event('online'))

test.each<[what: string, answer: () => Response, failure: string]>([
  ['404', () => html({ status: 404 }), 'unreachable'],
  ['503', () => new Response('{}', { status: 503 }), 'unreachable'],
  ['500 without a body', () => new Response(null, { status: 500 }), 'unreachable'],
  ['a page in its place', () => html(), 'malformed'],
  ['an answer without a body', () => new Response(null, { status: 204 }), 'malformed'],
  ['JSON of something else', () => Response.json({ status: 'ok' }), 'malformed'],
  ['JSON that is no object', () => Response.json(null), 'malformed'],
])(
  'while the session answers %s, the snapshot says so; then the session is known',
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

test('offline, the failure is in the snapshot, and the session is asked for again and again', async () => {
  await site.browser.signIn()
  site.isOffline = true
  const { auth, watch } = connect()
  watch()
  await vi.waitFor(() => expect(auth.snapshot.failure).toBe('unreachable'))
  const first = auth.snapshot
  await vi.waitFor(() => expect(paths().length).toBeGreaterThan(1), 3000)
  expect(auth.snapshot, 'the same failure is no change').toBe(first)
  site.isOffline = false
  await vi.waitFor(() => expect(auth.snapshot.user?.name).toBe('Ada'), 4000)
})

test('a server that does not answer counts as unreachable after 10 s, and its answer still counts', async () => {
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

test('`ready` rejects after 22 s and says why; the next one waits anew', async () => {
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

test('a page from the cache that finds no server shows no session, says why, and asks again', async () => {
  const { auth } = connect()
  await auth.signIn(ADA)
  site.isOffline = true
  dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))
  await vi.waitFor(() => expect(auth.snapshot).toMatchObject({ status: 'loading', failure: 'unreachable' }))
  site.isOffline = false
  comeOnline()
  await vi.waitFor(() => expect(auth.snapshot.user?.name).toBe('Ada'))
})

test('once the session is known, a failure to look again changes nothing', async () => {
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

test('a sign-in that is answered by something else is an error that says what to mend', async () => {
  const { auth } = connect()
  site.answers.set('/api/auth/sign-in', () => html())
  await expect(auth.signIn(ADA)).rejects.toMatchObject({ code: 'body-malformed', status: 200 })
})

test('a client that is closed leaves nothing waiting', async () => {
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

test('a sign-in holds when the session cannot be asked for after it, as over plain http', async () => {
  location.protocol = 'http:'
  const { auth } = connect()
  site.answers.set(SESSION, () => new Response('{}', { status: 503 }))
  await auth.signIn(ADA)
  expect(auth.snapshot).toMatchObject({ status: 'authenticated', user: { name: 'Ada' } })
})
