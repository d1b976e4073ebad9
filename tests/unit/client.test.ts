import './late-fetch.js'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createAuth } from '../../js/client/create-auth.js'
import { LOADING } from '../../js/common/snapshot.js'
import type { Vault } from '../../js/protocol/vault.js'
import { vaultError } from '../../js/vault/errors.js'
import { ADA, FakePort, stubPage, WELCOME, watch } from './port.js'
import { scripted } from './scripted-vault.js'
import { collectUncaught } from './uncaught.js'

beforeEach(() => {
  vi.stubGlobal('window', globalThis)
  for (const name of ['addEventListener', 'removeEventListener']) vi.stubGlobal(name, vi.fn())
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

/** A client whose vault starts or fails when the test calls `start` or `fail`. */
function starting(options: { origins?: string[] } = {}) {
  const { vault } = scripted()
  let start = () => {}
  let fail = (_: unknown) => {}
  const page = vi.fn(
    () =>
      new Promise<{ default: Vault }>((resolve, reject) => {
        start = () => resolve({ default: vault })
        fail = reject
      }),
  )
  const plain = vi.fn(async (_: Request) => new Response('plain'))
  vi.stubGlobal('fetch', plain)
  return {
    vault,
    plain,
    auth: createAuth({ page, ...options }),
    start: () => start(),
    fail: (error: unknown) => fail(error),
  }
}

test('promise 1: the snapshot is loading until the vault sends another one', async () => {
  const { placement, show } = scripted()
  const auth = createAuth(placement)
  expect(auth.snapshot).toBe(LOADING)
  await auth.ready
  expect(auth.snapshot).toBe(LOADING)
  show(ADA)
  expect(auth.snapshot).toBe(ADA)
  expect(await auth.ready).toBe(ADA)
})

test('promise 1: a subscriber is called once for each change, and no more after it has unsubscribed', async () => {
  const { placement, show } = scripted()
  const auth = createAuth(placement)
  const heard = vi.fn()
  const stop = auth.subscribe(heard)
  await auth.ready
  show(ADA)
  show(ADA)
  expect(heard.mock.calls).toEqual([[ADA]])
  stop()
  show({ ...LOADING })
  expect(heard).toHaveBeenCalledTimes(1)
})

test('a subscriber that throws does not prevent the calls of other subscribers', async () => {
  const reported = collectUncaught()
  const { placement, show, tell } = scripted()
  const auth = createAuth(placement)
  const [snapshots, events] = [vi.fn(), vi.fn()]
  auth.subscribe(() => {
    throw new Error('mine')
  })
  auth.subscribe(snapshots)
  auth.onEvent(events)
  await auth.ready
  show(ADA)
  tell({ type: 'signed-in' })
  expect(snapshots).toHaveBeenCalledWith(ADA)
  expect(events).toHaveBeenCalledWith({ type: 'signed-in' })
  expect(reported).toContainEqual(new Error('mine'))
})

test('`ready` rejects when the vault cannot determine the session, and the next `ready` waits again', async () => {
  const { placement, vault, show } = scripted()
  vault.run.mockRejectedValueOnce(vaultError('unreachable'))
  const auth = createAuth(placement)
  await expect(auth.ready).rejects.toMatchObject({ code: 'unreachable' })
  const again = auth.ready
  show(ADA)
  expect(await again).toBe(ADA)
})

test('when the vault does not load, every call rejects with the cause, and no rejection stays unhandled', async () => {
  const cause = new Error('404')
  const auth = createAuth({ page: () => Promise.reject(cause) })
  for (const call of [auth.ready, auth.fetch('https://a.test'), auth.signIn({}), auth.signOut()]) {
    await expect(call).rejects.toMatchObject({ name: 'AuthError', code: 'vault-script', cause })
  }
})

test('on a server no vault is loaded, and `ready` rejects with `not-in-browser`', async () => {
  vi.unstubAllGlobals()
  const page = vi.fn()
  const auth = createAuth({ page })
  expect(page).not.toHaveBeenCalled()
  expect(auth.snapshot.status).toBe('loading')
  await expect(auth.ready).rejects.toMatchObject({ code: 'not-in-browser' })
})

test('a disposed client gets no more snapshots, and does not close a page vault that other clients use', async () => {
  const { placement, vault, show } = scripted()
  const auth = createAuth(placement)
  const other = createAuth(placement)
  auth.dispose()
  await other.ready
  show(ADA)
  expect([auth.snapshot, other.snapshot]).toEqual([LOADING, ADA])
  expect(vault.close).not.toHaveBeenCalled()
})

test('dispose ends the open calls of a client, and later calls reject', async () => {
  const { placement, vault } = scripted()
  const auth = createAuth(placement)
  vault.fetch.mockReturnValueOnce(new Promise(() => {}))
  const open = auth.fetch('https://api.example.com/')
  auth.dispose()
  await expect(open).rejects.toMatchObject({ code: 'closed' })
  await expect(auth.signOut()).rejects.toMatchObject({ code: 'closed' })
})

test('the methods work without their object', async () => {
  const { placement, vault } = scripted()
  const { fetch, signIn, signOut } = createAuth(placement)
  await fetch('https://api.example.com/a', { method: 'POST', body: 'x' })
  const [request, body] = vault.fetch.mock.calls[0] as unknown as [Request, BodyInit]
  expect([request.url, request.method, body]).toEqual(['https://api.example.com/a', 'POST', 'x'])
  await signIn({ email: 'ada@example.com' })
  await signOut()
  expect(vault.run).toHaveBeenCalledWith('signOut', undefined)
})

test('after a failed start, the vault is started again by a later call, at most once per second', async () => {
  const { vault } = scripted()
  const page = vi.fn(async () => ({ default: vault as Vault }))
  page.mockRejectedValueOnce(new TypeError('offline'))
  const now = vi.spyOn(performance, 'now').mockReturnValue(5000)
  const auth = createAuth({ page })
  await expect(auth.ready).rejects.toMatchObject({ code: 'vault-script' })
  now.mockReturnValue(5999)
  await expect(auth.signOut()).rejects.toMatchObject({ code: 'vault-script' })
  expect(page).toHaveBeenCalledTimes(1)
  now.mockReturnValue(6000)
  await auth.signOut()
  expect([page.mock.calls.length, vault.run.mock.calls.length]).toEqual([2, 1])
})

test('a request that is aborted while the vault starts rejects with the reason of the abort, and is not sent later', async () => {
  const { auth, vault, start } = starting()
  const controller = new AbortController()
  const call = auth.fetch('https://api.example.com/a', { signal: controller.signal })
  controller.abort(new Error('changed my mind'))
  await expect(call).rejects.toThrow('changed my mind')
  start()
  await auth.fetch('https://api.example.com/b')
  expect(vault.fetch).toHaveBeenCalledTimes(1)
})

test('a request that is already aborted rejects at once', async () => {
  const { auth, plain } = starting({ origins: ['https://api.example.com'] })
  for (const url of ['https://api.example.com/a', 'https://elsewhere.test/'])
    await expect(auth.fetch(url, { signal: AbortSignal.abort('mine') })).rejects.toBe('mine')
  const request = new Request('https://api.example.com/a', { signal: AbortSignal.abort('of the request') })
  await expect(auth.fetch(request)).rejects.toBe('of the request')
  expect(plain).not.toHaveBeenCalled()
})

test('with the option `origins`, requests to other origins neither wait for the vault nor fail with it', async () => {
  const { auth, plain, fail, vault } = starting({ origins: ['https://API.example.com:443'] })
  const elsewhere = ['https://elsewhere.test/a', 'https://api.example.com.evil.test/', 'data:,x']
  for (const url of elsewhere) expect(await (await auth.fetch(url)).text()).toBe('plain')
  const ours = auth.fetch('https://api.example.com/a')
  fail(new Error('404'))
  await expect(ours).rejects.toMatchObject({ code: 'vault-script' })
  for (const url of elsewhere) expect(await (await auth.fetch(url)).text()).toBe('plain')
  expect(plain.mock.calls.map(([{ url }]) => url)).toEqual([...elsewhere, ...elsewhere])
  expect(vault.fetch).not.toHaveBeenCalled()
})

test('without the option `origins`, requests to other origins wait until the vault has started once, and fail with its error', async () => {
  const { auth, plain, fail, start, vault } = starting()
  const first = auth.fetch('https://elsewhere.test/a')
  fail(new Error('404'))
  await expect(first).rejects.toMatchObject({ code: 'vault-script' })
  const now = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 2000)
  const second = auth.fetch('https://elsewhere.test/b')
  start()
  expect(await (await second).text()).toBe('plain')
  expect(await (await auth.fetch('https://elsewhere.test/c')).text()).toBe('plain')
  expect([vault.fetch.mock.calls.length, plain.mock.calls.length]).toEqual([0, 2])
  now.mockRestore()
})

test('the origins that the vault reports replace the option `origins`', async () => {
  const { auth, plain, start, vault } = starting({ origins: ['https://old.example.com'] })
  start()
  await auth.fetch('https://old.example.com/a').then((response) => response.text())
  expect([vault.fetch.mock.calls.length, plain.mock.calls.length]).toEqual([0, 1])
  await auth.fetch('https://api.example.com/a')
  expect([vault.fetch.mock.calls.length, plain.mock.calls.length]).toEqual([1, 1])
})

test('while a vault restarts, requests to other origins are sent', async () => {
  vi.useFakeTimers()
  stubPage()
  const plain = vi.fn(async (_: Request) => new Response('plain'))
  vi.stubGlobal('fetch', plain)
  const workers: FakePort[] = []
  const worker = vi.fn(() => {
    const port = Object.assign(new FakePort(), { terminate() {} })
    workers.push(port)
    return port as unknown as Worker
  })
  const auth = createAuth({ worker })
  await vi.advanceTimersByTimeAsync(0)
  workers[0]?.receive(WELCOME)
  const ready = watch(auth.ready)
  // Neither this worker nor the next one responds again.
  await vi.advanceTimersByTimeAsync(15_100)
  expect([ready.outcome, workers.length]).toEqual(['vault-lost', 2])
  expect(await (await auth.fetch('https://elsewhere.test/a')).text()).toBe('plain')
  const ours = watch(auth.fetch('https://api.test/a'))
  await vi.advanceTimersByTimeAsync(30_200)
  await vi.dynamicImportSettled()
  await vi.advanceTimersByTimeAsync(200)
  expect(ours.outcome).toBe('vault-silent')
  expect(await (await auth.fetch('https://elsewhere.test/b')).text()).toBe('plain')
  auth.dispose()
  vi.useRealTimers()
})

test('when a page vault cannot start, every call rejects with its error, and no request is sent', async () => {
  const { auth, plain, start, vault } = starting()
  vault.origins.mockRejectedValue(vaultError('vault-failed'))
  start()
  for (const url of ['https://elsewhere.test/a', 'https://api.example.com/b'])
    await expect(auth.fetch(url)).rejects.toMatchObject({ code: 'vault-failed' })
  expect([vault.fetch.mock.calls.length, plain.mock.calls.length]).toEqual([0, 0])
})

test('a vault that can no longer say its origins keeps those that are known', async () => {
  const { auth, plain, start, vault } = starting({ origins: ['https://api.example.com'] })
  vault.origins.mockRejectedValue(vaultError('vault-failed')).mockResolvedValueOnce([])
  start()
  await auth.fetch('https://api.example.com/a')
  expect(await (await auth.fetch('https://elsewhere.test/a')).text()).toBe('plain')
  expect([vault.fetch.mock.calls.length, plain.mock.calls.length]).toEqual([1, 1])
})

test('a request with its own Authorization header needs no vault', async () => {
  const { auth, plain } = starting()
  const headers = { authorization: 'Bearer mine' }
  expect(await (await auth.fetch('https://api.example.com/a', { headers })).text()).toBe('plain')
  expect(plain.mock.calls[0]?.[0].headers.get('authorization')).toBe('Bearer mine')
})

test('an origin with a path, without a scheme, or empty is refused with the name of the option', () => {
  for (const origin of ['https://api.example.com/v1', 'api.example.com', ''])
    expect(() => createAuth({ origins: [origin] })).toThrow(
      expect.objectContaining({ code: 'origin-malformed', option: 'origins' }),
    )
})

test('a disposed client sends no requests to other origins', async () => {
  const { auth, plain } = starting({ origins: ['https://api.example.com'] })
  plain.mockReturnValueOnce(new Promise(() => {}))
  const open = auth.fetch('https://elsewhere.test/a')
  await Promise.resolve()
  auth.dispose()
  await expect(open).rejects.toMatchObject({ code: 'closed' })
  await expect(auth.fetch('https://elsewhere.test/a')).rejects.toMatchObject({ code: 'closed' })
})

test('the headers of the app are computed for each request to the API, replace none, and bring no credential', async () => {
  const { vault, placement } = scripted()
  let count = 0
  const headers = () => {
    count += 1
    return { traceparent: `trace-${count}`, 'Accept-Language': 'de', Authorization: 'Bearer own' }
  }
  const auth = createAuth({ ...placement, origins: ['https://api.example.com'], headers })
  await auth.fetch('https://api.example.com/a', { headers: { 'accept-language': 'fr' } })
  await auth.fetch('https://api.example.com/b')
  const sent = vault.fetch.mock.calls.map(([request]: unknown[]) => [...(request as Request).headers])
  expect(sent).toEqual([
    [
      ['accept-language', 'fr'],
      ['traceparent', 'trace-1'],
    ],
    [
      ['accept-language', 'de'],
      ['traceparent', 'trace-2'],
    ],
  ])
  const plain = vi.spyOn(globalThis, 'fetch')
  await auth.fetch('https://elsewhere.test/c').catch(() => {})
  expect(count, 'requests to other origins get none').toBe(2)
  plain.mockRestore()
})

test.each<[string, () => unknown]>([
  [
    'throws',
    () => {
      throw new Error('no trace')
    },
  ],
  ['returns a value that no header can hold', () => ({ 'x-name': 'Ада' })],
  ['returns no headers', () => 7],
])(
  'if the function for the headers of the app %s, the error names the option, and no request is sent',
  async (_, headers) => {
    const { vault, placement } = scripted()
    const auth = createAuth({ ...placement, origins: ['https://api.example.com'], headers: headers as never })
    await expect(auth.fetch('https://api.example.com/a')).rejects.toMatchObject({
      name: 'AuthError',
      code: 'option-invalid',
      option: 'headers',
      cause: expect.any(Error),
    })
    expect(vault.fetch).not.toHaveBeenCalled()
  },
)

test('with several origins, the requests to each of them go through the vault', async () => {
  const origins = ['https://api.example.com', 'https://files.example.com']
  const { auth, plain, start, vault } = starting({ origins })
  vault.origins.mockResolvedValue(origins)
  start()
  for (const origin of origins) await auth.fetch(`${origin}/a`)
  expect([vault.fetch.mock.calls.length, plain.mock.calls.length]).toEqual([2, 0])
})
