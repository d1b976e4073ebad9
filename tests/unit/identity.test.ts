import { expect, test, vi } from 'vitest'
import { onIdentityChange } from '../../js/adapters/identity.js'
import { createTestAuth, type TestSession } from '../../js/testing.js'

/** The keys of the users in each change, for a session that takes these states one after the other. */
function changesIn(...[first, ...next]: [TestSession<unknown>, ...TestSession<unknown>[]]) {
  const auth = createTestAuth<unknown>({ session: first })
  const listener = vi.fn()
  onIdentityChange(auth, listener)
  for (const session of next) auth.become(session)
  return listener.mock.calls.map(([{ previous, current }]) => [previous, current].map(nameOf))
}

const nameOf = ({ user, reason }: { user: { name?: string } | null; reason: string | null }) =>
  reason ?? user?.name ?? user

const ADA = { user: { id: 1, name: 'Ada' }, claims: { sub: 'a' } }
const BOB = { user: { id: 2, name: 'Bob' }, claims: { sub: 'b' } }

test.each<[string, [TestSession<unknown>, ...TestSession<unknown>[]], unknown[]]>([
  ['a user signs out', [ADA, 'signed-out'], [['Ada', 'signed-out']]],
  ['the session ends, and the user signs in again', [ADA, 'expired', ADA], [['Ada', 'expired']]],
  ['another user signs in elsewhere', [ADA, BOB], [['Ada', 'Bob']]],
  ['another user is found after `loading`', [ADA, 'loading', BOB], [['Ada', 'Bob']]],
  ['the session is gone after `loading`', [ADA, 'loading', 'never'], [['Ada', 'never']]],
  [
    'the tokens are opaque',
    [{ user: ADA.user }, { user: BOB.user }, 'idle'],
    [
      ['Ada', 'Bob'],
      ['Bob', 'idle'],
    ],
  ],
  ['users have no id', [{ user: { name: 'Ada' } }, { user: { name: 'Bob' } }], [['Ada', 'Bob']]],
  ['the API sends no user', [{ claims: { sub: 1 } }, { claims: { sub: 2 } }], [[null, null]]],
  ['the next user is not known yet', [{ user: ADA.user }, {}, { user: BOB.user }], [['Ada', null]]],
])('a change of the identity: %s', (_, sessions, changes) => {
  expect(changesIn(...sessions)).toEqual(changes)
})

test.each<[string, [TestSession<unknown>, ...TestSession<unknown>[]]]>([
  ['a visitor signs in', ['never', ADA]],
  ['the first status becomes known', ['loading', ADA]],
  ['a visitor stays one', ['loading', 'never', 'expired']],
  ['a refresh brings other claims', [ADA, { ...ADA, claims: { sub: 'a', role: 'admin' }, expiresAt: 7 }]],
  ['the user is reloaded', [ADA, { ...ADA, user: { id: 1, name: 'Ada Lovelace' } }]],
  ['the user of an opaque token is reloaded', [{ user: ADA.user }, { user: { id: 1, name: 'Ada L.' } }]],
  ['the user without an id is reloaded', [{ user: { name: 'Ada' } }, { user: { name: 'Ada' } }]],
  ['the user becomes known after the session', [{ claims: { sub: 'a' } }, ADA]],
  ['the user of an opaque token becomes known after the session', [{}, { user: ADA.user }]],
  ['the network is lost', [ADA, 'loading', { failure: 'unreachable' }, ADA]],
  ['the idle warning begins', [ADA, { ...ADA, idle: { endsAt: 5 } }]],
])('no change of the identity: %s', (_, sessions) => {
  expect(changesIn(...sessions)).toEqual([])
})

test('a removed listener is not called, and a listener is called before those that were added later', async () => {
  const auth = createTestAuth<unknown>({ session: ADA })
  const heard: string[] = []
  const stop = onIdentityChange(auth, () => heard.push('removed'))
  onIdentityChange(auth, () => heard.push('cache'))
  auth.subscribe(() => heard.push('component'))
  stop()
  await auth.signOut()
  expect(heard).toEqual(['cache', 'component'])
})
