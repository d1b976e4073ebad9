import type { RegisteredUser, Snapshot } from '../common/types.js'

/** What no form of another site can send. Its value says nothing. */
export const FORGERY_HEADER = 'x-requested-with'

/** The session that a page believes to be its own, so that no request is made for another (promise 8). */
export const SESSION_HEADER = 'x-tokencell-session'

/** The code of an error that is this server's, and not the API's. */
export const ERROR_HEADER = 'x-tokencell-error'

/** What a server tells a page of the session: to be handed from one to the other as it is. Never a token. */
export interface SessionInfo<User = RegisteredUser> {
  snapshot: Snapshot<User>
  /** A name for the session that leads back to nothing; `null` without one. */
  session: string | null
  /** When this was so, by the clock of the server; in milliseconds since the epoch. */
  at: number
}
