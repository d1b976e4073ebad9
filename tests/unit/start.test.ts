import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { AuthError } from '../../js/common/errors.js'
import { withoutTokens } from '../../js/common/redaction.js'
import type { VaultOptions } from '../../js/common/vault-options.js'
import { defer } from '../../js/vault/deferred.js'
import { vaultError } from '../../js/vault/errors.js'
import type { ReadCookie } from '../../js/vault/exchange.js'
import { loadCore } from '../../js/vault/load.js'
import type { Outgoing } from '../../js/vault/outgoing.js'
import { outgoing } from '../../js/vault/outgoing.js'
import { start } from '../../js/vault/start.js'
import { ADA, stubPage } from './port.js'
import { collectUncaught } from './uncaught.js'

vi.mock('../../js/vault/load.js', () => ({ loadCore: vi.fn() }))
vi.mock('../../js/vault/shared-state.js', () => ({ openSharedState: () => ({}) }))

/** The callbacks that the core gets. */
interface Host {
  headers(endpoint: { csrf: VaultOptions['csrf'] }): Promise<Headers>
  encode(endpoint: object, members: object, headers: Headers): string | undefined
  notify(): void
  report(event: object): void
  loadUser(): Promise<string | undefined>
  requested(request: Outgoing, via: string, status: number | undefined, millis: number): void
}

/** A core that the test controls. */
const core = {
  fetch: vi.fn(async (_: Outgoing) => new Response('ok')),
  signIn: vi.fn(async () => ({})),
  refresh: vi.fn(async (_: unknown): Promise<void> => {}),
  signOut: vi.fn(async () => {}),
  ready: vi.fn(async () => {}),
  onLifecycleEvent: vi.fn(async () => {}),
  hear: vi.fn(),
  visible: vi.fn(
    (text: string, ticket: unknown): unknown => withoutTokens(text, undefined, ['the-token'], ticket)[0],
  ),
  snapshot: vi.fn((): unknown => ({ ...ADA })),
  shownSession: vi.fn((): unknown => 1),
  close: vi.fn(),
}
let host: Host

class FakeCore {
  constructor(_: object, given: Host) {
    host = given
    Object.assign(this, core)
  }
}

const OPTIONS: VaultOptions = { signIn: '/login', origins: ['https://api.test'] }
const CSRF: VaultOptions = {
  ...OPTIONS,
  credential: 'cookie',
  csrf: { header: 'X-CSRF-Token', cookie: 'CSRF-TOKEN' },
}

const load = vi.mocked(loadCore)
const post = (method = 'POST') =>
  outgoing({ url: 'https://api.test/notes', init: { method } }, null, new AbortController().signal)
const noCookie: ReadCookie = () => Promise.reject(new Error('nobody there'))

beforeEach(() => {
  stubPage()
  vi.clearAllMocks()
  load.mockResolvedValue(FakeCore as never)
})
afterEach(() => vi.unstubAllGlobals())

const RAW = { credentials: 'raw', by: undefined }

test('when a vault cannot start, each call tries again and rejects with the error, and no rejection is unhandled', async () => {
  const error = new AuthError('vault-failed', 'no wasm')
  load.mockRejectedValue(error)
  const vaultHost = start(OPTIONS, noCookie)
  const request = new Request('https://api.test/')
  for (const call of [
    () => vaultHost.run('ready', undefined),
    () => vaultHost.origins(),
    () => vaultHost.send(post()),
    () => vaultHost.fetch(request, null),
    () => vaultHost.run('signIn', RAW),
    () => vaultHost.run('signOut', undefined),
    () => vaultHost.onLifecycleEvent('woke'),
  ]) {
    await expect(call()).rejects.toBe(error)
  }
  expect(load.mock.calls.length).toBeGreaterThan(6)
  load.mockReset()
  load.mockResolvedValue(FakeCore as never)
  await vaultHost.run('ready', undefined)
  await vaultHost.run('signOut', undefined)
  expect(load).toHaveBeenCalledTimes(1)
})

