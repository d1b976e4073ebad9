import fc from 'fast-check'
import { expect, test } from 'vitest'
import { resolveOptions } from '../../../js/server/options.js'
import { couldMatch, isClear, type Pattern, parsePattern, surelyMatches } from '../../../js/server/paths.js'
import { createRefusals } from '../../../js/server/refusals.js'
import { SECRET } from './browser.js'

/**
 * The rule for paths that rules of `proxy` permit: decoded once, a path has no encoding left, no backslash, no empty
 * segment, and no segment that some server reads as a dot segment.
 */
const bff = resolveOptions({
  api: 'https://api.test',
  secret: SECRET,
  signIn: '/api/v1/login',
  refresh: '/api/v1/refresh',
  exchanges: { signUp: '/api/v1/sign-up' },
})
const isRefused = createRefusals(bff)
const everything = parsePattern('/**') as Pattern

/** The path as it arrives here: the URL parser of the platform has read it. */
const arrived = (path: string) => new URL(path, 'https://app.test').pathname

const reachesApi = (path: string, method = 'POST') =>
  surelyMatches(everything, arrived(path)) && !isRefused(arrived(path), method)

test.each([
  // Dot segments with characters that some server removes.
  '/api/notes/..%20/admin',
  '/api/notes/%20../admin',
  '/api/notes/.%20./admin',
  '/api/notes/..%c2%a0/admin',
  '/api/notes/..%ef%bb%bf/admin',
  '/api/notes/..%3f/admin',
  '/api/notes/..%23/admin',
  '/api/notes/..%3f',
  '/api/notes/..%00/admin',
  '/api/notes/..%09/admin',
  '/api/notes/..%e2%80%8b/admin',
  '/api/notes/..%c2%ad/admin',
  '/api/notes/.%2e%20%20/admin',
  '/api/notes/..%c2%85/admin',
  // Characters that some server reads as a dot or a slash.
  '/api/notes/%ef%bc%8e%ef%bc%8e/admin',
  '/api/notes/%ef%bc%8e./admin',
  '/api/notes/%e2%80%a5/admin',
  '/api/notes/%e2%80%a4%e2%80%a4/admin',
  '/api/notes/x%ef%bc%8f..%ef%bc%8fadmin',
  '/api/notes/x%ef%bc%bc..%ef%bc%bcadmin',
  '/api/notes/..%ef%bc%8fadmin',
  '/api/notes/..%ef%bc%9b/admin',
  // UTF-8 that is too long or broken.
  '/api/notes/%c0%ae%c0%ae/admin',
  '/api/notes/%e0%80%ae%e0%80%ae/admin',
  '/api/notes/%f0%80%80%ae/admin',
  '/api/notes/%c0%af',
  '/api/notes/%2e%c0%ae/admin',
  '/api/notes/%ff',
  '/api/notes/%ed%a0%80',
  '/api/notes/%u002e%u002e/admin',
  '/api/notes/%',
  '/api/notes/%4',
  // A second encoding.
  '/api/notes/%252e%252e/admin',
  '/api/notes/%25%32%65%25%32%65/admin',
  '/api/notes/%2541',
  '/api/notes/%2520',
  // Backslashes, empty segments and controls.
  '/api/notes/x%5cy',
  '/api/notes/..%5cadmin',
  '/api/notes/a%2f%2fb',
  '/api/notes/a%2f',
  '/api/notes/;v=1/b',
  '/api/notes/%20/b',
  '/api/notes/%00',
  '/api/notes/%7f',
  '/api/notes/%0a',
  '/api/notes/%c2%80',
  '/api/notes/%e2%80%8b/b',
])('no rule permits %s', (path) => {
  expect(isClear(arrived(path))).toBe(false)
  expect(surelyMatches(everything, arrived(path))).toBe(false)
})

test.each([
  '/api/notes/100%25',
  '/api/notes/group%2Fname',
  '/api/notes/gr%C3%B6%C3%9Fe',
  '/api/notes/gro%CC%88sse',
  '/api/notes/who%3F',
  '/api/notes/C%23',
  '/api/notes/a%20b',
  '/api/notes/file.tar.gz',
  '/api/notes/.well-known',
  '/api/notes/..a',
  '/api/notes/a..b',
  '/api/notes/%E6%97%A5%E6%9C%AC',
  '/api/notes/%F0%9F%91%A9%E2%80%8D%F0%9F%91%A9',
  '/api/notes/%EF%BC%A1',
  '/api/notes/1;v=1',
  '/api/notes/@me',
  '/api/notes/a:b',
  '/api/notes/a+b',
])('an ordinary path is permitted: %s', (path) => {
  expect(surelyMatches(everything, arrived(path))).toBe(true)
})

