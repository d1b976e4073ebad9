import { expect, test, vi } from 'vitest'
import { AuthError } from '../../js/common/errors.js'
import type { AuthEvent, Snapshot } from '../../js/common/types.js'
import { createTestAuth } from '../../js/testing.js'

interface User {
  name: string
}

test('a session stands as the test says, and everybody hears of it', async () => {
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

test('a session that cannot be found out is loading, and says why', async () => {
  const auth = createTestAuth<User>({ session: 'loading' })
  const ready = auth.ready
  auth.become({ failure: 'unreachable' })
  expect(auth.snapshot).toMatchObject({ status: 'loading', failure: 'unreachable', user: null })
  auth.become({ user: { name: 'Ada' } })
  expect(await ready).toMatchObject({ failure: null, user: { name: 'Ada' } })
})

test('a sign-in leads to what the test says, or is refused', async () => {
  const refusal = new AuthError('refused', 'no', { status: 422 })
  const auth = createTestAuth<User>({
    signIn: (credentials) => {
      if (credentials === 'wrong') throw refusal
      return { user: { name: 'Bob' } }
    },
  })
  await expect(auth.signIn('wrong')).rejects.toBe(refusal)
  expect(auth.snapshot.reason).toBe('never')
  expect(await auth.signIn('right'), 'what an API answers, without its tokens').toEqual({
    user: { name: 'Bob' },
  })
  expect((await auth.ready).user).toEqual({ name: 'Bob' })
})

test('a sign-in resolves with the answer that the test gives the API', async () => {
  const answer = { account: { name: 'Bob' }, expires_in: 900 }
  const auth = createTestAuth<User>({ signIn: () => ({ user: { name: 'Bob' }, answer }) })
  expect(await auth.signIn({})).toBe(answer)
  expect(await createTestAuth().signIn({}), 'a token and no more').toEqual({})
})

test('a session ends for a reason, and with the word of the API', async () => {
  const auth = createTestAuth<User>({ session: { user: { name: 'Ada' } } })
  auth.become({ reason: 'revoked', serverReason: 'ended_by_admin' })
  const { status, reason, serverReason } = auth.snapshot
  expect([status, reason, serverReason]).toEqual(['unauthenticated', 'revoked', 'ended_by_admin'])
})

test('an abort ends a request that is under way, and tells who answers it', async () => {
  const fetch = vi.fn((_: Request) => new Promise<Response>(() => {}))
  const auth = createTestAuth({ fetch })
  const abort = new AbortController()
  const call = auth.fetch('/slow', { signal: abort.signal })
  await vi.waitFor(() => expect(fetch).toHaveBeenCalled())
  abort.abort('enough')
  await expect(call).rejects.toBe('enough')
  expect(fetch.mock.lastCall?.[0].signal.reason).toBe('enough')
})

test('requests are answered by the test, or fail with an error that says what is missing', async () => {
  const auth = createTestAuth({ fetch: async (request) => Response.json({ got: await request.text() }) })
  const response = await auth.fetch('/notes', { method: 'POST', body: 'a' })
  expect(await response.json()).toEqual({ got: 'a' })
  expect(auth.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(['POST http://localhost/notes'])
  expect(await auth.requests[0]?.text(), 'the body can still be looked at').toBe('a')
  await expect(auth.fetch('/', { signal: AbortSignal.abort('enough') })).rejects.toBe('enough')
  await expect(createTestAuth().fetch('/')).rejects.toThrow('has no option `fetch`')
})

test('it ends like a client', async () => {
  const auth = createTestAuth({ session: 'loading' })
  const { ready } = auth
  auth.dispose()
  await expect(ready).rejects.toMatchObject({ code: 'closed' })
  for (const call of [auth.fetch('/'), auth.signIn(''), auth.signOut(), auth.ready])
    await expect(call).rejects.toMatchObject({ code: 'closed' })
})

test('its end is the end of what is under way', async () => {
  const forever = () => new Promise<never>(() => {})
  const auth = createTestAuth({ fetch: forever, signIn: forever })
  const calls = [auth.fetch('/'), auth.signIn({})]
  auth.dispose()
  for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'closed' })
  expect(auth.snapshot.reason).toBe('never')
})

test('a session that has ended changes no more, whatever a sign-in under way leads to', async () => {
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
