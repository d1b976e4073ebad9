import { decide, ownPath, type RolesOf, type Rule, rolesOf } from '../guard.js'
import type { Snapshot } from '../types.js'
import type { Pages } from './options.js'

/** Where a visitor is sent instead of the page, if not let in. */
export type Verdict = 'allow' | 'not-found' | { to: string }

/** What becomes of visitors, as paths of this application. */
export function createGuard({ signIn = '/sign-in', home = '/', forbidden }: Pages, roles: RolesOf = rolesOf) {
  /** @param wanted path and query of the page */
  return (snapshot: Snapshot, rule: Rule, wanted: string | undefined): Verdict => {
    switch (decide(snapshot, rule, roles)) {
      case 'forbidden':
        return forbidden === undefined ? 'not-found' : { to: forbidden }
      case 'home':
        return { to: redirectIn(wanted) ?? home }
      case 'sign-in':
        return { to: wanted === undefined || wanted === home ? signIn : withRedirect(signIn, wanted) }
      default:
        return 'allow'
    }
  }
}

/** Any origin does: only paths come out. */
const HERE = 'http://here.invalid'

function withRedirect(page: string, wanted: string): string {
  const url = new URL(page, HERE)
  url.searchParams.set('redirect', wanted)
  return url.pathname + url.search
}

/** The page in the query, if it is one of ours. */
function redirectIn(wanted = '/'): string | null {
  if (!URL.canParse(wanted, HERE)) return null
  const all = new URL(wanted, HERE).searchParams.getAll('redirect')
  return all.length === 1 ? ownPath(all[0]) : null
}
