import assert from 'node:assert/strict'
import fc from 'fast-check'
import { couldMatch, isClear, parsePattern, readLoosely, surelyMatches } from '../../../js/server/paths.js'
import { target } from '../target.js'

const PATTERNS = [
  '/auth/**',
  '/auth',
  '/api/v1/**',
  '/a/*',
  '/a/*/c',
  '/**',
  '/notes/',
  '/Grüße/**',
  '/a%20b',
]
const PIECES = [
  'auth',
  'AUTH',
  'api',
  'v1',
  'a',
  'c',
  'notes',
  'x',
  '..',
  '.',
  '',
  '%2e',
  '%2e%2e',
  '%252e',
  '%2f',
  '%5c',
]
const GLUE = ['/', '//', '\\', '/./', '/../', ';x=1/', '%2f', '?', '#', '%00', '%', '%c0%ae', ' ', '\t', 'é']

const pathname = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.constantFrom(...GLUE), fc.string({ maxLength: 4 })), {
    maxLength: 12,
  })
  .map((parts) => `/${parts.join('')}`)

/** How a server may spell a path: any character as its code, once or twice, in any case. */
const spelling = fc.array(fc.nat(3), { minLength: 1, maxLength: 8 })

function spell(text: string, ways: readonly number[]): string {
  const encoded = (char: string) => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`
  return Array.from(text, (char, at) => {
    const way = char === '/' ? 0 : (ways[at % ways.length] ?? 0)
    return [char, encoded(char), encoded(char).replace('%', '%25'), char.toUpperCase()][way]
  }).join('')
}

/**
 * Rules of the proxy and guards. What is permitted, browsers and Node's `URL` read in the same way. What is refused, is
 * refused in every spelling.
 */
export const paths = target(
  fc.tuple(fc.oneof(fc.constantFrom(...PATTERNS), pathname), pathname, spelling),
  ([text, asked, ways]) => {
    const pattern = parsePattern(text)
    if (!pattern) return
    const url = new URL('https://here.test')
    url.pathname = asked
    for (const read of [asked, url.pathname]) {
      const isSure = surelyMatches(pattern, read)
      assert.ok(!isSure || couldMatch(pattern, read), 'what surely matches could match')
      assert.ok(!isSure || isClear(read), 'what surely matches is clear')
      assert.ok(readLoosely(read).every((part) => part !== '..' && part !== '.' && part !== ''))
    }
    // `URL` removes dot segments, so a path that still has some after it was not clear before.
    const viaUrl = new URL(`https://here.test${url.pathname}`)
    assert.equal(viaUrl.pathname, url.pathname, 'the path of a URL is read again as it is')
    if (surelyMatches(pattern, url.pathname)) {
      const below = new URL(`.${url.pathname}`, 'https://api.test/base/')
      assert.equal(below.origin, 'https://api.test')
      assert.equal(below.pathname, `/base${url.pathname}`, 'a permitted path leaves its base')
    }
    const refused = parsePattern('/auth/session/**')
    assert.ok(
      refused && couldMatch(refused, spell('/auth/session/x', ways)),
      'a spelling of a refused path passes',
    )
  },
)
