import { expect, test, vi } from 'vitest'
import { AuthError } from '../../js/common/errors.js'
import type { AuthEvent, Snapshot } from '../../js/common/types.js'
import { createTestAuth } from '../../js/testing.js'

interface User {
  name: string
}

test('the session is the one that the test sets, and subscribers are notified', async () => {
  const auth = createTestAuth<User>({ session: 'loading' })
  const heard: Snapshot<User>[] = []
  const events: AuthEvent[] = []
  auth.subscribe((snapshot) => heard.push(snapshot))
  auth.onEvent((event) => events.push(event))
  const ready = auth.ready
  auth.become({ user: { name: 'Ada' }, claims: { sub: '1' }, expiresAt: 5 })
  expect(await ready).toMatchObject({ status: 'authenticated', user: { name: 'Ada' }, expiresAt: 5 })
  auth.become('revoked')
  expect(auth.snapshot).toMatchObject({ status: 'unauthenticated', reason: 'revoked', user: null })
  await auth.signOut()
  expect(heard.map(({ status, reason }) => reason ?? status)).toEqual([
    'authenticated',
    'revoked',
    'signed-out',
  ])
  auth.emit({ type: 'refreshed', generation: 2 })
  expect(events).toEqual([
    { type: 'ended', reason: 'signed-out' },
    { type: 'refreshed', generation: 2 },
  ])
})

test('a session that cannot be determined is loading, with its failure', async () => {
  const auth = createTestAuth<User>({ session: 'loading' })
  const ready = auth.ready
  auth.become({ failure: 'unreachable' })
  expect(auth.snapshot).toMatchObject({ status: 'loading', failure: 'unreachable', user: null })
  auth.become({ user: { name: 'Ada' } })
  expect(await ready).toMatchObject({ failure: null, user: { name: 'Ada' } })
})

test('a sign-in starts the session that the test returns, or rejects', async () => {
  const refusal = new AuthError('refused', 'no', { status: 422 })
  const auth = createTestAuth<User>({
    signIn: (credentials) => {
      if (credentials === 'wrong') throw refusal
      return { user: { name: 'Bob' } }
    },
  })
  await expect(auth.signIn('wrong')).rejects.toBe(refusal)
  expect(auth.snapshot.reason).toBe('never')
  expect(await auth.signIn('right'), 'the response of an API, without its tokens').toEqual({
    status: 'signed-in',
    body: { user: { name: 'Bob' } },
  })
  expect((await auth.ready).user).toEqual({ name: 'Bob' })
})

test('a sign-in resolves with the response that the test sets', async () => {
  const body = { account: { name: 'Bob' }, expires_in: 900 }
  const auth = createTestAuth<User>({ signIn: () => ({ user: { name: 'Bob' }, body }) })
  expect(await auth.signIn({})).toEqual({ status: 'signed-in', body })
  expect(await createTestAuth().signIn({}), 'a token and no more').toEqual({ status: 'signed-in', body: {} })
})

test('a sign-in that needs another step changes nothing, and the next exchange is called by its name', async () => {
  const asked: unknown[] = []
  const events: AuthEvent[] = []
  const auth = createTestAuth<User>({
    signIn(_, { by, remember }) {
      asked.push([by, remember])
      return by === 'otp'
        ? { status: 'signed-in', user: { name: 'Ada' } }
        : { status: 'pending', body: { challenge: 'otp', to: '…42' } }
    },
  })
  auth.onEvent((event) => events.push(event))
  const before = auth.snapshot
  expect(await auth.signIn({ email: 'ada@example.com' }, { remember: false })).toEqual({
    status: 'pending',
    body: { challenge: 'otp', to: '…42' },
  })
  expect([auth.snapshot, events]).toEqual([before, []])
  expect(await auth.signIn({ code: '123456' }, { by: 'otp' })).toMatchObject({ status: 'signed-in' })
  expect([auth.snapshot.user, events]).toEqual([{ name: 'Ada' }, [{ type: 'signed-in' }]])
  expect(asked).toEqual([
    [undefined, false],
    ['otp', undefined],
  ])
})

