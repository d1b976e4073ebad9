import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decide, ownPath, type Rule, rolesOf } from '../../js/common/guard.js'
import { createTestAuth, type TestSession } from '../../js/testing.js'
import { elsewhere } from '../redirects.js'

const ORIGIN = 'https://app.test'
const snapshot = (session: TestSession<unknown>) => createTestAuth({ session }).snapshot
const editor = { user: { roles: ['editor'] } }

test.each<[Rule, loading: string, failing: string, anonymous: string, editor: string]>([
  [{}, 'allow', 'allow', 'allow', 'allow'],
  [{ requiresAuth: false }, 'allow', 'allow', 'allow', 'allow'],
  [{ requiresAuth: true }, 'wait', 'unavailable', 'sign-in', 'allow'],
  [{ guestOnly: true }, 'wait', 'allow', 'allow', 'home'],
  [{ roles: ['editor', 'admin'] }, 'wait', 'unavailable', 'sign-in', 'allow'],
  [{ roles: ['admin'] }, 'wait', 'unavailable', 'sign-in', 'forbidden'],
  [{ roles: [] }, 'wait', 'unavailable', 'sign-in', 'forbidden'],
])('promise 20: the guard decides on a page with the rule %j', (rule, ...decisions) => {
  const failing = { failure: 'unreachable' } as const
  const sessions = (['loading', failing, 'expired', editor] as const).map(snapshot)
  expect(sessions.map((session) => decide(session, rule))).toEqual(decisions)
})

test.each<[what: string, session: object, roles: string[]]>([
  ['a list in the user', { user: { roles: ['a', 'b'] }, claims: { roles: ['c'] } }, ['a', 'b']],
  ['one role in the user', { user: { role: 'a' } }, ['a']],
  ['a list in the claims', { user: { name: 'Ada' }, claims: { roles: ['a'] } }, ['a']],
  ['one role in the claims', { claims: { role: 'a' } }, ['a']],
  ['a list with values that are not strings', { user: { roles: [1, null, 'a', {}] } }, ['a']],
  ['a user that is a string', { user: 'ada' }, []],
  ['no role', {}, []],
])('roles are read from %s', (_, session, roles) => {
  expect(rolesOf(snapshot(session))).toEqual(roles)
})

test('roles may be read from another place with a function', () => {
  const session = snapshot({ claims: { scp: 'a b' } })
  expect(decide(session, { roles: ['b'] }, ({ claims }) => String(claims?.scp).split(' '))).toBe('allow')
})

test.each([
  ['/', '/'],
  ['/a/b?c=d#e', '/a/b?c=d#e'],
  ['/a/../b', '/b'],
  ['/search?q=//evil.test', '/search?q=//evil.test'],
  ['/search?q=a\\b', '/search?q=a\\b'],
  ['/%2F%2Fevil.test', '/%2F%2Fevil.test'],
  [`/${'a'.repeat(10_240)}`, `/${'a'.repeat(10_240)}`],
])('promise 20: a link to a page of the application is followed: %s', (wanted, path) => {
  expect(ownPath(wanted, ORIGIN)).toBe(path)
})

test.each(elsewhere.map((wanted) => [JSON.stringify(wanted), wanted]))(
  'promise 20: a link to another origin is not followed: %s',
  (_, wanted) => {
    expect(ownPath(wanted, ORIGIN)).toBeNull()
  },
)

test.each([[undefined], [null], [['/a', '//evil.test']], [{ toString: () => '/a' }], [7]])(
  'promise 20: a redirect value that is not a string is not followed: %s',
  (wanted) => {
    expect(ownPath(wanted, ORIGIN)).toBeNull()
  },
)

test('promise 20: the path of any link stays on our origin, with and without the origin in front', () => {
  const pieces = fc.constantFrom(
    '/',
    '\\',
    '.',
    '..',
    '//',
    '%2e',
    '%2f',
    '\t',
    '\n',
    '@',
    ':',
    'evil.test',
    '?',
    '#',
  )
  const link = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.webUrl(),
    fc.array(fc.oneof(pieces, fc.string({ maxLength: 3 }))).map((parts) => parts.join('')),
  )
  // Compared without `expect`, whose cost would bring this test near its time limit on a busy machine.
  const isSafe = (text: string) => {
    const path = ownPath(text, ORIGIN)
    if (path === null) return true
    const origins = [new URL(path, ORIGIN).origin, new URL(ORIGIN + path).origin]
    return origins.every((origin) => origin === ORIGIN) && ownPath(path, ORIGIN) === path
  }
  fc.assert(
    fc.property(link, (wanted) => isSafe(wanted) && isSafe(`/${wanted}`)),
    // On a busy machine, fewer runs are better than a failure.
    { numRuns: 5000, interruptAfterTimeLimit: 15_000 },
  )
})
