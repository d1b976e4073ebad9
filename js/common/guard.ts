import type { Role, Snapshot } from './types.js'

/** What a page asks of its visitor. Comfort, not authorisation: only the API authorises (promise 21). */
export interface Rule {
  /**
   * The visitor has to be signed in.
   * @default false
   */
  requiresAuth?: boolean
  /** The visitor has to be signed in and have one of these roles. An empty list admits no visitor. */
  roles?: readonly Role[]
  /**
   * The visitor must not be signed in, as on a sign-in page.
   * @default false
   */
  guestOnly?: boolean
}

/** What a guard does with a visitor of a page. */
export type Decision =
  /** Show the page. */
  | 'allow'
  /** Show that the visitor lacks the role. */
  | 'forbidden'
  /** Lead a user who has nothing to do here to the home page. */
  | 'home'
  /** Lead to the sign-in page. */
  | 'sign-in'
  /** The session could not be found out yet (`failure` says why): show that, and ask again when the snapshot changes. */
  | 'unavailable'
  /** The session is not known yet: ask again when the snapshot changes. */
  | 'wait'

/** The roles of the user, for display. */
export type RolesOf = (session: Pick<Snapshot, 'claims' | 'user'>) => readonly string[]

/** What becomes of a visitor of a page with this rule (promise 20). */
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

/** `roles` or `role` of the user as the API sends it, else of the claims: a list, or one. */
export const rolesOf: RolesOf = ({ user, claims }) => {
  for (const source of [user, claims]) {
    const { roles, role } = (source ?? {}) as Record<string, unknown>
    const found = [roles ?? role ?? []].flat().filter((name) => typeof name === 'string')
    if (found.length > 0) return found
  }
  return []
}

/**
 * The path, query and fragment of a page of ours; `null` for anything else, whoever wrote the link. It is compared and
 * returned as the URL parser reads it, because that is how browsers follow it (RFC 9700 §4.11.1).
 *
 * @param origin of the application; as only paths come out, any will do
 */
export function ownPath(wanted: unknown, origin = 'http://here.invalid'): string | null {
  if (typeof wanted !== 'string' || !wanted.startsWith('/')) return null
  const url = parse(wanted, origin)
  // Without its origin, `/..//evil.test` is a link to another host.
  const isOurs = url?.origin === new URL(origin).origin && !url.pathname.startsWith('//')
  return isOurs ? url.pathname + url.search + url.hash : null
}

/** `URL.canParse` is too young: Chrome 120, Safari 17. */
function parse(text: string, base: string): URL | null {
  try {
    return new URL(text, base)
  } catch {
    return null
  }
}
