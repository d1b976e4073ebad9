import type { Rule } from '../common/guard.js'
import {
  couldMatch,
  isClear,
  type Pattern,
  parsePattern,
  patternError,
  readLoosely,
  surelyMatches,
} from '../server/paths.js'
import { createExceptions } from './guard.js'
import type { NextAuthOptions, Pages } from './options.js'

/** Files that are usually in `public`, and are the same for all visitors. */
const FILE =
  /\.(avif|bmp|css|eot|gif|ico|jpe?g|js|map|mjs|mp3|mp4|ogg|otf|pdf|png|svg|ttf|txt|wasm|webm|webmanifest|webp|woff2?|xml)$/

/** The rule for a URL of this application, if there is one. */
export function createRules({
  guard,
  pages = Object.create(null) as Pages,
  basePath = '/api/auth',
  proxy = [],
}: Partial<NextAuthOptions>) {
  const rules = Object.entries(guard ?? {}).map(([pattern, rule]) => {
    const parsed = parsePattern(pattern)
    if (!parsed) throw patternError(`guard ${pattern}`, '"/notes/**" or "/users/*"', pattern)
    return { pattern: parsed, rule }
  })
  const routes = [
    '/_next/**',
    '/.well-known/**',
    `${basePath}/**`,
    ...proxy.map((rule) => rule.replace(/^[A-Z]+ +/, '')),
  ]
  const noPages = routes.map(parsePattern).filter((pattern) => pattern !== undefined)
  const except = createExceptions(pages)

  const isPage = (pathname: string) =>
    !noPages.some((pattern) => surelyMatches(pattern, pathname)) && !isFile(pathname)

  return (url: URL): Rule | undefined => {
    const found = rules.find(
      ({ pattern }) => couldMatch(pattern, url.pathname) && (!isForAll(pattern) || isPage(url.pathname)),
    )
    return found && except(found.rule, url)
  }
}

const isForAll = ({ segments, isOpen }: Pattern) => isOpen && segments.length === 0

const isFile = (pathname: string) => isClear(pathname) && FILE.test(readLoosely(pathname).at(-1) ?? '')
