/** One path or a family of paths, as options write it: `/notes`, `/notes/*`, `/notes/**`. */
export interface Pattern {
  segments: readonly string[]
  /** The same as {@link readLoosely} reads a path. */
  loose: readonly string[]
  /** Ends with `**`, which stands for any number of segments, none included. */
  isOpen: boolean
  /** Was written with a slash at the end. */
  hasSlash: boolean
}

/** Decoding this often is more than any server does. */
const MAX_DECODINGS = 8

/**
 * Parses a pattern: `*` stands for one segment, `**` at the end for any number of them, none included. A slash at the end
 * makes no difference to what matches.
 *
 * @returns `undefined` for what is no such pattern
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
 * Whether some framework or server may take this path for one of the pattern, however it is spelled. For what protects:
 * guards, and paths that are refused.
 */
export const couldMatch = (pattern: Pattern, pathname: string): boolean =>
  matches(pattern.loose, pattern.isOpen, readLoosely(pathname)) ||
  matches(pattern.loose, pattern.isOpen, split(pathname).map(decodeWhatCanBe).map(fold))

/**
 * Whether every framework and server takes this path for one of the pattern. For what permits: rules of the proxy, and the
 * routes of the session.
 */
export const surelyMatches = (pattern: Pattern, pathname: string): boolean =>
  isClear(pathname) &&
  matches(pattern.segments, pattern.isOpen, split(pathname).map(decodeWhatCanBe)) &&
  matches(pattern.loose, pattern.isOpen, readLoosely(pathname))

/** Whether all servers find their way by this path, and find the same: no dots, empty segments or control characters. */
export function isClear(pathname: string): boolean {
  const text = decodeAll(pathname)
  const hasDots = pieces(text).some((segment) => /^\.+$/.test(segment))
  // What cannot be decoded is read differently by each server. A single `%` is text that was encoded.
  const isDecodable = !/%(?![\da-f]{2})/i.test(pathname) && !/%[\da-f]{2}/i.test(text)
  return isDecodable && !hasDots && !split(pathname).includes('') && !hasControls(text)
}

/** Whether the path ends with a slash, which some frameworks add to all paths and others take away. */
export const hasSlash = (pathname: string) => pathname.length > 1 && pathname.endsWith('/')

/**
 * As the most tolerant server reads it: decoded until nothing is left to decode, backslashes as slashes, without parameters
 * (`;`), empty segments and case, and with dots resolved.
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

/** Leaves what is not well-formed as it is. */
const decodeWhatCanBe = (text: string) =>
  text.replace(/(%[\da-f]{2})+/gi, (encoded) => {
    try {
      return decodeURIComponent(encoded)
    } catch {
      return encoded
    }
  })

const hasControls = (text: string) => Array.from(text).some((char) => char < ' ' || char === '\x7f')