test('invalid options, and a realm without an address, reject every call with the cause', async () => {
  const wrong = start({ ...OPTIONS, singIn: '/login' } as VaultOptions, noCookie)
  await expect(wrong.run('ready', undefined)).rejects.toMatchObject({
    code: 'option-invalid',
    option: 'singIn',
  })
  vi.stubGlobal('location', undefined)
  await expect(start(OPTIONS, noCookie).run('ready', undefined)).rejects.toMatchObject({
    code: 'not-in-browser',
  })
})

test('an exception that the core throws synchronously rejects the call', async () => {
  const vaultHost = start(OPTIONS, noCookie)
  for (const name of ['fetch', 'signIn', 'signOut', 'ready', 'onLifecycleEvent'] as const) {
    core[name].mockImplementationOnce(() => {
      throw new Error(name)
    })
  }
  await expect(vaultHost.send(post())).rejects.toThrow('fetch')
  await expect(vaultHost.run('signIn', RAW)).rejects.toThrow('signIn')
  await expect(vaultHost.run('signOut', undefined)).rejects.toThrow('signOut')
  await expect(vaultHost.run('ready', undefined)).rejects.toThrow('ready')
  await expect(vaultHost.onLifecycleEvent('woke')).rejects.toThrow('onLifecycleEvent')
})

test('three simultaneous requests that need the CSRF cookie are all sent with it, decoded', async () => {
  const vaultHost = start(CSRF, async () => 'a%2Fb%3D')
  await Promise.all([post(), post('PUT'), post('DELETE')].map((request) => vaultHost.send(request)))
  await vaultHost.send(post('GET'))
  const headers = core.fetch.mock.calls.map(([{ headers }]) => headers.get('x-csrf-token'))
  expect(headers).toEqual(['a/b=', 'a/b=', 'a/b=', null])
})

test('a request whose CSRF cookie cannot be read is not sent, and rejects with `csrf-unreadable`', async () => {
  const vaultHost = start(CSRF, noCookie)
  await expect(vaultHost.send(post())).rejects.toMatchObject({
    name: 'AuthError',
    code: 'csrf-unreadable',
    cause: { message: 'nobody there' },
  })
  expect(core.fetch).not.toHaveBeenCalled()
  const { csrf } = CSRF
  await expect(host.headers({ csrf })).rejects.toMatchObject({ code: 'csrf-unreadable' })
  await vaultHost.send(post('GET'))
  expect(core.fetch).toHaveBeenCalledTimes(1)
})

test('a request is sent without the CSRF header if the cookie does not exist', async () => {
  const vaultHost = start(CSRF, async () => null)
  await vaultHost.send(post())
  expect(core.fetch.mock.calls[0]?.[0].headers.has('x-csrf-token')).toBe(false)
})

test('an exchange has the CSRF header and the body of its endpoint', async () => {
  const vaultHost = start(OPTIONS, async () => 'from%20a%20cookie')
  await vaultHost.run('ready', undefined)
  const headers = await host.headers({ csrf: { header: 'X-CSRF', cookie: 'csrf' } })
  expect([...headers]).toEqual([
    ['accept', 'application/json'],
    ['x-csrf', 'from a cookie'],
  ])
  expect([...(await host.headers({ csrf: false }))]).toEqual([['accept', 'application/json']])

  const form = { body: { client_id: 'web' }, encoding: 'form' }
  expect(host.encode(form, { token: 'a b' }, headers)).toBe('client_id=web&token=a+b')
  expect(headers.get('content-type')).toBe('application/x-www-form-urlencoded')
  expect(host.encode({ body: {}, encoding: 'json' }, { token: 'a' }, headers)).toBe('{"token":"a"}')
  expect(headers.get('content-type')).toBe('application/json')
  expect(host.encode({ body: {}, encoding: 'json' }, {}, headers)).toBe(undefined)
})

test('only requests that may bring a new credential in headers continue after an abort', async () => {
  const rotating = { ...OPTIONS, credential: { headers: ['access-token'] } }
  for (const [options, url, outlives] of [
    [rotating, 'https://api.test/', true],
    [rotating, 'https://elsewhere.test/', false],
    [OPTIONS, 'https://api.test/', false],
    [{ ...OPTIONS, credential: 'cookie' as const }, 'https://api.test/', false],
    // Names that only begin or end like the credentials that do not rotate.
    [{ ...OPTIONS, credential: { headers: ['bearer-token'] } }, 'https://api.test/', true],
    [{ ...OPTIONS, credential: { headers: ['x-bearer'] } }, 'https://api.test/', true],
  ] as const) {
    const abort = new AbortController()
    const request = outgoing({ url, init: {} }, null, abort.signal)
    await start(options, noCookie).send(request)
    expect(core.fetch.mock.lastCall?.[0].init.signal !== abort.signal, url).toBe(outlives)
  }
})

