import type { ServerErrorCode } from './errors.js'
import type { ErrorName } from './events.js'
import type { Session } from './session-types.js'

/** What became of a refresh. */
export type Renewal =
  | { kind: 'renewed'; session: Session }
  | { kind: 'refused'; cause?: string | undefined }
  | TemporaryFailure

/** No token and no refusal: the session lives, and the API is asked again later. */
export interface TemporaryFailure {
  kind: 'failed-temporarily'
  until: number
  /** What has gone wrong, as the code of an AuthError. */
  code: ServerErrorCode
  status?: number | undefined
  option?: string | undefined
  error?: ErrorName | undefined
  /** The API has refused this credential once, after an exchange that may have spent it. */
  wasRefused?: boolean | undefined
  /** The cookies for the next attempt: an answer that broke off, or had no token, may have brought others. */
  jar?: Record<string, string> | undefined
}
