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
  expect(events.map(({ type }) => type)).toEqual(['ended', 'refreshed'])
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
    user: { name: 'Bob' },
  })
  expect((await auth.ready).user).toEqual({ name: 'Bob' })
})

test('a sign-in resolves with the response that the test sets', async () => {
  const answer = { account: { name: 'Bob' }, expires_in: 900 }
  const auth = createTestAuth<User>({ signIn: () => ({ user: { name: 'Bob' }, answer }) })
  expect(await auth.signIn({})).toBe(answer)
  expect(await createTestAuth().signIn({}), 'a token and no more').toEqual({})
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

test('after `dispose`, every call rejects with `closed`', async () => {
  const auth = createTestAuth({ session: 'loading' })
  const { ready } = auth
  auth.dispose()
  await expect(ready).rejects.toMatchObject({ code: 'closed' })
  for (const call of [auth.fetch('/'), auth.signIn(''), auth.signOut(), auth.ready])
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
