import type { AuthErrorCode } from './error-codes.js'

export type { AuthErrorCode } from './error-codes.js'

/** What codes of both sides say to a developer: the cause, then the mend. */
const MESSAGES = {
  closed: 'This client is closed. Call createAuth() again.',
  'not-in-browser': 'Call this in a browser, not on a server.',
  'policy-refused': 'A Content Security Policy refuses this. Allow it in this directive, for page or worker.',
  'vault-mismatch': 'Page and vault have different versions. Close all tabs.',
} as const satisfies Partial<Record<AuthErrorCode, string>>

/** What an error carries beside its code. Never a token. */
export interface AuthErrorDetail {
  /** The option that is wrong. */
  option?: string | undefined
  /** The directive of the policy that refuses. */
  directive?: string | undefined
  /** HTTP status of the answer, if there was one. */
  status?: number | undefined
  /** Body of the answer if it was JSON, every token removed. */
  body?: unknown
  /** How long the answer asked to wait before the next try, in milliseconds. */
  retryAfter?: number | undefined
  cause?: unknown
}

const BRAND = Symbol.for('tokencell.AuthError')

/** The one error class. Tell by `code`, which is a closed union. `Body` is what the API sends with a refusal. */
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
    // `cause` stays as `Error` has it: no part of what is enumerated, printed as JSON or cloned.
    const { cause: _, ...own } = detail
    Object.assign(this, own)
  }

  get [BRAND]() {
    return true
  }
}

/**
 * Whether this is an {@link AuthError}, also of another copy of the package or another realm. What the type says of its body
 * is not checked.
 */
export function isAuthError<Body = unknown>(error: unknown): error is AuthError<Body> {
  return (error as Partial<AuthError> | null | undefined)?.[BRAND] === true
}

export type CommonErrorCode = keyof typeof MESSAGES

/** The error of a code that pages and vaults have in common. */
export const commonError = (code: CommonErrorCode, detail?: AuthErrorDetail) =>
  explain(code, MESSAGES[code], detail)

/** An error whose message begins with the option or the directive that it is about. */
export function explain(code: AuthErrorCode, text: string, detail: AuthErrorDetail = {}): AuthError {
  const subject = detail.option ?? detail.directive
  return new AuthError(code, subject === undefined ? text : `${subject}: ${text}`, detail)
}