test('a request of a page with its own vault has the session that the page showed when it called', async () => {
  const vaultHost = start(OPTIONS, noCookie)
  await vaultHost.run('ready', undefined)
  host.notify()
  core.shownSession.mockReturnValue(2)
  const body = new Blob(['x']).stream()
  const init = { method: 'POST', body, duplex: 'half' }
  const sent = vaultHost.fetch(new Request('https://api.test/x', init), null)
  // Another user signs in while the body is read.
  host.notify()
  await sent
  expect(core.fetch.mock.calls[0]?.[0].session).toBe(1)
  core.shownSession.mockReturnValue(1)
})

test('a listener that throws stops neither the core nor other listeners', async () => {
  const reported = collectUncaught()
  const vaultHost = start(OPTIONS, noCookie)
  await vaultHost.run('ready', undefined)
  const heard = vi.fn()
  vaultHost.subscribe(() => {
    throw new Error('mine')
  })
  vaultHost.subscribe(heard)
  host.notify()
  expect([heard.mock.calls.length, vaultHost.snapshot]).toEqual([1, ADA])
  expect(Object.isFrozen(vaultHost.snapshot)).toBe(true)
  expect(reported).toEqual([new Error('mine')])
})

test('events report requests only after `reportRequests`, and without their query', async () => {
  const vaultHost = start(OPTIONS, noCookie)
  await vaultHost.run('ready', undefined)
  const [events, requests] = [vi.fn(), vi.fn()]
  vaultHost.onEvent(events)
  const request = outgoing(
    { url: 'https://api.test/a?secret#b', init: {} },
    null,
    new AbortController().signal,
  )
  host.requested(request, 'direct', 200, 5)
  vaultHost.onRequest(requests)
  vaultHost.reportRequests()
  vaultHost.reportRequests()
  host.requested(request, 'direct', undefined, 5)
  const event = {
    type: 'request',
    via: 'direct',
    method: 'GET',
    url: 'https://api.test/a',
    status: null,
    millis: 5,
  }
  expect(requests.mock.calls).toEqual([[event, request]])
  expect(events.mock.calls).toEqual([[{ ...event, here: true }]])
})

test('a vault that is closed during its start is closed when the start is complete', async () => {
  const vaultHost = start(OPTIONS, noCookie)
  vaultHost.close()
  await vi.waitFor(() => expect(core.close).toHaveBeenCalledTimes(1))
})

test('each request of the core for the user is a request of its own, because an earlier answer may be about another user', async () => {
  const vaultHost = start({ ...OPTIONS, user: '/me' }, noCookie)
  await vaultHost.run('ready', undefined)
  const answers = [defer<Response>(), defer<Response>()]
  for (const { promise } of answers) core.fetch.mockReturnValueOnce(promise)
  const [first, second] = [host.loadUser(), host.loadUser()]
  answers[1]?.resolve(Response.json({ name: 'Bob' }))
  expect(JSON.parse((await second) ?? '')).toEqual({ name: 'Bob' })
  answers[0]?.resolve(Response.json({ name: 'Ada' }))
  expect(JSON.parse((await first) ?? '')).toEqual({ name: 'Ada' })
  const [request] = core.fetch.mock.calls[0] ?? []
  expect([request?.url, request?.init.method]).toEqual(['https://api.test/me', 'GET'])
})

test.each<[string, () => Promise<Response>, number | null | undefined]>([
  ['an error status', async () => Response.json({ name: 'Ada' }, { status: 500 }), 500],
  ['no JSON', async () => new Response('<!doctype html>'), 200],
  ['null', async () => Response.json(null), 200],
  ['no members', async () => Response.json({}), 200],
  ['no response', () => Promise.reject(new TypeError('Failed to fetch')), null],
  ['the end of the session', () => Promise.reject(new AuthError('replaced', 'x')), undefined],
])('%s instead of a user brings none, and an event unless the session is over', async (_, answer, status) => {
  const vaultHost = start({ ...OPTIONS, user: '/me' }, noCookie)
  const heard = vi.fn()
  vaultHost.onEvent(heard)
  await vaultHost.run('ready', undefined)
  core.fetch.mockImplementationOnce(answer)
  expect(await host.loadUser()).toBeUndefined()
  expect(heard.mock.calls.flat()).toEqual(status === undefined ? [] : [{ type: 'user-failed', status }])
})

