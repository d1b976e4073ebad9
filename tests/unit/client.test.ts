import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createAuth } from '../../js/client.js'
import { LOADING } from '../../js/snapshot.js'
import type { AuthEvent, Snapshot, Vault } from '../../js/types.js'
import { vaultError } from '../../js/vault/errors.js'

const ADA: Snapshot = {
  status: 'authenticated',
  reason: null,
  failure: null,
  user: { name: 'Ada' },
  claims: null,
  expiresAt: null,
  refreshAt: null,
}

/** A vault that does what the test says. */
function scripted() {
  const listeners = new Set<() => void>()
  const eventListeners = new Set<(event: AuthEvent) => void>()
  const vault = {
    snapshot: LOADING as Snapshot,
    ready: vi.fn(async () => {}),
    subscribe(listener: () => void) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    onEvent(listener: (event: AuthEvent) => void) {
      eventListeners.add(listener)
      return () => void eventListeners.delete(listener)
    },
    reportRequests: vi.fn(),
    fetch: vi.fn(async () => new Response('ok')),
    signIn: vi.fn(async () => ({ user: 'Ada' })),
    signOut: vi.fn(async () => {}),
    close: vi.fn(),
  } satisfies Vault
  return {
    vault,
    placement: { page: async () => ({ default: vault as Vault }) },
    show(snapshot: Snapshot) {
      vault.snapshot = snapshot
      for (const listener of listeners) listener()
    },
    tell(event: AuthEvent) {
      for (const listener of eventListeners) listener(event)
    },
  }
}

beforeEach(() => {
  vi.stubGlobal('window', globalThis)
  for (const name of ['addEventListener', 'removeEventListener']) vi.stubGlobal(name, vi.fn())
})
afterEach(() => vi.unstubAllGlobals())

test('promise 1: the snapshot is loading until the vault knows better', async () => {
  const { placement, show } = scripted()
  const auth = createAuth(placement)
  expect(auth.snapshot).toBe(LOADING)
  await auth.ready
  expect(auth.snapshot).toBe(LOADING)
  show(ADA)
  expect(auth.snapshot).toBe(ADA)
  expect(await auth.ready).toBe(ADA)
})

test('promise 1: a subscriber hears of every change once, and not after it has stopped', async () => {
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

test('a subscriber that throws keeps no other from hearing', async () => {
  const reported = vi.fn()
  vi.stubGlobal('reportError', reported)
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
  expect(reported).toHaveBeenCalledWith(new Error('mine'))
})

test('ready rejects when the vault cannot know, and waits anew the next time', async () => {
  const { placement, vault, show } = scripted()
  vault.ready.mockRejectedValueOnce(vaultError('unreachable'))
  const auth = createAuth(placement)
  await expect(auth.ready).rejects.toMatchObject({ code: 'unreachable' })
  const again = auth.ready
  show(ADA)
  expect(await again).toBe(ADA)
})

test('a vault that does not load fails every call with its cause, and nothing unhandled', async () => {
  const cause = new Error('404')
  const auth = createAuth({ page: () => Promise.reject(cause) })
  for (const call of [auth.ready, auth.fetch('https://a.test'), auth.signIn({}), auth.signOut()]) {
    await expect(call).rejects.toMatchObject({ name: 'AuthError', code: 'vault-script', cause })
  }
})

test('on a server nothing is loaded, and every call says so', async () => {
  vi.unstubAllGlobals()
  const page = vi.fn()
  const auth = createAuth({ page })
  expect(page).not.toHaveBeenCalled()
  expect(auth.snapshot.status).toBe('loading')
  await expect(auth.ready).rejects.toMatchObject({ code: 'not-in-browser' })
})

test('a disposed client hears nothing more, and leaves a vault of the page to its other clients', async () => {
  const { placement, vault, show } = scripted()
  const auth = createAuth(placement)
  const other = createAuth(placement)
  auth.dispose()
  await other.ready
  show(ADA)
  expect([auth.snapshot, other.snapshot]).toEqual([LOADING, ADA])
  expect(vault.close).not.toHaveBeenCalled()
})

test('the open calls of a disposed client end, and so do those that come later', async () => {
  const { placement, vault } = scripted()
  const auth = createAuth(placement)
  vault.fetch.mockReturnValueOnce(new Promise(() => {}))
  const open = auth.fetch('https://api.example.com/')
  auth.dispose()
  await expect(open).rejects.toMatchObject({ code: 'closed' })
  await expect(auth.signOut()).rejects.toMatchObject({ code: 'closed' })
})

test('the methods may be passed around without their object', async () => {
  const { placement, vault } = scripted()
  const { fetch, signIn, signOut } = createAuth(placement)
  await fetch('https://api.example.com/a', { method: 'POST', body: 'x' })
  const [request, body] = vault.fetch.mock.calls[0] as unknown as [Request, BodyInit]
  expect([request.url, request.method, body]).toEqual(['https://api.example.com/a', 'POST', 'x'])
  await signIn({ email: 'ada@example.com' })
  await signOut()
  expect(vault.signOut).toHaveBeenCalled()
})

test('a vault that did not start is tried again by a later call, and not by every one', async () => {
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
  expect([page.mock.calls.length, vault.signOut.mock.calls.length]).toEqual([2, 1])
})
