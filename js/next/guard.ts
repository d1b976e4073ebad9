import { explain } from '../common/errors.js'
import { decide, ownPath, type RolesOf, type Rule, rolesOf } from '../common/guard.js'
import type { Snapshot } from '../common/types.js'
import { parsePattern, surelyMatches } from '../server/paths.js'
import type { Page, Pages } from './options.js'

/** The decision about a visitor: `allow`, or what the visitor gets instead of the page. */
export type Verdict = 'allow' | 'not-found' | 'unavailable' | { to: string }

/** Any origin works: only paths are returned. */
const HERE = 'http://here.invalid'

/**
 * Creates the function that decides about visitors. It returns paths of this application.
 *
 * @throws AuthError `option-invalid` that names the page that is not a path of this application
 */
export function createGuard(pages: Pages, roles: RolesOf = rolesOf) {
  const { signIn, home, forbidden } = createPaths(pages)

  /** @param wanted path and query of the page, if they are known */
  return (snapshot: Snapshot, rule: Rule, wanted: string | undefined): Verdict => {
    const url = new URL(ownPath(wanted) ?? '/', HERE)
    switch (decide(snapshot, rule, roles)) {
      case 'forbidden':
        return forbidden ? { to: forbidden(url) } : 'not-found'
      case 'home':
        return { to: redirectIn(url) ?? home(url) }
      case 'sign-in': {
        // After a sign-out, the next user may be another one. The open page was not meant for that user.
        const isWanted = wanted !== undefined && snapshot.reason !== 'signed-out'
        const isKept = isWanted && !isAt(signIn, url) && !(isAt(home, url) && url.search === '')
        return { to: isKept ? withRedirect(signIn(url), wanted) : signIn(url) }
      }
      case 'unavailable':
        return 'unavailable'
      default:
        return 'allow'
    }
  }
}

/**
 * Returns the part of a rule that still counts on the pages that visitors are redirected to. A redirect away from these
 * pages would be an endless loop. Only `guestOnly` may still count there, but not on the home page.
 *
 * @param url of the page as the server has read it. It must not come from a header, because this function opens pages
 */
export function createExceptions(pages: Pages) {
  const { signIn, home, forbidden } = createPaths(pages)
  return (rule: Rule, url: URL): Rule => {
    const { guestOnly = false, ...asked } = rule
    if (isAt(signIn, url) || (forbidden && isAt(forbidden, url))) return { guestOnly }
    return guestOnly && isAt(home, url) ? asked : rule
  }
}

type PathOf = (wanted: URL) => string

function createPaths({ signIn = '/sign-in', home = '/', forbidden }: Pages) {
  return {
    signIn: pathOf('pages.signIn', signIn),
    home: pathOf('pages.home', home),
    forbidden: forbidden === undefined ? undefined : pathOf('pages.forbidden', forbidden),
  }
}

/** Whether a URL is that of the page. */
function isAt(page: PathOf, url: URL): boolean {
  try {
    const pattern = parsePattern(new URL(page(url), HERE).pathname)
    return pattern !== undefined && surelyMatches(pattern, url.pathname)
  } catch {
    // The page cannot be compared with this URL, so it is another page.
    return false
  }
}

/** The path of a page, given the URL of the requested page. A constant path is checked at once. */
function pathOf(option: string, page: Page): PathOf {
  if (typeof page !== 'function') {
    const path = checked(option, page)
    return () => path
  }
  return ({ pathname, searchParams }) => checked(option, page(pathname, searchParams), pathname)
}

/** @param wanted the path of the requested page, if a function has returned `page` */
function checked(option: string, page: unknown, wanted?: string): string {
  const path = ownPath(page)
  if (path !== null) return path
  const found = JSON.stringify(page) ?? String(page)
  const source = wanted === undefined ? `is ${found}` : `is ${found} for ${wanted}`
  throw explain(
    'option-invalid',
    `Must be a path of this application such as "/sign-in", or a function that returns such a path, but ${source}.`,
    { option },
  )
}

function withRedirect(page: string, wanted: string): string {
  const url = new URL(page, HERE)
  url.searchParams.set('redirect', wanted)
  return url.pathname + url.search
}

/** The page in the query, if it is a page of this application. */
function redirectIn({ searchParams }: URL): string | null {
  const all = searchParams.getAll('redirect')
  return all.length === 1 ? ownPath(all[0]) : null
}
