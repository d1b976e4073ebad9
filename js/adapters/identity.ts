import type { Auth, RegisteredUser, Snapshot } from '../common/types.js'

// TypeScript applies the interface `Register` of 'tokencell' only if that module is part of the program.
export type {} from '../index.js'

export interface IdentityChange<User = RegisteredUser> {
  /** The last snapshot of the user who is gone. */
  previous: Snapshot<User>
  /** The snapshot of another user, or `unauthenticated`. */
  current: Snapshot<User>
}

/**
 * Calls the listener when the user is gone or has become another one, in this tab or in any other: the time to drop what an
 * application has cached for the previous user. Users are compared by `claims.sub`, else by `user.id`, else by the user as
 * JSON. A refresh, a reload of the same user, a session that is `loading` meanwhile, and a sign-in of a visitor are no
 * change.
 *
 * Call it once, where you create the client: listeners are called in the order in which they were added, so caches are
 * empty before a component sees the next user.
 *
 * @returns a function that removes the listener
 */
export function onIdentityChange<User = RegisteredUser>(
  auth: Pick<Auth<User>, 'snapshot' | 'subscribe'>,
  listener: (change: IdentityChange<User>) => void,
): () => void {
  let known = auth.snapshot
  return auth.subscribe((current) => {
    if (current.status === 'loading') return
    const previous = known
    known = current
    if (previous.status !== 'authenticated') return
    const key = keyOf(previous)
    const isKnown = key !== 'null'
    if (current.status !== 'authenticated' || (isKnown && keyOf(current) !== key))
      listener({ previous, current })
  })
}

/** A string that stands for the user. `'null'` if the user is not known yet. */
const keyOf = ({ user, claims }: Snapshot<unknown>) =>
  JSON.stringify(claims?.sub ?? (user as { id?: unknown } | null)?.id ?? user)
