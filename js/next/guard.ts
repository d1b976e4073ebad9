import { explain } from '../common/errors.js'
import { decide, ownPath, type RolesOf, type Rule, rolesOf } from '../common/guard.js'
import type { Snapshot } from '../common/types.js'
import { parsePattern, surelyMatches } from '../server/paths.js'
import type { Page, Pages } from './options.js'

/** What a visitor gets instead of the page, if not let in. */
export type Verdict = 'allow' | 'not-found' | 'unavailable' | { to: string }

/** Any origin does: only paths come out. */
const HERE = 'http://here.invalid'

/**
 * What becomes of visitors, as paths of this application.
 *
 * @throws AuthError `option-invalid` that names the page that is none of this application
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
        // After a sign-out, the next user may be another one, for whom the open page was not meant.
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
 * What is left of a rule for the pages that visitors are led to. Leading them away from there would go on for ever: only
 * guests may still be meant, and not on the home page.
 *
 * @param url of the page as the server has read it, and not as a header says: this opens pages
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
    // A page that cannot be told from this one is another.
    return false
  }
}

/** The path of a page, given the URL of the wanted one. A path that is the same for all is checked at once. */
function pathOf(option: string, page: Page): PathOf {
  if (typeof page !== 'function') {
    const path = checked(option, page)
    return () => path
  }
  return ({ pathname, searchParams }) => checked(option, page(pathname, searchParams), pathname)
}

/** @param wanted the path of the wanted page, if a function was asked for this one */
function checked(option: string, page: unknown, wanted?: string): string {
  const path = ownPath(page)
  if (path !== null) return path
  const found = typeof page === 'string' ? JSON.stringify(page) : String(page)
  const source = wanted === undefined ? `is ${found}` : `is ${found} for ${wanted}`
  throw explain(
    'option-invalid',
    `Must be a path of this application such as "/sign-in", or a function of the wanted path that returns one, and ${source}.`,
    { option },
  )
}

function withRedirect(page: string, wanted: string): string {
  const url = new URL(page, HERE)
  url.searchParams.set('redirect', wanted)
  return url.pathname + url.search
}

/** The page in the query, if it is one of ours. */
function redirectIn({ searchParams }: URL): string | null {
  const all = searchParams.getAll('redirect')
  return all.length === 1 ? ownPath(all[0]) : null
}
