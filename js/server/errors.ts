import { CALL_MESSAGES } from '../common/call-errors.js'
import { type AuthErrorCode, type AuthErrorDetail, explain } from '../common/errors.js'
import { EXCHANGE_MESSAGES } from '../common/exchange-errors.js'

export const SESSION_TOO_LARGE =
  'The tokens and the user do not fit into the session cookie. Give a `store`, which holds the session in its place; or point ' +
  '`fields.user` to less, have the API put fewer claims into its tokens, or raise `cookie.limit` with the header buffers of ' +
  'every proxy in front.'

/** Errors that only a server can detect. The messages are for developers: first the cause, then the fix. */
const MESSAGES = {
  ...CALL_MESSAGES,
  ...EXCHANGE_MESSAGES,
  'body-parsed':
    'Next has parsed this body, and what is handed on must be as it came. Add ' +
    '`export const config = { api: { bodyParser: false } }` beside the handler.',
  'body-too-large': 'The body is larger than this server hands on. See `bodyLimit`.',
  'endpoint-of-session':
    'This endpoint of the API answers with tokens, which no page may get. Call `signIn()` of the client; `proxy` cannot allow it.',
  'csrf-refused':
    'The request does not come from a page of this origin, or lacks the header X-Requested-With. Send it through the client.',
  'not-proxied': 'This path and method are not among those that pages may reach. See `proxy`.',
  'redirect-not-listed':
    'The API redirects to another origin, which is not handed on to the page. List that origin in `redirects`.',
  'secret-weak':
    'The secret seals the session cookies and needs 32 characters or more. Make one with `openssl rand -base64 32`.',
  'status-unknown':
    'The API has answered with a status that HTTP does not define (RFC 9110 §15). Have it answer with 100 to 599.',
  'session-too-large': SESSION_TOO_LARGE,
} as const satisfies Partial<Record<AuthErrorCode, string>>

export type ServerErrorCode = keyof typeof MESSAGES

export const serverError = (code: ServerErrorCode, detail?: AuthErrorDetail) =>
  explain(code, MESSAGES[code], detail)
