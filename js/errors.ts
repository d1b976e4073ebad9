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
  'placement-missing':
    'This browser can run none of the vaults that createAuth() was given. Add `worker` beside `shared`.',
  'policy-refused':
    'A Content Security Policy refuses this. The directive at the beginning has to allow it; for a vault in a worker ' +
    "it is the policy in the response header of the vault's own script that counts, save for loading that script.",
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
    'The vault did not start; see `cause`. Is core_bg.wasm served beside the script of the package, or its inline copy?',
  'vault-lost':
    'The vault has stopped answering, or was killed. A new one starts; whether the call took effect is unknown.',
  'vault-mismatch':
    'The page and the vault come from different versions of the package. Close all tabs of the site, or reload them all.',
  'vault-reconfigured':
    'There is a vault with another configuration in this realm. Call openVault() once; after a change, reload the page.',
  'vault-script':
    'The script of the vault could not be loaded or fails while it runs. Check the URL in the factory given to ' +
    'createAuth(), that it is served as JavaScript from this origin, and its own imports.',
  'vault-silent':
    'The script of the vault runs, and does not answer. Does it call openVault() before its first await?',
} as const

/** What went wrong. Stable; new codes may come with minor versions. */
export type AuthErrorCode = keyof typeof MESSAGES

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

  constructor(code: AuthErrorCode, detail: AuthErrorDetail = {}) {
    const subject = detail.option ?? detail.directive
    super(
      `${subject === undefined ? '' : `${subject}: `}${MESSAGES[code]}`,
      'cause' in detail ? { cause: detail.cause } : undefined,
    )
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
