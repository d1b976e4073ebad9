import type { AuthError } from '../common/errors.js'
import type { ServerErrorCode } from './errors.js'
import type { ErrorName } from './events.js'
import type { Session } from './session-types.js'

/** The result of a refresh. */
export type Renewal =
  | { kind: 'renewed'; session: Session }
  | { kind: 'refused'; serverReason?: string | undefined }
  | TemporaryFailure

/** A refresh with a body that a page asks for. */
export interface Demand {
  readonly body: Readonly<Record<string, unknown>>
  /** Whether it has been sent to the API. */
  isSent: boolean
  /** Set if the API has refused it. */
  refusal?: AuthError
}

/** Neither a token nor a refusal: the session continues, and the refresh is retried later. */
export interface TemporaryFailure {
  kind: 'failed-temporarily'
  until: number
  /** The error, as the code of an AuthError. */
  code: ServerErrorCode
  status?: number | undefined
  option?: string | undefined
  error?: ErrorName | undefined
  /** The API has refused this credential once, after an exchange that may have spent it. */
  wasRefused?: boolean | undefined
  /** The cookies for the next attempt: a response that broke off, or had no token, may have set cookies. */
  upstreamCookies?: Record<string, string> | undefined
}
