import { onIdentityChange } from '../adapters/identity.js'
import type { Auth, Snapshot } from '../common/types.js'

/** What this entry needs of a session. */
export type SessionOfSocket = Pick<Auth<unknown>, 'onEvent' | 'snapshot' | 'subscribe' | 'ticket'>

/** What an event stream needs of a session. */
export type SessionOfStream = Pick<Auth<unknown>, 'fetch' | 'onEvent' | 'snapshot' | 'subscribe'>

type Watched = Pick<Auth<unknown>, 'snapshot' | 'subscribe'>

/**
 * Calls the listener whenever a signed-in user is gone or has become another one: the time to close what was opened for
 * that user. Users are compared as `onIdentityChange` of `tokencell/identity` does. A refresh is no end.
 *
 * @param listener gets the snapshot of the next user, or `unauthenticated`
 * @returns a function that removes the listener
 */
export const whenSessionEnds = (
  auth: Watched,
  listener: (snapshot: Snapshot<unknown>) => void,
): (() => void) => onIdentityChange(auth, ({ current }) => listener(current))

/**
 * Calls `onUser` once for each user, at once if one is signed in, and `onGone` when this user is gone or is another one.
 *
 * @returns a function that ends the calls
 */
export function watchUser(auth: Watched, { onUser, onGone }: { onUser: () => void; onGone: () => void }) {
  let isHere = false
  let isOver = false
  function arrive({ status }: Snapshot<unknown>) {
    if (isOver || isHere || status !== 'authenticated') return
    isHere = true
    onUser()
  }
  // Added first, so that a user is gone before the next one arrives.
  const stopGoing = whenSessionEnds(auth, () => {
    isHere = false
    if (!isOver) onGone()
  })
  const stopArriving = auth.subscribe(arrive)
  arrive(auth.snapshot)
  return () => {
    isOver = true
    stopGoing()
    stopArriving()
  }
}
