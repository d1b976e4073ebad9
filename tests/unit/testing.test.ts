import { expect, test } from 'vitest'
import { AuthError } from '../../js/errors.js'
import { createTestAuth } from '../../js/testing.js'
import type { AuthEvent, Snapshot } from '../../js/types.js'

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
  expect(await auth.signIn('right')).toEqual({ name: 'Bob' })
  expect((await auth.ready).user).toEqual({ name: 'Bob' })
})

test('requests are answered by the test, or fail with an error that says what is missing', async () => {
  const auth = createTestAuth({ fetch: async (request) => Response.json({ got: await request.text() }) })
  const response = await auth.fetch('/notes', { method: 'POST', body: 'a' })
  expect(await response.json()).toEqual({ got: 'a' })
  expect(auth.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(['POST http://localhost/notes'])
  expect(await auth.requests[0]?.text(), 'the body can still be looked at').toBe('a')
  await expect(auth.fetch('/', { signal: AbortSignal.abort('enough') })).rejects.toBe('enough')
  await expect(createTestAuth().fetch('/')).rejects.toThrow('was given no `fetch`')
})

test('it ends like a client', async () => {
  const auth = createTestAuth({ session: 'loading' })
  const { ready } = auth
  auth.dispose()
  await expect(ready).rejects.toMatchObject({ code: 'closed' })
  for (const call of [auth.fetch('/'), auth.signIn(''), auth.signOut(), auth.ready])
    await expect(call).rejects.toMatchObject({ code: 'closed' })
})
