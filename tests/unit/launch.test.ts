import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { AuthError } from '../../js/common/errors.js'
import type { VaultOptions } from '../../js/common/vault-options.js'
import type { LifecycleEvent } from '../../js/vault/start.js'
import { ADA, stubPage } from './port.js'

/** A vault around a core that the test controls: what it passes to the core, and what it does with the answers. */

const loadCore = vi.hoisted(() => vi.fn())
vi.mock('../../js/vault/load.js', () => ({ loadCore }))

const NOW = 1_800_000_000_000
const MINUTE = 60_000
const API = 'https://api.test'

/** The callbacks that the core gets. */
interface Host {
  recall(): Promise<unknown[]>
  remember(hint: string, epoch: number): Promise<void>
  whenSettled(promise: Promise<unknown>, settled: (outcome: unknown, isValue: boolean) => void): void
  requestLock(): { granted: Promise<void>; release(): void } | undefined
  broadcast(word: string): void
  notify(): void
  report(event: object): void
  loadUser(): Promise<string | undefined>
  error(code: string, detail?: unknown): Error
}

const core = {
  fetch: vi.fn(async (_: { url: string }): Promise<Response> => new Response('ok')),
  signIn: vi.fn(async (..._: unknown[]): Promise<unknown> => ({})),
  refresh: vi.fn(async (_: unknown): Promise<void> => {}),
  restore: vi.fn(async () => 'restored'),
  reloadUser: vi.fn(),
  signOut: vi.fn(async (_: boolean) => {}),
  ready: vi.fn(async () => {}),
  onLifecycleEvent: vi.fn(async (_: string) => {}),
  onPeerMessage: vi.fn(),
  visible: vi.fn((text: string): unknown => JSON.parse(text)),
  snapshot: vi.fn((): unknown => ({ ...ADA })),
  shownSession: vi.fn((): unknown => 1),
  close: vi.fn(),
}
let host: Host
let config: Record<string, unknown>
let show: ReturnType<typeof stubPage>['show']
const closing: (() => void)[] = []

