import { CALL_MESSAGES } from '../call-errors.js'
import { type AuthErrorDetail, type CommonErrorCode, commonError, explain } from '../errors.js'

/** What only a vault can find out, and says to a developer: the cause, then the mend. */
const MESSAGES = {
  ...CALL_MESSAGES,
  'body-malformed':
    'The token response is not JSON, or longer than a megabyte. Check what the endpoint sends.',
  'claims-malformed':
    'The payload of the JWT is not a JSON object, or exp, iat or sub has the wrong type. Check the API.',
  'endpoint-malformed': 'This option is no path or URL. Write it as "/path", or as { method, path }.',
  'endpoint-missing': 'This option is required. Write it as "/path", or as { method, path }.',
  'endpoint-outside-origins':
    'This endpoint is on an origin that the token may not go to. Add that origin to `origins`, or correct the path.',
  'lifetime-invalid':
    'exp, iat or expires_in of the token response is no time, or leaves none. They are numbers of seconds.',
  'option-invalid': 'This option is unknown or has a value that it cannot have. See VaultOptions.',
  'origin-insecure':
    'A token must not travel over plain http, except to this machine. Use https, or localhost.',
  'origin-malformed':
    'An origin is scheme, host and port, as in "https://api.example.com". Leave the path out.',
  'origins-missing': 'There is no origin that the token may go to. List one, or leave the option out.',
  refused: 'The server refused the sign-in. Its answer is in `status` and `body`.',
  'token-malformed': 'The token has characters that no Authorization header can hold (RFC 6750).',
  'token-missing':
    'The answer has no token in the Authorization header, nor in `fields.accessToken` of the body. ' +
    'Cross-origin, the API must list Authorization in Access-Control-Expose-Headers.',
  'token-too-large': 'The token is longer than 64 KiB. No server would take it back.',
  'vault-failed':
    'The vault did not start; see `cause`. Is core_bg.wasm served where its script looks for it?',
  'vault-reconfigured':
    'This realm has a vault with another configuration. Call openVault() once; after a change, reload the page.',
} as const

export type VaultErrorCode = keyof typeof MESSAGES

const isOwn = (code: VaultErrorCode | CommonErrorCode): code is VaultErrorCode =>
  Object.hasOwn(MESSAGES, code)

export const vaultError = (code: VaultErrorCode | CommonErrorCode, detail?: AuthErrorDetail) =>
  isOwn(code) ? explain(code, MESSAGES[code], detail) : commonError(code, detail)
