import { isAuthError } from '../common/errors.js'
import type { ServerErrorCode } from './errors.js'

/**
 * An error below the level of HTTP, such as `TypeError` and `ECONNREFUSED`. Without the message, which may contain a
 * secret.
 */
export interface ErrorName {
  name: string
  code?: string | undefined
}

/** Why an exchange with the API failed. */
export interface Failure {
  /** The code of the AuthError; `null` for a refusal. */
  code: ServerErrorCode | null
  /** HTTP status of the response, if there was one. */
  status?: number | undefined
  error?: ErrorName | undefined
}

/** An event that is worth a line in a log. It contains no token, no cookie and no user. */
export type ServerEvent =
  | { type: 'signed-in' | 'signed-out'; session: string }
  /** The user has done nothing for longer than `idle` allows. */
  | { type: 'ended'; session: string; reason: 'idle' }
  /** The API could not be reached, or its response is not a grant. Refused credentials cause no event. */
  | ({ type: 'sign-in-failed' } & Failure)
  /**
   * A cookie has the name of this server's cookie, but no secret opens it. It may belong to another application on this
   * host.
   */
  | { type: 'cookie-unreadable' }
  /** A request of a page could not be passed on to the API, or the response could not be passed on to the page. */
  | ({ type: 'request-failed' } & Failure)
  | { type: 'refreshed'; session: string; generation: number }
  /**
   * `willRetry`: the session continues, and the refresh is retried. It is `true` for the first refusal of a credential
   * that an unanswered refresh may have spent.
   */
  | ({
      type: 'refresh-failed'
      session: string
      failure: 'malformed' | 'refused' | 'unreachable'
      willRetry: boolean
    } & Failure)
  /**
   * The API has not confirmed a sign-out. `willRetry` is `false` if the status says that the API does not understand the
   * request (400, 405, 422, for example), and for a session that a sign-in has replaced.
   */
  | ({ type: 'sign-out-failed'; session: string; willRetry: boolean } & Failure)
  /** The endpoint `user` brought no user. The session continues. `status` is `null` if there was no response. */
  | { type: 'user-failed'; session: string; status: number | null }
  /**
   * The user does not fit into the session cookie, and is left out. The session continues: `user` is `null`, and roles come
   * from the claims of the token.
   */
  | { type: 'user-too-large'; session: string; code: 'session-too-large' }
  /** The store does not answer. Until it does, this instance works without it. */
  | { type: 'store-failed'; error: ErrorName }
  /**
   * Another instance has refreshed or started this session, and there is no `store`. Each instance may spend the refresh
   * token of the other. Emitted once in the life of a process.
   */
  | { type: 'several-instances' }

/** The name and the code of an error, or of its cause: the reason why `fetch` failed is in the cause. */
export function errorName(error: unknown): ErrorName {
  const { cause } = Object(error) as { cause?: unknown }
  if (cause instanceof Error && !isAuthError(error)) return errorName(cause)
  const { name, code } = Object(error) as { name?: unknown; code?: unknown }
  return {
    name: typeof name === 'string' ? name : 'Error',
    ...(typeof code === 'string' && { code }),
  }
}
