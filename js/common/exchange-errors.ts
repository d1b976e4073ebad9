import type { AuthErrorCode } from './error-codes.js'

/** Messages of the errors for a wrong configuration or a wrong token response: the cause, then the fix. */
export const EXCHANGE_MESSAGES = {
  'body-malformed': 'The token response is not JSON, longer than 1 MB, or broke off. Check the API.',
  'claims-malformed':
    'The payload of the JWT is not a JSON object, or exp, iat or sub has the wrong type. Check the API.',
  'endpoint-malformed': 'This is not a path or a URL. Write "/path", or "https://api.example.com/path".',
  'endpoint-missing': 'This endpoint is not configured. Write "/path", or { method, path }.',
  'endpoint-outside-origins':
    'The origin of this endpoint is not in `origins`. Add it to `origins`, or correct the path.',
  'lifetime-invalid':
    'The lifetime (exp, iat, expires_in) is not a number of seconds above 0. Check the API and `fields`.',
  'origin-insecure': 'Plain http would send the token unencrypted. Use https, or an address of this machine.',
  'origin-malformed':
    'This is not an origin. Write scheme, host and port, as in "https://api.example.com", without a path.',
  refused: 'The API refused this request. Its response is in `status` and `body`.',
  redirected:
    'The endpoint responded with a redirect. It is not followed, because it could send credentials elsewhere. Correct the ' +
    'path (https, or a slash at its end), or let the API respond without a redirect.',
  'status-unexpected':
    'The `status` of the response neither grants nor refuses a token. Correct the path, or add the status to ' +
    '`refresh.endsOn` if it ends the session.',
  'token-malformed':
    'The token has spaces, control or non-ASCII characters, which a header cannot hold. Check the API and `fields`.',
  'token-missing':
    'The response has no token, or an empty one, in the header (Authorization, or those of `credential`) or at `fields`. ' +
    'Check these, and Access-Control-Expose-Headers of a cross-origin API.',
  'token-too-large': 'The token is longer than 64 KiB, which no server accepts. Check the API and `fields`.',
} as const satisfies Partial<Record<AuthErrorCode, string>>

/** The text for a name that is not in `exchanges`. */
export const noSuchExchange = (names: readonly string[]) =>
  `There is no such exchange. The names are: ${names.join(', ') || '(none)'}. Add it to \`exchanges\`.`
