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
  return { segments, loose: segments.map(fold), isOpen, hasSlash: hasSlash(pattern) }
}

/**
 * Whether some framework or server may read this path as one of the pattern, in any spelling. Used to protect: in guards,
 * and for paths that are refused.
 */
export const couldMatch = (pattern: Pattern, pathname: string): boolean =>
  matches(pattern.loose, pattern.isOpen, readLoosely(pathname)) ||
  matches(pattern.loose, pattern.isOpen, split(pathname).map(decodeWhatCanBe).map(fold))

/**
 * Whether every framework and server reads this path as one of the pattern. Used to permit: in rules of the proxy, and
 * for the routes of the session.
 */
export const surelyMatches = (pattern: Pattern, pathname: string): boolean =>
  isClear(pathname) &&
  matches(pattern.segments, pattern.isOpen, split(pathname).map(decodeWhatCanBe)) &&
  matches(pattern.loose, pattern.isOpen, readLoosely(pathname))

/** Whether all servers read this path in the same way: it has no dot segments, empty segments or control characters. */
export function isClear(pathname: string): boolean {
  const text = decodeAll(pathname)
  const hasDots = pieces(text).some((segment) => /^\.+$/.test(segment))
  // Each server reads malformed encodings differently. A single `%` is text that was encoded.
  const isDecodable = !/%(?![\da-f]{2})/i.test(pathname) && !/%[\da-f]{2}/i.test(text)
  return isDecodable && !hasDots && !split(pathname).includes('') && !hasControls(text)
}

/** Whether the path ends with a slash, which some frameworks add to all paths and others remove. */
export const hasSlash = (pathname: string) => pathname.length > 1 && pathname.endsWith('/')

/**
 * The path as the most tolerant server reads it: decoded until nothing is left to decode, with backslashes as slashes,
 * without parameters (`;`) and empty segments, in lower case, and with dot segments resolved.
 */
export function readLoosely(pathname: string): string[] {
  const read: string[] = []
  for (const segment of pieces(decodeAll(pathname))) {
    if (segment === '..') read.pop()
    else if (segment !== '' && segment !== '.') read.push(fold(segment))
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

/** The segments of a decoded text, without their parameters. */
const pieces = (text: string) => text.split(/[/\\]/).map((segment) => segment.replace(/;.*/s, ''))

const fold = (segment: string) => segment.toLowerCase()

function decodeAll(pathname: string): string {
  let text = pathname
  for (let times = 0; times < MAX_DECODINGS; times += 1) {
    const decoded = decodeWhatCanBe(text)
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

const hasControls = (text: string) => Array.from(text).some((char) => char < ' ' || char === '\x7f')
