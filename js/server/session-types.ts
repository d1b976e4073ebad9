import type { Reason } from '../common/types.js'

/** A session as it is sealed into the cookie. */
export interface Session {
  id: string
  /** Increases by one with every refresh. */
  generation: number
  /** In milliseconds since the epoch, like the other times. */
  startedAt: number
  grantedAt: number
  /** When the access token expires, and when a refresh is due; `null` if the lifetime is unknown. */
  expiresAt: number | null
  refreshAt: number | null
  access: string
  /** The refresh token, if the API sends one in the body. */
  refresh?: string | undefined
  /** The cookies of the API that a refresh needs. */
  upstreamCookies: Record<string, string>
  user: unknown
  /** When the API was asked for the user, or has sent it with a token. */
  userAt?: number | undefined
  /** Whether the token is newer than the user. */
  isUserOlder?: boolean | undefined
  /** When the session ends for good, if the API says so. */
  endsAt?: number | undefined
  /** The CSRF token that the API has given (`csrf.from`). */
  csrfToken?: string | undefined
  /** Whether the session ends with the browser. */
  isTemporary?: boolean | undefined
  /** The process that got this generation from the API. */
  by?: string | undefined
}

/** The content of the cookie if the session is in the store. */
export interface Reference {
  id: string
  startedAt: number
}

/** The content of the cookie after a session has ended: the reason. */
export interface EndedSession {
  reason: Reason
  /** The reason in the words of the API. */
  serverReason?: string | undefined
  /** That session, if its sign-out is still pending. It is used only to inform the API. */
  pendingSignOut?: Session | Reference | undefined
  /** When the user signed out, in milliseconds since the epoch. */
  signedOutAt?: number
}

/** The content of the second cookie: the API has refused to refresh this generation. */
export interface Refusal {
  id: string
  generation: number
  at: number
  serverReason?: string | undefined
}
