import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type BffAuth, createBffAuth } from '../../js/bff.js'
import type { AuthEvent } from '../../js/types.js'
import { ADA, BOB, type Browser, browse, startApi } from './server/browser.js'

let server: Awaited<ReturnType<typeof startApi>>
let browser: Browser
let asked: { request: Request; path: string }[]
let isOffline: boolean
const clients: BffAuth<{ name: string }>[] = []

beforeEach(async () => {
  server = await startApi()
  browser = browse(server.options)
  asked = []
  isOffline = false
  stubBrowser()
  const { fetch } = globalThis
  vi.stubGlobal('fetch', async (input: RequestInfo | URL, init?: RequestInit) => {
    // The application's server is in this process as well.
    if (String(input).startsWith(server.url)) return fetch(input, init)
    const request = new Request(input instanceof Request ? input : new URL(input, location.href), init)
    const path = request.url.replace(location.origin, '')
    asked.push({ request, path })
    if (isOffline) throw new TypeError('Failed to fetch')
    if (!request.url.startsWith(location.origin)) return new Response('elsewhere')
    request.signal.throwIfAborted()
    const { method, headers } = request
    const body = method === 'GET' ? null : await request.arrayBuffer()
    const answering = browser.fetch(path, { method, headers, body })
    const aborted = new Promise<never>((_, reject) =>
      request.signal.addEventListener('abort', () => reject(request.signal.reason)),
    )
    return Promise.race([answering, aborted])
  })
})

afterEach(async () => {
  for (const client of clients.splice(0)) client.dispose()
  vi.unstubAllGlobals()
  await server.close()
})

/** What a page has and Node has not; jsdom has byte arrays of its own, with which no server works. */
function stubBrowser() {
  const page = new EventTarget()
  const stored = new Map<string, string>()
  const localStorage = {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => void stored.set(key, value),
    removeItem: (key: string) => void stored.delete(key),
    get length() {
      return stored.size
    },
  }
  const listening = ['addEventListener', 'removeEventListener', 'dispatchEvent'] as const
  for (const name of listening) vi.stubGlobal(name, page[name].bind(page))
  const location = new URL('https://app.test/')
  class PageRequest extends Request {
    constructor(input: RequestInfo | URL, init?: RequestInit) {
      super(typeof input === 'string' ? new URL(input, location) : input, init)
    }
  }
  vi.stubGlobal('Request', PageRequest)
  for (const [name, value] of Object.entries({
    window: globalThis,
    document: { hidden: false },
    localStorage,
    location,
  }))
    vi.stubGlobal(name, value)
}

function connect() {
  const auth = createBffAuth<{ name: string }>()
  const statuses: string[] = []
  const events: AuthEvent[] = []
  auth.onEvent((event) => events.push(event))
  clients.push(auth)
  return {
    auth,
    statuses,
    events,
    watch: () => auth.subscribe((s) => statuses.push(s.user?.name ?? s.reason ?? s.status)),
  }
}

const paths = () => asked.map(({ path }) => path)