test('a ticket is read from JSON or text, and every other answer is an error', async () => {
  const vaultHost = start(OPTIONS, noCookie)
  const ticket = (answer: Response) => {
    core.fetch.mockResolvedValueOnce(answer)
    return vaultHost.run('ticket', '/tickets')
  }
  expect(await ticket(Response.json({ ticket: 't-1', ttl: 30 }))).toBe('t-1')
  expect(await ticket(Response.json('t-2'))).toBe('t-2')
  expect(await ticket(new Response('t-3'))).toBe('t-3')
  const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln'
  expect(await ticket(Response.json({ ticket: jwt }))).toBe(jwt)
  for (const answer of [
    Response.json({}),
    Response.json({ ticket: 7 }),
    Response.json(null),
    new Response(''),
  ])
    await expect(ticket(answer)).rejects.toMatchObject({ code: 'body-malformed' })
  await expect(ticket(Response.json({ why: 'x' }, { status: 403 }))).rejects.toMatchObject({
    code: 'refused',
    status: 403,
    body: { why: 'x' },
  })
  const echo = Response.json({ headers: { x: 'Bearer the-token' }, why: 'x' }, { status: 403 })
  await expect(ticket(echo)).rejects.toMatchObject({ body: { headers: {}, why: 'x' } })
  for (const answer of [Response.json({ ticket: 'the-token' }), new Response('the-token')])
    await expect(ticket(answer)).rejects.toMatchObject({ code: 'body-malformed' })
  await expect(vaultHost.run('ticket', 'https://elsewhere.test/tickets')).rejects.toMatchObject({
    code: 'endpoint-outside-origins',
  })
})

test('refreshes with a body are sent one after the other, because the core holds one body', async () => {
  const vaultHost = start({ ...OPTIONS, refresh: '/refresh' }, noCookie)
  const [first, second] = [defer<void>(), defer<void>()]
  core.refresh.mockReturnValueOnce(first.promise).mockReturnValueOnce(second.promise)
  const calls = [vaultHost.run('refresh', { tenant: 1 }), vaultHost.run('refresh', { tenant: 2 })]
  await vi.waitFor(() => expect(core.refresh).toHaveBeenCalledTimes(1))
  first.reject(new AuthError('refused', 'no such tenant'))
  await expect(calls[0]).rejects.toMatchObject({ code: 'refused' })
  await vi.waitFor(() => expect(core.refresh.mock.calls).toEqual([[{ tenant: 1 }], [{ tenant: 2 }]]))
  second.resolve()
  await calls[1]
})

test('a refresh without the option `refresh`, and an unknown command, reject with the cause', async () => {
  const vaultHost = start(OPTIONS, noCookie)
  await expect(vaultHost.run('refresh', undefined)).rejects.toMatchObject({
    code: 'endpoint-missing',
    option: 'refresh',
  })
  for (const name of ['constructor', '__proto__', 'magic'])
    await expect(vaultHost.run(name as 'ready', undefined)).rejects.toThrow(`There is no command ${name}.`)
})

test('a redirect of an exchange names the exchange, and not `signIn`', async () => {
  core.signIn.mockRejectedValue(vaultError('redirected', { option: 'signIn', status: 0 }))
  const vaultHost = start({ ...OPTIONS, exchanges: { otp: '/otp' } }, noCookie)
  const outcome = (by: string | undefined) =>
    vaultHost.run('signIn', { credentials: 'raw', by }).catch((error: unknown) => error)
  expect(await outcome('otp')).toMatchObject({
    code: 'redirected',
    option: 'exchanges.otp',
    status: 0,
    message: expect.stringMatching(/^exchanges\.otp: The endpoint/),
  })
  expect(await outcome(undefined)).toMatchObject({ option: 'signIn' })
})
