import type { SessionFailure, Snapshot } from './types.js'

/** The snapshot before anything is known. It is always the same object, so that it does not count as a change. */
export const LOADING: Snapshot<never> = Object.freeze({
  status: 'loading',
  reason: null,
  failure: null,
  user: null,
  claims: null,
  expiresAt: null,
  refreshAt: null,
  claimsAreNewer: false,
  endsAt: null,
  idle: null,
})

/** The snapshot while the session is not known because of this failure. */
export const loadingWith = (failure: SessionFailure | null): Snapshot<never> =>
  failure ? Object.freeze({ ...LOADING, failure } as Snapshot<never>) : LOADING

/** Freezes the snapshot for the page, because all listeners share it. */
export function frozen(snapshot: Snapshot): Snapshot {
  if (snapshot.status === 'loading') return loadingWith(snapshot.failure)
  for (const value of Object.values(snapshot)) Object.freeze(value)
  return Object.freeze(snapshot)
}