test('a session has an end, an idle warning and newer claims if the test sets them', async () => {
  const auth = createTestAuth<User>({ session: { user: { name: 'Ada' } } })
  expect(auth.snapshot).toMatchObject({ endsAt: null, idle: null, claimsAreNewer: false })
  auth.become({ user: { name: 'Ada' }, endsAt: 9, idle: { endsAt: 5 }, claimsAreNewer: true })
  expect(auth.snapshot).toMatchObject({ endsAt: 9, idle: { endsAt: 5 }, claimsAreNewer: true })
  await auth.stay()
  expect(auth.snapshot).toMatchObject({ user: { name: 'Ada' }, endsAt: 9, idle: null, claimsAreNewer: true })
  auth.become('idle')
  expect(auth.snapshot).toMatchObject({ reason: 'idle', endsAt: null, idle: null, claimsAreNewer: false })
})

test('a refresh changes what the test returns, and one without a body serves all callers', async () => {
  const refresh = vi.fn(async (body?: object) =>
    body ? { user: { name: 'Ada of tenant 2' } } : { claims: { role: 'editor' }, expiresAt: 7 },
  )
  const events: AuthEvent[] = []
  const auth = createTestAuth<User>({
    session: { user: { name: 'Ada' }, claims: { role: 'admin' }, refreshAt: 3 },
    refresh,
  })
  auth.onEvent((event) => events.push(event))
  const [first, second] = await Promise.all([auth.refresh(), auth.refresh()])
  expect(first).toBe(second)
  expect(first).toMatchObject({
    user: { name: 'Ada' },
    claims: { role: 'editor' },
    claimsAreNewer: true,
    expiresAt: 7,
    refreshAt: 3,
  })
  expect(await auth.refresh({ tenant: 2 })).toMatchObject({
    user: { name: 'Ada of tenant 2' },
    claimsAreNewer: false,
  })
  expect(refresh.mock.calls).toEqual([[undefined], [{ tenant: 2 }]])
  expect(events).toEqual([
    { type: 'refreshed', generation: 2 },
    { type: 'refreshed', generation: 3 },
  ])
})

test('a refresh waits for the first status, and rejects without a session or when the test ends it', async () => {
  const refusal = new AuthError('refused', 'no', { status: 403 })
  let result: () => 'revoked' | Record<string, never> = () => ({})
  const auth = createTestAuth<User>({ session: 'loading', refresh: () => result() })
  const early = auth.refresh()
  auth.become({ user: { name: 'Ada' } })
  expect(await early).toMatchObject({ user: { name: 'Ada' }, claimsAreNewer: false })
  result = () => {
    throw refusal
  }
  await expect(auth.refresh({ tenant: 7 })).rejects.toBe(refusal)
  expect(auth.snapshot.status).toBe('authenticated')
  result = () => 'revoked'
  await expect(auth.refresh()).rejects.toMatchObject({ code: 'session-ended' })
  expect(auth.snapshot.reason).toBe('revoked')
  await expect(auth.refresh()).rejects.toMatchObject({ code: 'session-ended' })
})

test('a refresh of a test without the option `refresh` changes nothing, and is reported', async () => {
  const events: AuthEvent[] = []
  const auth = createTestAuth<User>({ session: { user: { name: 'Ada' }, claims: { sub: '1' } } })
  auth.onEvent((event) => events.push(event))
  const before = auth.snapshot
  expect(await auth.refresh()).toEqual(before)
  expect(events).toEqual([{ type: 'refreshed', generation: 2 }])
})

test('a refresh without a session does not ask the test for its result', async () => {
  const refresh = vi.fn(() => ({}))
  const auth = createTestAuth({ session: 'expired', refresh })
  await expect(auth.refresh()).rejects.toMatchObject({ code: 'session-ended' })
  expect(refresh).not.toHaveBeenCalled()
})

test('`restore` finds the session that the test returns, or leaves it', async () => {
  const auth = createTestAuth<User>({ restore: async () => ({ user: { name: 'Ada' } }) })
  expect(await auth.restore()).toMatchObject({ status: 'authenticated', user: { name: 'Ada' } })
  expect(await createTestAuth({ session: 'expired' }).restore()).toMatchObject({ reason: 'expired' })
})

