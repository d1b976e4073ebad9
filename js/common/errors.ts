import type { AuthErrorCode } from './error-codes.js'

export type { AuthErrorCode } from './error-codes.js'

/** Messages of the codes that pages and vaults have in common: the cause, then the fix. */
const MESSAGES = {
  closed: 'The client is closed. Create a new one.',
  'not-in-browser': 'Call this in a browser.',
  'vault-mismatch': 'Page and vault have different versions. Close all tabs.',
} as const satisfies Partial<Record<AuthErrorCode, string>>

/** The details of an error, in addition to its code. They never contain a token. */
export interface AuthErrorDetail {
  /** The name of the wrong option. */
  option?: string | undefined
  /** The directive of the Content Security Policy that blocks. */
  directive?: string | undefined
  /** The HTTP status of the response, if there was one. */
  status?: number | undefined
  /** The body of the response if it was JSON, with every token removed. */
  body?: unknown
  /** The pause before the next attempt that the response asked for, in milliseconds. */
  retryAfter?: number | undefined
  cause?: unknown
}

const BRAND = Symbol.for('tokencell.AuthError')

/**
 * The only error class of this package. Distinguish errors by `code`, which is a closed union. `Body` is the type of the
 * body that the API sends with a refusal.
 */
export class AuthError<Body = unknown> extends Error {
  override readonly name = 'AuthError'
  declare readonly option: string | undefined
  declare readonly directive: string | undefined
  declare readonly status: number | undefined
  declare readonly body: Body | undefined
  declare readonly retryAfter: number | undefined

  constructor(
    readonly code: AuthErrorCode,
    message: string,
    detail: AuthErrorDetail = {},
  ) {
    super(message, detail)
    // `cause` stays the non-enumerable property that `Error` sets: it is not enumerated, printed as JSON or cloned.
    const { cause: _, ...own } = detail
    Object.assign(this, own)
  }

  get [BRAND]() {
    return true
  }
}

/**
 * Whether this is an {@link AuthError}, including one from another copy of the package or another realm. The type of its
 * body is not checked.
 */
export function isAuthError<Body = unknown>(error: unknown): error is AuthError<Body> {
  return (error as Partial<AuthError> | null | undefined)?.[BRAND] === true
}

export type CommonErrorCode = keyof typeof MESSAGES

/** Creates the error for a code that pages and vaults have in common. */
export const commonError = (code: CommonErrorCode, detail?: AuthErrorDetail) =>
  explain(code, MESSAGES[code], detail)

/** Creates an error. If `detail` names an option or a directive, the message begins with that name. */
export function explain(code: AuthErrorCode, text: string, detail: AuthErrorDetail = {}): AuthError {
  const subject = detail.option ?? detail.directive
  return new AuthError(code, subject === undefined ? text : `${subject}: ${text}`, detail)
}