test('nothing is asked before anybody wants to know, and then once', async () => {
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

test('what the server has rendered is not asked again', async () => {
  await browser.signIn()
  const info = await (await browser.fetch('/api/auth/session')).json()
  const { auth } = connect()
  auth.hydrate(info)
  auth.subscribe(() => {})
  expect((await auth.ready).user?.name).toBe('Ada')
  expect(paths()).toEqual([])
})

test('promise 3: signing in and out shows, and the answer of the API comes back without a token', async () => {
  const { auth, statuses, events, watch } = connect()
  watch()
  await auth.ready
  expect(await auth.signIn(ADA)).toMatchObject({ user: { name: 'Ada' } })
  await auth.signOut()
  expect(statuses).toEqual(['never', 'Ada', 'signed-out'])
  expect(events.map(({ type }) => type)).toEqual(['signed-in', 'ended'])
  expect(asked.every(({ request }) => request.headers.get('x-requested-with') === 'tokencell')).toBe(true)
})

test('errors are those of every client', async () => {
  const { auth } = connect()
  await expect(auth.signIn({ ...ADA, password: 'x' })).rejects.toMatchObject({
    code: 'refused',
    status: 401,
    body: { error: 'credentials' },
  })
  await auth.signIn(ADA)
  await expect(auth.fetch('/api/nothing')).rejects.toMatchObject({ code: 'not-proxied', status: 404 })
  isOffline = true
  await expect(auth.signIn(ADA)).rejects.toMatchObject({ code: 'unreachable' })
  await expect(auth.fetch('/api/v1/me')).rejects.toBeInstanceOf(TypeError)
})

test('promise 12: fetch is fetch, with what the server asks of requests to this origin and of no other', async () => {
  const { auth } = connect()
  await auth.signIn(ADA)
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': '12' },
    body: '{"text":"a"}',
  }
  expect((await auth.fetch('/api/v1/notes', init)).status).toBe(201)
  expect(asked.at(-1)?.request.headers.get('x-tokencell-session')).toMatch(/^[\da-f]{12}$/)
  expect(await (await auth.fetch('https://other.test/')).text()).toBe('elsewhere')
  expect([...(asked.at(-1)?.request.headers.keys() ?? [])].filter((name) => name.startsWith('x-'))).toEqual(
    [],
  )
  await expect(auth.fetch('/api/v1/me', { signal: AbortSignal.abort('enough') })).rejects.toBe('enough')
})

test('promise 9: a session that was revoked ends with the next answer', async () => {
  const { auth } = connect()
  await auth.signIn(ADA)
  await new Promise((resolve) => setTimeout(resolve, 1050))
  server.api.sessions.revokeUser(server.api.accounts.byEmail(ADA.email)?.id ?? '')
  expect((await auth.fetch('/api/v1/me')).status).toBe(401)
  expect(auth.snapshot.reason).toBe('revoked')
})

test('promise 17: when another account has signed in elsewhere, nothing is sent as it, and this page follows', async () => {
  const { auth } = connect()
  await auth.signIn(ADA)
  server.api.faults.add({ route: 'notes', kind: 'hold' })
  const held = server.api.faults.whenHeld('notes')
  const open = auth.fetch('/api/v1/notes')
  await held
  await browser.signIn(BOB)
  const before = server.api.journal.entries().length
  await expect(auth.fetch('/api/v1/me')).rejects.toMatchObject({ code: 'replaced' })
  expect(server.api.journal.entries()).toHaveLength(before)
  await expect(open, 'and what was open for the other fails').rejects.toMatchObject({ code: 'replaced' })
  expect(auth.snapshot.user?.name).toBe('Bob')
  expect((await auth.fetch('/api/v1/me')).status).toBe(200)
  server.api.faults.release('notes')
})

test('promise 16: signing out offline is at once, and owed: whoever comes next tells the server first', async () => {
  const { auth, events } = connect()
  await auth.signIn(ADA)
  const info = await (await browser.fetch('/api/auth/session')).json()
  isOffline = true
  await auth.signOut()
  expect([auth.snapshot.reason, events.at(-1)?.type]).toEqual(['signed-out', 'sign-out-owed'])
  isOffline = false
  asked = []
  const { auth: next } = connect()
  next.hydrate(info)
  expect(next.snapshot.reason, 'although the server has rendered something else').toBe('signed-out')
  await vi.waitFor(() => expect(paths()).toEqual(['/api/auth/sign-out', '/api/auth/session']))
  await vi.waitFor(() => expect(localStorage.length).toBe(0))
  expect(server.api.state().sessions).toBe(0)
})

test('promise 11: tabs follow each other, and a forged word does no more than make them look', async () => {
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
  const before = asked.length
  forger.postMessage({ type: 'signed-in', user: 'evil' })
  await vi.waitFor(() => expect(asked.length).toBeGreaterThan(before))
  expect(other.auth.snapshot.user?.name).toBe('Bob')
  forger.close()
})

test('promise 18: a page from the cache shows nothing before it has looked', async () => {
  const { auth, statuses, watch } = connect()
  watch()
  await auth.signIn(ADA)
  await browser.signOut()
  dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }))
  expect(auth.snapshot.status).toBe('loading')
  await vi.waitFor(() => expect(auth.snapshot.status).toBe('unauthenticated'))
  expect(statuses.slice(-3)).toEqual(['Ada', 'loading', 'never'])
})

test('promise 9: a server that is away is asked again, and the status stays unknown', async () => {
  await browser.signIn()
  isOffline = true
  const { auth } = connect()
  const ready = auth.ready
  await vi.waitFor(() => expect(paths()).toHaveLength(1))
  expect(auth.snapshot.status).toBe('loading')
  isOffline = false
  expect((await ready).user?.name).toBe('Ada')
})

test('a client that is closed says so', async () => {
  const { auth } = connect()
  await auth.signIn(ADA)
  auth.dispose()
  await expect(auth.signIn(ADA)).rejects.toMatchObject({ code: 'closed' })
  await expect(auth.signOut()).rejects.toMatchObject({ code: 'closed' })
  await expect(auth.fetch('/api/v1/me')).rejects.toMatchObject({ code: 'closed' })
})