test.each([
  '/api/v1/refresh%3f',
  '/api/v1/refresh%3fa=1',
  '/api/v1/refresh%23',
  '/api/v1/refresh%3f/notes',
  '/api/v1/refresh%20',
  '/api/v1/%20refresh',
  '/api/v1%20/refresh',
  '/api/v1./refresh',
  '/api/v1.%20./refresh',
  '/api/v1/refresh.%20',
  '/api/v1/refresh%c2%a0',
  '/api/v1/refresh;a=1',
  '/api/v1/refresh;a=1/',
  '/api/v1/refresh%3ba',
  '/api/v1;a/refresh',
  '/api/v1/refresh.json',
  '/api/v1/refresh%2ejson',
  '/api/v1/refresh::$DATA',
  '/API/V1/REFRESH',
  '/api/v1/re%66resh',
  '/api/v1%2frefresh',
  '/api%2fv1%2frefresh',
  '/api/v1/ref%ef%bd%92esh',
  '/api/v1/%ef%bd%92%ef%bd%85%ef%bd%86%ef%bd%92%ef%bd%85%ef%bd%93%ef%bd%88',
  '/api/v1/refre%c5%bfh',
  '/api/v1/refre%e2%80%8bsh',
  '/api/v1/re%c2%adfresh',
  '/api/v1/S%C4%B1GN-UP',
  '/api/v1/sign-up/',
])('an endpoint that answers with tokens is refused as %s', (path) => {
  expect(isRefused(arrived(path), 'POST')).toBe(true)
})

/** One of the endpoints, with each of its characters in one of several spellings. */
const percent = (char: string) =>
  Array.from(new TextEncoder().encode(char), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
const wide = (char: string) => String.fromCodePoint((char.codePointAt(0) as number) + 0xfee0)
const BETWEEN = [
  '/',
  '//',
  '/./',
  '/x/../',
  '\\',
  '%2f',
  '%5c',
  '/;/',
  ';a/',
  '%3ba/',
  '/%2e/',
  '/x/%2e%2e/',
  '/x/..;/',
]
const MORE = [
  '/x/..%20/',
  '/x/..%3f/',
  '%20/',
  './',
  '.%20/',
  '/%ef%bc%8e/',
  '%ef%bc%8f',
  '/%e2%80%8b',
  '%00/',
  '/x/..%09/',
]
const ENDS = [
  '',
  '/',
  '//',
  ';',
  ';v=1',
  '%3b',
  '%20',
  '.',
  '.json',
  '%2ejson',
  '%3f',
  '%23',
  '?a=1',
  '#a',
  '%00',
  '%e2%80%8b',
  '::$DATA',
]

const spellings = fc
  .constantFrom('/api/v1/login', '/api/v1/refresh', '/api/v1/sign-up')
  .chain((path) =>
    fc.tuple(
      ...Array.from(path, (char) =>
        char === '/'
          ? fc.constantFrom('/', '/', '/', ...BETWEEN, ...MORE)
          : fc.constantFrom(
              char,
              char,
              char,
              char.toUpperCase(),
              percent(char),
              wide(char),
              percent(wide(char)),
              `%25${percent(char).slice(1)}`,
            ),
      ),
      fc.constantFrom(...ENDS),
    ),
  )
  .map((parts) => `/${parts.join('').replace(/^[/\\]+/, '')}`)

test('no spelling of an endpoint that answers with tokens reaches the API', () => {
  fc.assert(
    fc.property(spellings, (path) => {
      expect(reachesApi(path), path).toBe(false)
    }),
    { numRuns: 5000, seed: 19 },
  )
})

/** Reads a path as a very tolerant server does, in a way of its own. */
function readOnce(path: string): string {
  let text = path
  for (let times = 0; times < 3; times += 1)
    text = text.replace(/(%[\da-f]{2})+/gi, (run) => {
      try {
        return decodeURIComponent(run)
      } catch {
        return run
      }
    })
  const cleaned = text
    .normalize('NFKC')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what is removed
    .replace(/[\u0000-\u0020\u007f-\u00a0\u00ad\u200b-\u200f\ufeff]/g, '')
    .replaceAll('\\', '/')
    .replace(/;[^/]*/g, '')
  return new URL(`https://api.test${cleaned.replace(/^\/+/, '/')}`).pathname
}

const parts = [
  'a',
  'notes',
  '.',
  '..',
  '/',
  '/',
  '%2f',
  '%5c',
  '%2e',
  '%252e',
  '%20',
  '%3f',
  '%3b',
  ';',
  '%00',
  '%c0%ae',
  '%ef%bc%8e',
  '%e2%80%a5',
  '%25',
  '\\',
  'ü',
]

test('a path that a rule for `/api/notes/**` permits stays below `/api/notes` on a tolerant server', () => {
  const notes = parsePattern('/api/notes/**') as Pattern
  let permitted = 0
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 12 }), (tail) => {
      const path = arrived(`/api/notes/${tail.join('')}`)
      if (!surelyMatches(notes, path)) return
      permitted += 1
      expect(`${readOnce(path)}/`, path).toMatch(/^\/api\/notes\//)
    }),
    { numRuns: 5000, seed: 19 },
  )
  expect(permitted).toBeGreaterThan(100)
})

test('what every server reads as a page, some server reads as it', () => {
  const patterns = ['/notes', '/notes/*', '/notes/**', '/größe/*', '/a.b/**'].map(
    (text) => parsePattern(text) as Pattern,
  )
  fc.assert(
    fc.property(
      fc.constantFrom(...patterns),
      fc.array(fc.constantFrom(...parts, 'größe', 'a.b', '/'), { maxLength: 6 }),
      (pattern, tail) => {
        const path = arrived(`/${tail.join('').replace(/^[/\\]+/, '')}`)
        if (surelyMatches(pattern, path)) expect(couldMatch(pattern, path), path).toBe(true)
      },
    ),
    { numRuns: 3000, seed: 19 },
  )
})
