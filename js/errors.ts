/** Every code, and what it says to a developer: the cause, then the mend. */
const MESSAGES = {
  'body-malformed':
    'The token response is not JSON, or is longer than a megabyte. Check what the endpoint sends.',
  'claims-malformed':
    'The payload of the JWT is not a JSON object, or exp, iat or sub has the wrong type. Check how the API makes it.',
  closed: 'The vault was closed while the call was open. Make a new client with createAuth().',
  'endpoint-malformed': 'This option is no path or URL. Write it as "/path", or as { method, path }.',
  'endpoint-missing': 'This option is required. Write it as "/path", or as { method, path }.',
  'endpoint-outside-origins':
    'This endpoint is on an origin that the token may not go to. Add that origin to `origins`, or correct the path.',
  'lifetime-invalid':
    'exp, iat or expires_in of the token response is not a time, or leaves none. They are numbers of seconds.',
  'not-in-browser': 'There is no session outside a browser. Call this on the client only.',
  'option-invalid': 'This option is unknown or has a value that it cannot have. See VaultOptions.',
  'origin-insecure':
    'A token must not travel over plain http, except to this machine. Use https, or localhost while developing.',
  'origin-malformed':
    'An origin is scheme, host and port, as in "https://api.example.com". Leave the path out.',
  'origins-missing':
    'There is no origin that the token may go to. List at least one, or leave the option out.',
  refused: 'The server refused the sign-in. Its answer is in `status` and `body`.',
  replaced:
    'Another account signed in while this call was open, and it was not made for that one. Do not repeat it.',
  'session-ended': 'The session ended before this call could be sent. Sign in again.',
  'signed-out': 'The user signed out while this call was open.',
  'token-malformed': 'The token has characters that cannot stand in an Authorization header (RFC 6750).',
  'token-missing':
    'The answer has no token where it was looked for: the Authorization header, then `fields.accessToken` of the body. ' +
    'Cross-origin, the API must list Authorization in Access-Control-Expose-Headers.',
  'token-too-large': 'The token is longer than 64 KiB. No server would take it back.',
  unreachable: 'The server did not answer, or said that it cannot now. The session lives; try again later.',
  'vault-failed':
    "The vault did not start; see `cause`. Its script or .wasm file is missing, or the policy lacks 'wasm-unsafe-eval'.",
} as const

/** What went wrong. Stable; new codes may come with minor versions. */
export type AuthErrorCode = keyof typeof MESSAGES

/** What an error carries beside its code. Never a token. */
export interface AuthErrorDetail {
  /** The option that is wrong. */
  option?: string
  /** HTTP status of the answer, if there was one. */
  status?: number
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
  readonly status: number | undefined
  readonly body: unknown

  constructor(code: AuthErrorCode, detail: AuthErrorDetail = {}) {
    const option = detail.option === undefined ? '' : `${detail.option}: `
    super(`${option}${MESSAGES[code]}`, 'cause' in detail ? { cause: detail.cause } : undefined)
    this.code = code
    this.option = detail.option
    this.status = detail.status
    this.body = detail.body
    Object.defineProperty(this, BRAND, { value: true })
  }
}

/** Whether this is an {@link AuthError}, also of another copy of the package or another realm. */
export function isAuthError(error: unknown): error is AuthError {
  return typeof error === 'object' && error !== null && BRAND in error
}
