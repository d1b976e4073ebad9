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
