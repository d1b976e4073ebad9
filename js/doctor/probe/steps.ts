import type { Step } from './observations.js'

export const FORGED_REFRESHES = ['forged-refresh', 'plain-refresh', 'foreign-refresh'] as const
export const REFRESHES: Step[] = [
  ...(['refresh', 'me-refreshed', 'refresh-by-get', 'refresh-without-cookie'] as const),
  ...(['refresh-bad-cookie', 'sign-out-expired', 'refresh-after-expired'] as const),
  ...([...FORGED_REFRESHES, 'refresh-after', 'spend', 'family'] as const),
]
export const SIGN_OUTS: Step[] = [
  ...(['sign-out', 'refresh-after', 'me-after'] as const),
  ...(['forged-sign-out', 'plain-sign-out', 'foreign-sign-out'] as const),
]
/** The probes that need a session. */
export const SIGNED_IN: Step[] = [
  ...(['me', 'me-by-cookie', 'wrong-credentials'] as const),
  ...(['forged-sign-in', 'plain-sign-in', 'foreign-sign-in'] as const),
  ...REFRESHES,
  ...SIGN_OUTS,
]
