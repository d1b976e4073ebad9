import { isAuthError } from '../common/errors.js'
import type { ServerErrorCode } from './errors.js'

/** What has failed below the HTTP of an exchange, such as `TypeError` and `ECONNREFUSED`. No message: it may hold a secret. */
export interface ErrorName {
  name: string
  code?: string | undefined
}

/** Why an exchange with the API has failed. */
export interface Failure {
  /** What is wrong, as the code of an AuthError; `null` for a refusal. */
  code: ServerErrorCode | null
  /** HTTP status of the answer, if there was one. */
  status?: number | undefined
  error?: ErrorName | undefined
}

/** Something worth a line in a log. Redacted: no token, no cookie, no user. */
export type ServerEvent =
  | { type: 'signed-in' | 'signed-out'; session: string }
  /** The API could not be asked, or its answer is no grant. A refusal of the credentials is no event. */
  | ({ type: 'sign-in-failed' } & Failure)
  /** A cookie has the name of ours, and none of the secrets opens it: that of another application on this host, for example. */
  | { type: 'cookie-unreadable' }
  /** A request of a page could not be handed on to the API, or its answer could not be handed on to the page. */
  | ({ type: 'request-failed' } & Failure)
  | { type: 'refreshed'; session: string; generation: number }
  /**
   * `willRetry`: the session goes on, and the API is asked again. It is `true` for the first refusal of a credential that an
   * unanswered refresh may have spent.
   */
  | ({
      type: 'refresh-failed'
      session: string
      trouble: 'malformed' | 'refused' | 'unreachable'
      willRetry: boolean
    } & Failure)
  /**
   * The API has not confirmed a sign-out. `willRetry` is `false` where it has answered that it does not understand the request
   * (400, 405, 422, for example), and for a session that a sign-in has replaced.
   */
  | ({ type: 'sign-out-failed'; session: string; willRetry: boolean } & Failure)
  /** The store does not answer: for now, this instance is on its own. */
  | { type: 'store-failed'; error: ErrorName }
  /**
   * Another instance has refreshed or begun this session, and there is no `store`: each may spend the refresh token of the other.
   * Once in the life of a process.
   */
  | { type: 'several-instances' }

/** The name and the code of what was thrown, or of its cause: `fetch` says in its cause why it has failed. */
export function errorName(error: unknown): ErrorName {
  const { cause } = Object(error) as { cause?: unknown }
  if (cause instanceof Error && !isAuthError(error)) return errorName(cause)
  const { name, code } = Object(error) as { name?: unknown; code?: unknown }
  return {
    name: typeof name === 'string' ? name : 'Error',
    ...(typeof code === 'string' && { code }),
  }
}
