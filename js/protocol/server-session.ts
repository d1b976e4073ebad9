import type { RegisteredUser, Snapshot } from '../common/types.js'

/** The header that protects against CSRF: a form on another site cannot send it. Its value has no meaning. */
export const CSRF_HEADER = 'x-requested-with'

/**
 * The header with the session that a page believes to be its own, so that no request runs in another session (promise 8).
 */
export const SESSION_HEADER = 'x-tokencell-session'

/** The header with the code of an error that comes from this server and not from the API. */
export const ERROR_HEADER = 'x-tokencell-error'

/**
 * The header with the generation of the session (`SessionInfo.generation`), on responses of the API. A page that knows an older one
 * asks for the session: its token, and with it the roles, may have changed.
 */
export const GENERATION_HEADER = 'x-tokencell-generation'

/** The session data that a server gives to a page. Pass it on unchanged. It never contains a token. */
export interface SessionInfo<User = RegisteredUser> {
  snapshot: Snapshot<User>
  /** A short name of the session, from which its id cannot be derived; `null` if there is no session. */
  session: string | null
  /** The time of this state, by the server's clock. In milliseconds since the epoch. */
  at: number
  /** Increases with every token of the session. */
  generation?: number
  /** With the option `idle`, while a user is signed in. */
  idle?: IdleLimit
}

/** The idle limit of a session, in milliseconds. */
export interface IdleLimit {
  /** When the session ends unless the user does something, by the server's clock. */
  endsAt: number
  /** How long the user may do nothing. */
  after: number
  /** How long before the end the warning begins. */
  warn: number
}
