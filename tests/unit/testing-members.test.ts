import { expect, expectTypeOf, test } from 'vitest'
import { createBffAuth } from '../../js/bff/client.js'
import { createAuth } from '../../js/client/create-auth.js'
import { LOADING } from '../../js/common/snapshot.js'
import type {
  Auth,
  AuthEvent,
  Reason,
  SessionFailure,
  SignInResult,
  Snapshot,
} from '../../js/common/types.js'
import {
  createTestAuth,
  type TestAuth,
  type TestPending,
  type TestSession,
  type TestSignIn,
  type TestUser,
} from '../../js/testing.js'

/** `createTestAuth` has every member of the real auth object. The checks of types run with `tsc`. */

const members = (auth: object) => Object.keys(auth).sort()
const OF_TESTS = ['become', 'emit', 'requests']
const OF_SERVERS = ['hydrate']

test('the auth object of tests has every member of the real ones, and three of its own', () => {
  const ofVault = members(createAuth({}))
  expect(members(createTestAuth())).toEqual([...ofVault, ...OF_TESTS].sort())
  expect(members(createBffAuth())).toEqual([...ofVault, ...OF_SERVERS].sort())
  expectTypeOf<TestAuth>().toExtend<Auth>()
  expectTypeOf<Exclude<keyof TestAuth, keyof Auth>>().toEqualTypeOf<'become' | 'emit' | 'requests'>()
})

const REASONS = {
  expired: true,
  idle: true,
  never: true,
  replaced: true,
  revoked: true,
  'signed-out': true,
} satisfies Record<Reason, true>

test('a test can set every state, and snapshots have every member', () => {
  type Present = Extract<Snapshot, { status: 'authenticated' }>
  type Fixed = 'failure' | 'reason' | 'serverReason' | 'status'
  expectTypeOf<Exclude<keyof Present, Fixed>>().toEqualTypeOf<keyof TestUser>()
  expectTypeOf<Reason>().toExtend<TestSession>()
  expectTypeOf<{ failure: SessionFailure }>().toExtend<TestSession>()

  const auth = createTestAuth()
  const states: TestSession[] = [
    'loading',
    { failure: 'unreachable' },
    {},
    ...(Object.keys(REASONS) as Reason[]),
  ]
  for (const state of states) {
    auth.become(state)
    expect(members(auth.snapshot)).toEqual(members(LOADING))
    expect(Object.isFrozen(auth.snapshot)).toBe(true)
  }
})

test('a sign-in of a test can have every result, and a test can emit every event', () => {
  expectTypeOf<NonNullable<(TestPending | TestSignIn)['status']>>().toEqualTypeOf<SignInResult['status']>()
  expectTypeOf<Parameters<TestAuth['emit']>[0]>().toEqualTypeOf<AuthEvent>()
})

test('a response that asks for a stronger sign-in is reported, as by the real auth object', async () => {
  const challenge = 'Bearer error="insufficient_user_authentication", acr_values="mfa", max_age="300"'
  const auth = createTestAuth({
    session: {},
    fetch: () => new Response(null, { status: 401, headers: { 'www-authenticate': challenge } }),
  })
  const events: AuthEvent[] = []
  auth.onEvent((event) => events.push(event))
  const plain = createTestAuth({ session: {}, fetch: () => new Response(null, { status: 401 }) })
  plain.onEvent((event) => events.push(event))
  await plain.fetch('http://localhost/pay')
  expect(events, 'another 401').toEqual([])
  expect((await auth.fetch('http://localhost/pay?sum=7')).status).toBe(401)
  expect(events).toEqual([
    { type: 'step-up-required', url: 'http://localhost/pay', acrValues: 'mfa', maxAge: 300 },
  ])
})

test('a refresh that ends the session is reported, as by the real auth object', async () => {
  const auth = createTestAuth({ session: {}, refresh: () => 'revoked' })
  const events: AuthEvent[] = []
  auth.onEvent((event) => events.push(event))
  await expect(auth.refresh()).rejects.toMatchObject({ code: 'session-ended' })
  expect(events).toEqual([{ type: 'ended', reason: 'revoked' }])
})
