import type { Snapshot } from './types.js'

/** Before anything is known. One object, so that nobody takes it for a change. */
export const LOADING: Snapshot<never> = Object.freeze({
  status: 'loading',
  reason: null,
  user: null,
  claims: null,
  expiresAt: null,
  refreshAt: null,
})

/** The snapshot as the page gets it: nobody can change what all listeners share. */
export function frozen(snapshot: Snapshot): Snapshot {
  if (snapshot.status === 'loading') return LOADING
  if (snapshot.user) Object.freeze(snapshot.user)
  if (snapshot.claims) Object.freeze(snapshot.claims)
  return Object.freeze(snapshot)
}
