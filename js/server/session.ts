import { isAuthError } from '../common/errors.js'
import { LOADING, loadingWith } from '../common/snapshot.js'
import type { Claims, Reason, RegisteredUser, Snapshot } from '../common/types.js'
import { type CookieChanges, withChanges } from './api-cookies.js'
import type { Grant } from './grant.js'
import { memory } from './memory.js'
import { ownCopy } from './own.js'
import type { Session } from './session-types.js'

export function begin(grant: Grant, upstreamCookies: Record<string, string>): Session {
  const now = Date.now()
  return { id: crypto.randomUUID(), generation: 1, startedAt: now, upstreamCookies, ...granted(grant, now) }
}

/** The session with its next token. Values that the API has not sent again are kept. */
export function renewed(session: Session, grant: Grant, upstreamCookies: Record<string, string>): Session {
  const next = {
    ...session,
    generation: session.generation + 1,
    upstreamCookies,
    ...granted(grant, Date.now()),
  }
  const isUserOlder = next.user === undefined && session.user !== undefined
  return {
    ...next,
    ...(next.user === undefined && { user: session.user, userAt: session.userAt }),
    isUserOlder,
    refresh: next.refresh ?? session.refresh,
  }
}

/** What a request changes of a session besides its token. */
export interface SessionChange extends Partial<Pick<Session, 'csrfToken' | 'user' | 'userAt'>> {
  cookies?: CookieChanges
}

/** The session with this change. Its token may be a later one than when the change was made. */
export function changed(session: Session, change: SessionChange | undefined): Session {
  if (!change) return session
  const { cookies = {}, user, userAt, ...others } = ownCopy(change)
  const upstreamCookies = withChanges(session.upstreamCookies, cookies)
  return withNewerUser({ ...session, ...others, upstreamCookies }, { user, userAt })
}

/** The session with this user, if the user is newer than its own. */
export function withNewerUser<Kept extends Session>(
  session: Kept,
  { user, userAt = 0 }: Pick<Session, 'user' | 'userAt'>,
): Kept {
  if (user === undefined || userAt <= (session.userAt ?? 0)) return session
  return { ...session, user, userAt, isUserOlder: userAt < session.grantedAt }
}

function granted({ access, refresh, lifetime, endsAt, user }: Grant, now: number) {
  const at = (share: number) => (lifetime === null ? null : now + lifetime * share)
  const by = memory().instance.id
  return {
    access,
    refresh,
    user,
    ...(user !== undefined && { userAt: now }),
    by,
    grantedAt: now,
    expiresAt: at(1000),
    refreshAt: at(750),
    ...(endsAt !== null && { endsAt }),
  }
}

export const isExpired = ({ expiresAt }: Session) => expiresAt !== null && expiresAt <= Date.now()

export const isDue = ({ refreshAt }: Session) => refreshAt !== null && refreshAt <= Date.now()

/** The snapshot of this session that pages may see. */
export function shown(session: Session, claims: Claims | null, idle: Snapshot['idle'] = null): Snapshot {
  const { user, expiresAt, refreshAt, isUserOlder = false, endsAt = null } = session
  const own = (user ?? null) as RegisteredUser | null
  return {
    status: 'authenticated',
    reason: null,
    failure: null,
    user: own,
    claims,
    expiresAt,
    refreshAt,
    claimsAreNewer: isUserOlder && claims !== null,
    endsAt,
    idle,
  }
}

/**
 * For `unreachable`, returns a session that is `loading`: the user is unknown, because only the store has the session,
 * and the store does not answer. Throws every other error.
 */
export function whileUnreachable(error: unknown): Snapshot {
  if (isAuthError(error) && error.code === 'unreachable') return loadingWith('unreachable')
  throw error
}

export const nobody = (reason: Reason, serverReason?: string) =>
  ({
    ...LOADING,
    status: 'unauthenticated',
    reason,
    ...(serverReason === undefined ? {} : { serverReason }),
  }) as Snapshot