test('`reloadUser` brings the user that the test returns', async () => {
  let name: string | null = 'Ada Lovelace'
  const auth = createTestAuth<User>({
    session: { user: { name: 'Ada' }, claims: { sub: '1' }, claimsAreNewer: true },
    user: () => (name ? { name } : null),
  })
  const reloaded = { user: { name: 'Ada Lovelace' }, claims: { sub: '1' }, claimsAreNewer: false }
  expect(await auth.reloadUser()).toMatchObject(reloaded)
  name = null
  expect(await auth.reloadUser(), 'the previous user stays').toMatchObject(reloaded)
  expect(await createTestAuth<User>({ user: () => ({ name: 'Eve' }) }).reloadUser()).toMatchObject({
    reason: 'never',
  })
  const plain = createTestAuth<User>({ session: { user: { name: 'Ada' } } })
  expect(await plain.reloadUser(), 'without the option').toMatchObject({ user: { name: 'Ada' } })
})

test('a ticket is what the test returns, or fails with an error that names the missing option', async () => {
  const auth = createTestAuth({ ticket: (path) => `ticket of ${path}` })
  expect(await auth.ticket('/cable/ticket')).toBe('ticket of /cable/ticket')
  await expect(createTestAuth().ticket('/')).rejects.toThrow('has no option `ticket`')
})

test('a session can end with a reason and a `serverReason` of the API', async () => {
  const auth = createTestAuth<User>({ session: { user: { name: 'Ada' } } })
  auth.become({ reason: 'revoked', serverReason: 'ended_by_admin' })
  const { status, reason, serverReason } = auth.snapshot
  expect([status, reason, serverReason]).toEqual(['unauthenticated', 'revoked', 'ended_by_admin'])
})

test('an abort rejects a pending request, and aborts the signal that the `fetch` of the test gets', async () => {
  const fetch = vi.fn((_: Request) => new Promise<Response>(() => {}))
  const auth = createTestAuth({ fetch })
  const abort = new AbortController()
  const call = auth.fetch('/slow', { signal: abort.signal })
  await vi.waitFor(() => expect(fetch).toHaveBeenCalled())
  abort.abort('enough')
  await expect(call).rejects.toBe('enough')
  expect(fetch.mock.lastCall?.[0].signal.reason).toBe('enough')
})

test('requests get the response of the test, or fail with an error that names the missing option', async () => {
  const auth = createTestAuth({ fetch: async (request) => Response.json({ got: await request.text() }) })
  const response = await auth.fetch('/notes', { method: 'POST', body: 'a' })
  expect(await response.json()).toEqual({ got: 'a' })
  expect(auth.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(['POST http://localhost/notes'])
  expect(await auth.requests[0]?.text(), 'the body can still be read').toBe('a')
  await expect(auth.fetch('/', { signal: AbortSignal.abort('enough') })).rejects.toBe('enough')
  await expect(createTestAuth().fetch('/')).rejects.toThrow('has no option `fetch`')
})

test('requests may be a URL or a Request', async () => {
  const auth = createTestAuth({ fetch: ({ method, url }) => new Response(`${method} ${url}`) })
  const ask = async (...args: Parameters<typeof auth.fetch>) => (await auth.fetch(...args)).text()
  expect(await ask(new URL('http://api.test/a'))).toBe('GET http://api.test/a')
  expect(await ask(new Request('http://api.test/b', { method: 'PUT' }))).toBe('PUT http://api.test/b')
})

test('after `dispose`, every call rejects with `closed`', async () => {
  const auth = createTestAuth({ session: 'loading' })
  const { ready } = auth
  auth.dispose()
  await expect(ready).rejects.toMatchObject({ code: 'closed' })
  const calls = [auth.fetch('/'), auth.signIn(''), auth.signOut(), auth.ready, auth.refresh()]
  for (const call of [...calls, auth.restore(), auth.reloadUser(), auth.stay(), auth.ticket('/')])
    await expect(call).rejects.toMatchObject({ code: 'closed' })
})

test('`dispose` rejects pending calls', async () => {
  const forever = () => new Promise<never>(() => {})
  const auth = createTestAuth({ fetch: forever, signIn: forever })
  const calls = [auth.fetch('/'), auth.signIn({})]
  auth.dispose()
  for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'closed' })
  expect(auth.snapshot.reason).toBe('never')
})

test('after `dispose`, a pending sign-in does not change the session', async () => {
  let resolve = (_: { user: User }) => {}
  const signedIn = new Promise<{ user: User }>((settle) => {
    resolve = settle
  })
  const auth = createTestAuth<User>({ signIn: () => signedIn })
  const call = auth.signIn({})
  auth.dispose()
  await expect(call).rejects.toMatchObject({ code: 'closed' })
  resolve({ user: { name: 'Ada' } })
  await signedIn
  expect(auth.snapshot.user).toBe(null)
})
