import type { Role, Snapshot } from './types.js'

/** What a page requires of its visitor. This is convenience, not authorisation: only the API authorises (promise 21). */
export interface Rule {
  /**
   * The visitor must be signed in.
   * @default false
   */
  requiresAuth?: boolean
  /** The visitor must be signed in and have one of these roles. An empty list admits no visitor. */
  roles?: readonly Role[]
  /**
   * The visitor must not be signed in, as on a sign-in page.
   * @default false
   */
  guestOnly?: boolean
}

/** The decision of a guard about a visitor of a page. */
export type Decision =
  /** Show the page. */
  | 'allow'
  /** Show that the visitor does not have the role. */
  | 'forbidden'
  /** Redirect to the home page: a signed-in user has opened a page for guests. */
  | 'home'
  /** Redirect to the sign-in page. */
  | 'sign-in'
  /** The session is not known because of a failure (`failure`). Show that, and decide again when the snapshot changes. */
  | 'unavailable'
  /** The session is not known yet. Decide again when the snapshot changes. */
  | 'wait'

/** Returns the roles of the user. They are for display only. */
export type RolesOf = (
  session: Pick<Snapshot, 'claims' | 'user'> & { claimsAreNewer?: boolean },
) => readonly string[]

/** Decides what to do with a visitor of a page with this rule (promise 20). */
export function decide(session: Snapshot<unknown>, rule: Rule, roles: RolesOf = rolesOf): Decision {
  const { guestOnly, requiresAuth, roles: wanted } = rule
  const needsUser = requiresAuth || wanted
  if (!guestOnly && !needsUser) return 'allow'
  if (session.status === 'loading' && !session.failure) return 'wait'
  if (session.status === 'loading') return needsUser ? 'unavailable' : 'allow'
  if (session.status === 'unauthenticated') return needsUser ? 'sign-in' : 'allow'
  if (guestOnly) return 'home'
  return !wanted || hasRole(roles(session as Snapshot), wanted) ? 'allow' : 'forbidden'
}

/** Whether the user has one of these roles. */
export const hasRole = (has: readonly string[], wanted: readonly string[]): boolean =>
  wanted.some((role) => has.includes(role))

/**
 * Reads `roles` or `role` of the user, as the API sends it; without them, of the claims. If the claims are newer, they come
 * first. The value is one role or a list.
 */
export const rolesOf: RolesOf = ({ user, claims, claimsAreNewer }) => {
  for (const source of claimsAreNewer ? [claims, user] : [user, claims]) {
    const { roles, role } = (source ?? {}) as Record<string, unknown>
    const found = [roles ?? role ?? []].flat().filter((name) => typeof name === 'string')
    if (found.length > 0) return found
  }
  return []
}

/**
 * The path, query and fragment of a page of this application; `null` for anything else. The link may come from an attacker,
 * so the result of the URL parser is compared and returned: browsers follow a link as the parser reads it
 * (RFC 9700 §4.11.1).
 *
 * @param origin of the application; any origin works, because the result is only a path
 */
export function ownPath(wanted: unknown, origin = 'http://here.invalid'): string | null {
  if (typeof wanted !== 'string' || !wanted.startsWith('/')) return null
  const url = parse(wanted, origin)
  // Without its origin, `/..//evil.test` is a link to another host.
  const isOurs = url?.origin === new URL(origin).origin && !url.pathname.startsWith('//')
  return isOurs ? url.pathname + url.search + url.hash : null
}

/** `URL.canParse` is too new: it needs Chrome 120 or Safari 17. */
function parse(text: string, base: string): URL | null {
  try {
    return new URL(text, base)
  } catch {
    return null
  }
}
