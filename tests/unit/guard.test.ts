import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decide, ownPath, type Rule, rolesOf } from '../../js/common/guard.js'
import { createTestAuth, type TestSession } from '../../js/testing.js'
import { elsewhere } from '../redirects.js'

const ORIGIN = 'https://app.test'
const snapshot = (session: TestSession<unknown>) => createTestAuth({ session }).snapshot
const editor = { user: { roles: ['editor'] } }

test.each<[Rule, loading: string, failing: string, nobody: string, editor: string]>([
  [{}, 'allow', 'allow', 'allow', 'allow'],
  [{ requiresAuth: false }, 'allow', 'allow', 'allow', 'allow'],
  [{ requiresAuth: true }, 'wait', 'unavailable', 'sign-in', 'allow'],
  [{ guestOnly: true }, 'wait', 'allow', 'allow', 'home'],
  [{ roles: ['editor', 'admin'] }, 'wait', 'unavailable', 'sign-in', 'allow'],
  [{ roles: ['admin'] }, 'wait', 'unavailable', 'sign-in', 'forbidden'],
  [{ roles: [] }, 'wait', 'unavailable', 'sign-in', 'forbidden'],
])('promise 20: a page with the rule %j', (rule, ...decisions) => {
  const failing = { failure: 'unreachable' } as const
  const sessions = (['loading', failing, 'expired', editor] as const).map(snapshot)
  expect(sessions.map((session) => decide(session, rule))).toEqual(decisions)
})

test.each<[what: string, session: object, roles: string[]]>([
  ['a list of the user', { user: { roles: ['a', 'b'] }, claims: { roles: ['c'] } }, ['a', 'b']],
  ['one of the user', { user: { role: 'a' } }, ['a']],
  ['a list of the claims', { user: { name: 'Ada' }, claims: { roles: ['a'] } }, ['a']],
  ['one of the claims', { claims: { role: 'a' } }, ['a']],
  ['of another type', { user: { roles: [1, null, 'a', {}] } }, ['a']],
  ['of a user that is a string', { user: 'ada' }, []],
  ['none', {}, []],
])('roles are found: %s', (_, session, roles) => {
  expect(rolesOf(snapshot(session))).toEqual(roles)
})

test('roles may be anywhere else', () => {
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
])('promise 20: a page of ours is come back to: %s', (wanted, path) => {
  expect(ownPath(wanted, ORIGIN)).toBe(path)
})

test.each(elsewhere.map((wanted) => [JSON.stringify(wanted), wanted]))(
  'promise 20: a page of others is not gone to: %s',
  (_, wanted) => {
    expect(ownPath(wanted, ORIGIN)).toBeNull()
  },
)

test.each([[undefined], [null], [['/a', '//evil.test']], [{ toString: () => '/a' }], [7]])(
  'promise 20: nor is what is no text: %s',
  (wanted) => {
    expect(ownPath(wanted, ORIGIN)).toBeNull()
  },
)

test('promise 20: whatever the link says, its path leads to our origin, with or without it in front', () => {
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
  fc.assert(
    fc.property(link, (wanted) => {
      for (const text of [wanted, `/${wanted}`]) {
        const path = ownPath(text, ORIGIN)
        if (path === null) continue
        expect(new URL(path, ORIGIN).origin).toBe(ORIGIN)
        expect(new URL(ORIGIN + path).origin).toBe(ORIGIN)
        expect(ownPath(path, ORIGIN)).toBe(path)
      }
    }),
    { numRuns: 5000 },
  )
})
