// @vitest-environment jsdom
import { beforeEach, expect, test } from 'vitest'
import { declaredReferrerPolicy } from '../../js/client/referrer.js'

beforeEach(() => document.head.replaceChildren())

function declare(content: string, name = 'referrer') {
  const meta = document.createElement('meta')
  Object.assign(meta, { name, content })
  document.head.append(meta)
}

test('a page without a valid declaration has no referrer policy', () => {
  declare('no-referrer', 'theme')
  declare('')
  declare('whatever')
  expect(declaredReferrerPolicy()).toBeUndefined()
})

test('the last valid declaration applies', () => {
  declare('origin')
  declare('No-Referrer', 'Referrer')
  declare('no-such-policy')
  expect(declaredReferrerPolicy()).toBe('no-referrer')
})

test.each([
  'no-referrer',
  'no-referrer-when-downgrade',
  'origin',
  'origin-when-cross-origin',
  'same-origin',
  'strict-origin',
  'strict-origin-when-cross-origin',
  'unsafe-url',
])('`%s` is a valid policy, for fetch as well', (policy) => {
  declare(policy)
  expect(declaredReferrerPolicy()).toBe(policy)
  const referrerPolicy = policy as ReferrerPolicy
  expect(new Request('https://a.test/', { referrerPolicy }).referrerPolicy).toBe(policy)
})

test('of the legacy names, `never` means no-referrer, and the others leave the default', () => {
  declare('never')
  expect(declaredReferrerPolicy()).toBe('no-referrer')
  document.head.replaceChildren()
  for (const name of ['default', 'always', 'origin-when-crossorigin']) declare(name)
  expect(declaredReferrerPolicy()).toBeUndefined()
})
