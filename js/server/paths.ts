import { explain } from '../common/errors.js'

/** One path or a group of paths, as options write it: `/notes`, `/notes/*`, `/notes/**`. */
export interface Pattern {
  segments: readonly string[]
  /** The segments in the form that {@link readLoosely} returns. */
  loose: readonly string[]
  /** Ends with `**`, which matches any number of segments, including none. */
  isOpen: boolean
  /** Was written with a slash at the end. */
  hasSlash: boolean
}

/** No server decodes a path as often as this. */
const MAX_DECODINGS = 8

/**
 * Parses a pattern. `*` matches one segment. `**` at the end matches any number of segments, including none. A slash at
 * the end makes no difference to what matches.
 *
 * @returns `undefined` if the text is not such a pattern
 */
export function parsePattern(pattern: string): Pattern | undefined {
  const all = split(pattern)
  const isOpen = all.at(-1) === '**'
  const fixed = isOpen ? all.slice(0, -1) : all
  const isWell = (segment: string) => segment === '*' || (segment !== '' && !segment.includes('*'))
  if (!pattern.startsWith('/') || !fixed.every(isWell)) return undefined
  const segments = fixed.map(decodeWhatCanBe)
  return { segments, loose: segments.map(loosen), isOpen, hasSlash: hasSlash(pattern) }
}

/** Creates the error for an option with a text that is not a pattern. */
export const patternError = (option: string, examples: string, pattern: string) =>
  explain(
    'option-invalid',
    `Must be a path such as ${examples}, where "*" is one whole segment and "**" is the last one, but is ${JSON.stringify(pattern)}.`,
    { option },
  )

/**
 * Whether some framework or server may read this path as one of the pattern, in any spelling. Used to protect: in guards,
 * and for paths that are refused.
 */
export const couldMatch = (pattern: Pattern, pathname: string): boolean =>
  matches(pattern.loose, pattern.isOpen, readLoosely(pathname)) ||
  matches(pattern.loose, pattern.isOpen, split(pathname).map(decodeWhatCanBe).map(loosen))

/**
 * Whether every framework and server reads this path as one of the pattern. Used to permit: in rules of the proxy, and
 * for the routes of the session.
 */
export const surelyMatches = (pattern: Pattern, pathname: string): boolean =>
  isClear(pathname) &&
  matches(pattern.segments, pattern.isOpen, split(pathname).map(decodeWhatCanBe)) &&
  matches(pattern.loose, pattern.isOpen, readLoosely(pathname))

/**
 * Whether all servers read this path in the same way. Decoded once, such a path has no encoding left, no backslash and no
 * control character, and no segment that some server reads as empty or as a dot segment. Servers disagree on the rest: on
 * malformed and overlong UTF-8, on a second encoding, on spaces and invisible characters around dots, on `?` and `#` that
 * were encoded, and on fullwidth characters (`．．／`).
 */
export function isClear(pathname: string): boolean {
  const once = decodeWhatCanBe(pathname)
  const text = once.normalize('NFKC')
  // A single `%` is text that was encoded. An encoding that is left is malformed, or was encoded twice.
  const isDecoded = !/%(?![\da-f]{2})/i.test(pathname) && !/%[\da-f]{2}/i.test(once + text)
  if (!isDecoded || /[\\\p{Cc}]/u.test(text) || split(pathname).includes('')) return false
  const read = pieces(hasSlash(pathname) ? text.slice(0, -1) : text).slice(1)
  return read.every((segment) => !/^\.*$/.test(withoutBlanks(segment))) || pathname === '/'
}

/** Whether the path ends with a slash, which some frameworks add to all paths and others remove. */
export const hasSlash = (pathname: string) => pathname.length > 1 && pathname.endsWith('/')

/**
 * The path as the most tolerant server reads it: decoded until nothing is left to decode, up to an encoded `?` or `#`, with
 * backslashes as slashes, without parameters (`;`), empty segments, blanks and dots at the end of a segment, in lower case,
 * with the plain form of fullwidth and similar characters, and with dot segments resolved.
 */
export function readLoosely(pathname: string): string[] {
  const read: string[] = []
  for (const piece of pieces(decodeAll(pathname))) {
    const segment = fold(piece)
    if (withoutBlanks(piece) === '..') read.pop()
    else if (segment !== '') read.push(segment)
  }
  return read
}

function matches(pattern: readonly string[], isOpen: boolean, asked: readonly string[]): boolean {
  if (isOpen ? asked.length < pattern.length : asked.length !== pattern.length) return false
  return pattern.every((segment, at) => (segment === '*' ? asked[at] !== '' : segment === asked[at]))
}

/** The segments as they are written. */
function split(pathname: string): string[] {
  const segments = pathname.split('/').slice(1)
  return segments.at(-1) === '' ? segments.slice(0, -1) : segments
}

/** The segments of a decoded text, without their parameters. Some servers read an encoded `?` or `#` as the end of the path. */
const pieces = (text: string) =>
  text
    .replace(/[?#].*/s, '')
    .split(/[/\\]/)
    .map(withoutParameters)

/** Windows opens the file `login` for `login::$DATA`. */
const withoutParameters = (segment: string) => segment.replace(/(;|::).*/s, '')

/** Without characters that some servers remove: white space, control characters and invisible characters. */
const withoutBlanks = (segment: string) => segment.replace(/[\s\p{Cc}\p{Cf}]/gu, '')

/** Upper case first: it makes one letter of several, such as `ı` and `i`. Windows ignores dots at the end. */
const fold = (segment: string) =>
  withoutBlanks(segment).normalize('NFKC').toUpperCase().toLowerCase().replace(/\.+$/, '')

const loosen = (segment: string) => fold(withoutParameters(segment))

function decodeAll(pathname: string): string {
  let text = pathname
  for (let times = 0; times < MAX_DECODINGS; times += 1) {
    const decoded = decodeWhatCanBe(text).normalize('NFKC')
    if (decoded === text) break
    text = decoded
  }
  return text
}

/** Decodes well-formed encodings, and leaves the rest unchanged. */
const decodeWhatCanBe = (text: string) =>
  text.replace(/(%[\da-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded)
    } catch {
      return encoded
    }
  })
