import assert from 'node:assert/strict'
import fc from 'fast-check'
import { ownPath } from '../../../js/common/guard.js'
import { withBase, withoutBase } from '../../../js/nuxt/base-url.js'
import { elsewhere } from '../../redirects.js'
import { target } from '../target.js'

const PARTS = [
  '/',
  '\\',
  '//',
  '..',
  '.',
  '@',
  ':',
  '?',
  '#',
  'evil.test',
  'https:',
  'javascript:',
  '\t',
  '\n',
  '\0',
]
const MORE = [
  '%2f',
  '%5c',
  '%2e',
  '%00',
  '\u3002',
  '\uff0f',
  '\u2215',
  '[',
  ']',
  ' ',
  'a',
  'app.test',
  ';',
  '&',
  '\ud800',
]
const link = fc.oneof(
  fc.constantFrom(...elsewhere),
  fc.string({ unit: 'binary', maxLength: 12 }).map((text) => `/${text}`),
  fc.array(fc.constantFrom(...PARTS, ...MORE), { maxLength: 10 }).map((parts) => parts.join('')),
  fc.array(fc.constantFrom(...PARTS, ...MORE), { maxLength: 10 }).map((parts) => `/${parts.join('')}`),
)
const ORIGINS = ['https://app.test', 'http://localhost:3000', 'http://here.invalid']

/** For every link, also one of an attacker, the target of the redirect is a page of the application, as `URL` reads it. */
export const redirects = target(fc.tuple(link, fc.constantFrom(...ORIGINS)), ([wanted, origin]) => {
  const path = ownPath(wanted, origin)
  if (path === null) return
  assert.ok(path.startsWith('/') && !path.startsWith('//') && !path.startsWith('/\\'))
  for (const page of [`${origin}/`, `${origin}/deep/er/?a#b`]) {
    const url: URL = new URL(path, page)
    assert.equal(url.origin, origin, 'a redirect to another origin')
    const asked = new URL(wanted, page)
    // A `?` or `#` with nothing behind it is dropped.
    assert.equal(
      url.href,
      origin + asked.pathname + asked.search + asked.hash,
      'a browser reads another page',
    )
  }
  assert.equal(ownPath(path, origin), path, 'a path that was checked stays as it is')
  // In a header, a line break would begin another header.
  assert.equal(new Headers({ location: path }).get('location'), path)

  const base = '/base/'
  const below = withBase(base, path)
  assert.equal(new URL(below, origin).origin, origin, 'a base makes another origin')
  const without = withoutBase(base, new URL(path, origin).href)
  assert.equal(new URL(without).origin, origin, 'a base that is removed makes another origin')
})
