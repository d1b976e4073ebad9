import type { Reason } from '../common/types.js'

/** A session as it is sealed into the cookie. */
export interface Session {
  id: string
  /** Counts up with every refresh. */
  generation: number
  /** In milliseconds since the epoch, likewise the other times. */
  startedAt: number
  grantedAt: number
  /** When the access token expires, and when it is to be refreshed; `null` when it does not say. */
  expiresAt: number | null
  refreshAt: number | null
  access: string
  /** The refresh token, if the API sends one in the body. */
  refresh?: string | undefined
  /** The cookies of the API, which its refresh needs. */
  jar: Record<string, string>
  user: unknown
  /** Which process has granted this generation. */
  by?: string | undefined
}

/** What a cookie has in place of a session that is in the store. */
export interface Reference {
  id: string
  startedAt: number
}

/** What is left of a session that ended: why. */
export interface EndedSession {
  reason: Reason
  /** The API's own word for it. */
  cause?: string | undefined
  /** That session, if the API does not know yet that the user has left it: good for nothing but telling. */
  pendingSignOut?: Session | Reference | undefined
  /** When the user has left it, in milliseconds since the epoch. */
  leftAt?: number
}

/** Beside the cookie of a session: that the API has refused to refresh this generation. */
export interface Refusal {
  id: string
  generation: number
  at: number
  cause?: string | undefined
}