/** The module of policies listens where it is loaded, so it is loaded anew for the page of such a test. */
const reload = () => vi.resetModules()

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: NOW })
  show = stubPage().show
  vi.stubGlobal('indexedDB', new IDBFactory())
  vi.clearAllMocks()
  loadCore.mockResolvedValue(
    class {
      constructor(given: typeof config, callbacks: Host) {
        config = given
        host = callbacks
        Object.assign(this, core)
      }
    },
  )
})
afterEach(() => {
  for (const close of closing.splice(0)) close()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

async function open(
  options: Partial<VaultOptions> = {},
  readCookie = async (): Promise<string | null> => null,
) {
  const { start } = await import('../../js/vault/start.js')
  const vault = start({ signIn: '/login', origins: [API], ...options }, readCookie)
  closing.push(vault.close)
  const events: unknown[] = []
  vault.onEvent((event) => events.push(event))
  await vault.run('ready', undefined)
  const fetch = (url: string) => vault.fetch(new Request(url), null)
  return { vault, events, fetch }
}

/** The last request that the core has got. */
const sent = () =>
  (core.fetch.mock.lastCall as unknown[] | undefined)?.[0] as {
    url: string
    init: RequestInit
    headers: Headers
  }

const run = (vault: Awaited<ReturnType<typeof open>>['vault'], name: string, argument?: unknown) =>
  vault.run(name as 'signIn', argument as never)

test('the snapshot of the core and its session are shown when the core says so', async () => {
  const { vault } = await open()
  expect([vault.snapshot.status, vault.session]).toEqual(['loading', undefined])
  const changed = vi.fn()
  const stop = vault.subscribe(changed)
  host.notify()
  expect([vault.snapshot, vault.session, changed.mock.calls.length]).toEqual([ADA, 1, 1])
  stop()
  host.notify()
  expect(changed).toHaveBeenCalledTimes(1)
})

test('the origins of a vault are those of its options, normalised', async () => {
  const { vault } = await open({ origins: ['HTTPS://API.test:443', 'https://files.test'] })
  expect(await vault.origins()).toEqual([API, 'https://files.test'])
})

test('promise 3: a response of the API loses its tokens, and one of another origin is passed on unchanged', async () => {
  const { fetch, events } = await open()
  const headers = { 'x-access-token': 'secret', 'x-a': '1' }
  for (const [url, token] of [
    [`${API}/x`, null],
    ['https://elsewhere.test/x', 'secret'],
  ] as const) {
    core.fetch.mockResolvedValueOnce(new Response('', { headers }))
    const response = await fetch(url)
    expect([response.headers.get('x-access-token'), response.headers.get('x-a')]).toEqual([token, '1'])
  }
  expect(events).toEqual([])
})

test('only the API can demand a step-up', async () => {
  const { fetch, events } = await open()
  const challenge = 'Bearer error="insufficient_user_authentication", acr_values="gold"'
  const answer = () => new Response('', { status: 401, headers: { 'www-authenticate': challenge } })
  core.fetch.mockResolvedValueOnce(answer())
  await fetch('https://elsewhere.test/x')
  expect(events).toEqual([])
  core.fetch.mockResolvedValueOnce(answer())
  await fetch(`${API}/x`)
  expect(events).toMatchObject([{ type: 'step-up-required' }])
  expect(Object.isFrozen(events[0])).toBe(true)
})

test('a request of another origin gets neither the cookies nor the CSRF header of the API', async () => {
  const { vault } = await open({ credential: 'cookie' })
  for (const [url, credentials, csrf] of [
    [`${API}/x`, 'include', 'tokencell'],
    ['https://elsewhere.test/x', 'same-origin', null],
  ] as const) {
    await vault.fetch(new Request(url, { method: 'POST' }), null)
    const { init, headers } = sent()
    expect([init.credentials, headers.get('x-requested-with')]).toEqual([credentials, csrf])
  }
})

test('a request that a Content Security Policy blocks fails with a TypeError that says so, and other errors stay', async () => {
  reload()
  const { fetch } = await open()
  const other = new RangeError('mine')
  core.fetch.mockRejectedValueOnce(other)
  await expect(fetch(`${API}/x`)).rejects.toBe(other)
  show('securitypolicyviolation', {
    blockedURI: API,
    effectiveDirective: 'connect-src',
    disposition: 'enforce',
  })
  core.fetch.mockRejectedValueOnce(new TypeError('Failed to fetch'))
  const error = await fetch(`${API}/x`).catch((error: unknown) => error)
  expect(error).toBeInstanceOf(TypeError)
  expect(String(error)).toContain('connect-src')
  core.fetch.mockRejectedValueOnce(other)
  await expect(fetch(`${API}/x`)).rejects.toBe(other)
})

test('a sign-in is sent to its endpoint or to the exchange that it names, and to no other', async () => {
  const { vault } = await open({ exchanges: { magic: '/magic', code: { path: '/code', encoding: 'form' } } })
  const credentials = { json: '{"a":"b c"}' }
  await run(vault, 'signIn', { credentials })
  await run(vault, 'signIn', { credentials, by: 'magic' })
  await run(vault, 'signIn', { credentials, by: 'code' })
  await run(vault, 'signIn', { credentials: 'raw', by: 'code' })
  expect(core.signIn.mock.calls).toEqual([
    [0, '{"a":"b c"}', 'application/json'],
    [1, '{"a":"b c"}', 'application/json'],
    [2, 'a=b+c', 'application/x-www-form-urlencoded'],
    [2, 'raw', undefined],
  ])
  for (const by of ['', 'other', 'constructor', 'signIn'])
    await expect(run(vault, 'signIn', { credentials, by })).rejects.toMatchObject({
      code: 'option-invalid',
      option: 'by',
      message: expect.stringContaining('The names are: magic, code.'),
    })
  expect(core.signIn).toHaveBeenCalledTimes(4)
})

test('a sign-in that gets no response fails with the reason, and one with a response keeps its error', async () => {
  reload()
  const { vault } = await open()
  const violation = { blockedURI: API, effectiveDirective: 'connect-src', disposition: 'enforce' }
  show('securitypolicyviolation', violation)
  const signIn = (error: Error) => {
    core.signIn.mockRejectedValueOnce(error)
    return run(vault, 'signIn', { credentials: 'raw' }).catch((error: unknown) => error)
  }
  expect(await signIn(new AuthError('unreachable', 'x'))).toMatchObject({
    code: 'policy-refused',
    directive: 'connect-src',
  })
  for (const error of [
    new AuthError('unreachable', 'x', { status: 503 }),
    new AuthError('refused', 'x'),
    new TypeError('x'),
  ])
    expect(await signIn(error)).toBe(error)
})

test('a sign-out of the page is no end by the idle limit, and a restore returns what the core returns', async () => {
  const { vault } = await open()
  await run(vault, 'signOut')
  expect(core.signOut.mock.calls).toEqual([[false]])
  expect(await run(vault, 'restore')).toBe('restored')
  await expect(run(vault, 'stay')).resolves.toBeUndefined()
})

test('a refresh passes on a copy of its body, or none', async () => {
  const { vault } = await open({ refresh: '/refresh' })
  const body = { tenant: 1 }
  await run(vault, 'refresh', body)
  await run(vault, 'refresh')
  expect(core.refresh.mock.calls).toEqual([[{ tenant: 1 }], [undefined]])
  expect(core.refresh.mock.calls[0]?.[0]).not.toBe(body)
})

test('a reload of the user ends when the answer is there', async () => {
  const { vault } = await open({ user: { path: '/me', credentials: 'omit' } })
  let answer = (_: Response) => {}
  core.fetch.mockReturnValueOnce(
    new Promise((resolve) => {
      answer = resolve
    }),
  )
  core.reloadUser.mockImplementationOnce(() => void host.loadUser())
  const done = vi.fn()
  const reload = run(vault, 'reloadUser').then(done)
  await vi.waitFor(() => expect(core.fetch).toHaveBeenCalled())
  const { url, init } = sent()
  expect([url, init.method, init.credentials, init.cache]).toEqual([`${API}/me`, 'GET', 'omit', 'no-store'])
  expect(done).not.toHaveBeenCalled()
  answer(Response.json({ name: 'Ada' }))
  await reload
  expect(await (await open()).vault.run('ready', undefined)).toBeUndefined()
  expect(await host.loadUser(), 'without the option `user`').toBeUndefined()
})

test('a ticket is requested with POST from an origin of the vault', async () => {
  const { vault } = await open()
  core.fetch.mockResolvedValueOnce(Response.json({ ticket: 't' }))
  expect(await run(vault, 'ticket', '/tickets')).toBe('t')
  const { url, init } = sent()
  expect([url, init.method]).toEqual([`${API}/tickets`, 'POST'])
  await expect(run(vault, 'ticket', 'https://elsewhere.test/tickets')).rejects.toMatchObject({
    option: 'path',
  })
  expect(core.fetch).toHaveBeenCalledTimes(1)
})

test('the errors of the core have their code with an option or with the details of a response', async () => {
  await open()
  expect(host.error('refused', 'signIn')).toMatchObject({ code: 'refused', option: 'signIn' })
  expect(host.error('refused', { status: 401, body: { a: 1 } })).toMatchObject({
    status: 401,
    body: { a: 1 },
  })
  expect(host.error('refused')).not.toHaveProperty('option')
})

test('the core learns both outcomes of a promise', async () => {
  await open()
  const settled = vi.fn()
  host.whenSettled(Promise.resolve(1), settled)
  await vi.waitFor(() => expect(settled).toHaveBeenCalledTimes(1))
  host.whenSettled(Promise.reject(2), settled)
  await vi.waitFor(() =>
    expect(settled.mock.calls).toEqual([
      [1, true],
      [2, false],
    ]),
  )
})

test('the core hears other vaults of its name, and they hear it, until the vault is closed', async () => {
  const name = crypto.randomUUID()
  const { vault } = await open({ name })
  const other = new BroadcastChannel(name)
  const heard = vi.fn()
  other.onmessage = ({ data }) => heard(data)
  host.broadcast('changed')
  other.postMessage('signed-out')
  await vi.waitFor(() => {
    expect(heard.mock.calls).toEqual([['changed']])
    expect(core.onPeerMessage.mock.calls).toEqual([['signed-out']])
  })
  show('online')
  expect(core.onLifecycleEvent.mock.calls).toEqual([['online']])
  vault.close()
  await vi.waitFor(() => expect(core.close).toHaveBeenCalledTimes(1))
  show('online')
  host.broadcast('changed')
  expect([heard.mock.calls.length, core.onLifecycleEvent.mock.calls.length]).toEqual([1, 1])
  other.close()
})

test('the lock of a vault has the name of the vault', async () => {
  const request = vi.fn(() => new Promise<void>(() => {}))
  vi.stubGlobal('navigator', { locks: { request } })
  await open({ name: 'app' })
  expect(host.requestLock()).toMatchObject({ release: expect.any(Function) })
  expect(request).toHaveBeenCalledWith('app', { signal: expect.any(AbortSignal) }, expect.any(Function))
})

test('the shared state has the name of the vault, and with the companion cookie the core asks the API', async () => {
  await open({ name: 'app' })
  await host.remember('signed-out', 4)
  await open({ name: 'other' })
  expect((await host.recall())[0]).toBe('never')
  await open({ name: 'app' }, async () => '1')
  expect((await host.recall())[0]).toBe('signed-out')
  const readCookie = vi.fn(async () => '1')
  await open({ name: 'app', restoreCookie: 'signed_in' }, readCookie)
  expect((await host.recall()).slice(0, 2)).toEqual(['unknown', 4])
  expect(readCookie).toHaveBeenCalledWith('signed_in')
  expect(config.restoreCookie).toBe('signed_in')
})

test('a lifecycle event of a page is passed to the core', async () => {
  const { vault } = await open()
  await vault.onLifecycleEvent('clients-gone' satisfies LifecycleEvent)
  expect(core.onLifecycleEvent.mock.calls).toEqual([['clients-gone']])
})

/** In seconds. */
const IDLE = { after: 1800, warn: 60 }

/** A vault with a signed-in user and an idle limit of 30 minutes. */
async function openIdle(options: Partial<VaultOptions> = {}) {
  const opened = await open({ name: 'idle', idle: IDLE, ...options })
  host.notify()
  return opened
}

test('the idle limit warns a minute before its end, and then ends the session', async () => {
  const { vault, events } = await openIdle()
  await vi.advanceTimersByTimeAsync(29 * MINUTE)
  const endsAt = NOW + 30 * MINUTE
  expect(events).toEqual([{ type: 'idle-warning', endsAt }])
  expect(vault.snapshot.idle).toEqual({ endsAt })
  expect(core.signOut).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(MINUTE)
  expect(core.signOut.mock.calls).toEqual([[true]])
})

test.each<[string, (opened: Awaited<ReturnType<typeof open>>) => Promise<unknown>, boolean]>([
  ['a request to the API', ({ fetch }) => fetch(`${API}/x`), true],
  ['a request to another origin', ({ fetch }) => fetch('https://elsewhere.test/x'), false],
  ['`stay`', ({ vault }) => run(vault, 'stay'), true],
  ['a restore', ({ vault }) => run(vault, 'restore'), true],
  ['a sign-in', ({ vault }) => run(vault, 'signIn', { credentials: 'raw' }), true],
  ['the request of the vault for the user', () => host.loadUser(), false],
])('%s: does it restart the time of the idle limit?', async (_, act, restarts) => {
  const opened = await openIdle({ user: '/me' })
  await vi.advanceTimersByTimeAsync(20 * MINUTE)
  await act(opened)
  await vi.advanceTimersByTimeAsync(10 * MINUTE)
  expect(core.signOut).toHaveBeenCalledTimes(restarts ? 0 : 1)
  await vi.advanceTimersByTimeAsync(20 * MINUTE)
  expect(core.signOut.mock.calls.at(-1)).toEqual([true])
})

test.each<[string, Partial<VaultOptions>, boolean]>([
  ['with a refresh cookie', { refresh: '/refresh' }, true],
  ['without a refresh', {}, false],
  ['with a refresh token in memory', { refresh: '/refresh', refreshToken: 'body' }, false],
])(
  'a session that was idle for too long while the browser was closed ends before its restore, %s',
  async (_, options, ends) => {
    const { vault } = await openIdle(options)
    await run(vault, 'stay')
    vault.close()
    await vi.waitFor(async () => {
      const names = (await indexedDB.databases()).map(({ name }) => name)
      expect(names).toContain('idle idle')
    })
    for (const [later, over] of [
      [29 * MINUTE, false],
      [30 * MINUTE, ends],
    ] as const) {
      core.signOut.mockClear()
      core.snapshot.mockReturnValue({ ...ADA, status: 'loading' })
      vi.setSystemTime(NOW + later)
      const { vault } = await open({ name: 'idle', idle: IDLE, ...options })
      vault.close()
      expect(core.signOut.mock.calls).toEqual(over ? [[true]] : [])
    }
    core.snapshot.mockImplementation(() => ({ ...ADA }))
  },
)
