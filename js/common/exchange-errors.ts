import type { AuthErrorCode } from './error-codes.js'

/** Messages of the errors for a wrong configuration or a wrong token response: the cause, then the fix. */
export const EXCHANGE_MESSAGES = {
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
  'option-invalid': 'This option is unknown or has a value that it cannot have. See its type.',
  'origin-insecure':
    'A token must not travel over plain http, except to this machine. Use https, or localhost.',
  'origin-malformed':
    'An origin is scheme, host and port, as in "https://api.example.com". Leave the path out.',
  refused: 'The server refused the sign-in. Its answer is in `status` and `body`.',
  redirected:
    'The endpoint answered with a redirect, which is not followed, as it could take credentials elsewhere. Correct ' +
    'the path (a missing slash at its end, http for https), or let the API answer requests for JSON itself.',
  'status-unexpected':
    'The endpoint answered with a status that neither grants nor refuses a token; see `status`. Correct the path, or list ' +
    'the status in `refresh.endsOn` if it ends the session.',
  'token-malformed':
    'The token has characters that a header cannot hold: spaces, controls, or what is not ASCII.',
  'token-missing':
    'The answer has no token in the Authorization header, nor in `fields.accessToken` of the body. ' +
    'Cross-origin, the API must list Authorization in Access-Control-Expose-Headers.',
  'token-too-large': 'The token is longer than 64 KiB. No server would take it back.',
} as const satisfies Partial<Record<AuthErrorCode, string>>
