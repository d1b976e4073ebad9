import type { PageErrorCode } from './page-errors.js'
import type { VaultErrorCode } from './vault/errors.js'

/** What codes of both sides say to a developer: the cause, then the mend. */
const MESSAGES = {
  closed: 'The vault was closed while the call was open. Make a new client with createAuth().',
  'not-in-browser': 'There is no session outside a browser. Call this on the client only.',
  'policy-refused':
    'A Content Security Policy refuses this: the directive named first has to allow it, in the header of the page or, for ' +
    'a worker, of its own script.',
  'vault-failed':
    'The vault did not start; see `cause`. Is core_bg.wasm served where its script looks for it?',
  'vault-mismatch':
    'Page and vault come from different versions of the package. Close all tabs of the site, or reload them.',
} as const

/** What went wrong. Stable; new codes may come with minor versions. */
export type AuthErrorCode = CommonErrorCode | PageErrorCode | VaultErrorCode

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
  cause?: unknown
}

const BRAND = Symbol.for('tokencell.AuthError')

/** The one error class. Tell by `code`, which is a closed union. */
export class AuthError extends Error {
  override readonly name = 'AuthError'
  readonly code: AuthErrorCode
  readonly option: string | undefined
  readonly directive: string | undefined
  readonly status: number | undefined
  readonly body: unknown

  constructor(code: AuthErrorCode, message: string, detail: AuthErrorDetail = {}) {
    super(message, 'cause' in detail ? { cause: detail.cause } : undefined)
    this.code = code
    this.option = detail.option
    this.directive = detail.directive
    this.status = detail.status
    this.body = detail.body
    Object.defineProperty(this, BRAND, { value: true })
  }
}

/** Whether this is an {@link AuthError}, also of another copy of the package or another realm. */
export function isAuthError(error: unknown): error is AuthError {
  return typeof error === 'object' && error !== null && BRAND in error
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
