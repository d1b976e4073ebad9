import type { ServerErrorCode } from './errors.js'
import type { ErrorName } from './events.js'
import type { Session } from './session-types.js'

/** The result of a refresh. */
export type Renewal =
  | { kind: 'renewed'; session: Session }
  | { kind: 'refused'; serverReason?: string | undefined }
  | TemporaryFailure

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
