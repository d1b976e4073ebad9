import type { SessionFailure, Snapshot } from './types.js'

/** Before anything is known. One object, so that listeners do not take it for a change. */
export const LOADING: Snapshot<never> = Object.freeze({
  status: 'loading',
  reason: null,
  failure: null,
  user: null,
  claims: null,
  expiresAt: null,
  refreshAt: null,
})

/** The session is still not known, for this reason. */
export const loadingWith = (failure: SessionFailure | null): Snapshot<never> =>
  failure ? Object.freeze({ ...LOADING, failure } as Snapshot<never>) : LOADING

/** The snapshot as the page gets it: frozen, because all listeners share it. */
export function frozen(snapshot: Snapshot): Snapshot {
  if (snapshot.status === 'loading') return loadingWith(snapshot.failure)
  for (const value of Object.values(snapshot)) Object.freeze(value)
  return Object.freeze(snapshot)
}
