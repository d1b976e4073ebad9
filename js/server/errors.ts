import { CALL_MESSAGES } from '../common/call-errors.js'
import { type AuthErrorCode, type AuthErrorDetail, explain } from '../common/errors.js'
import { EXCHANGE_MESSAGES } from '../common/exchange-errors.js'

export const SESSION_TOO_LARGE =
  'The tokens and the user do not fit into the session cookie. Set a `store`, which then holds the session. Or select less ' +
  'data with `fields.user`, put fewer claims into the tokens, or raise `cookie.limit` and the header buffers of every proxy ' +
  'in front of this server.'

/** Errors that only a server can detect. The messages are for developers: first the cause, then the fix. */
const MESSAGES = {
  ...CALL_MESSAGES,
  ...EXCHANGE_MESSAGES,
  'body-parsed':
    'Next has already parsed this body, but it must be passed on unchanged. Add ' +
    '`export const config = { api: { bodyParser: false } }` to the file of the handler.',
  'body-too-large': 'The request body is larger than `bodyLimit`. Send a smaller body, or raise `bodyLimit`.',
  'endpoint-outside-origins':
    'This URL is on another origin than `api`, and the token is sent to `api` only. Correct the URL or `api`.',
  'endpoint-of-session':
    'This endpoint of the API responds with tokens, which pages must not get. Call `signIn()` of the client, and name other ' +
    'endpoints that begin a session in `exchanges`. For a token that pages may have, add a rule without `*` to `proxy`.',
  'csrf-refused':
    'The request does not come from a page of this origin, or has no X-Requested-With header. Send it with the client.',
  'not-proxied': 'No rule of `proxy` allows this path with this method. Add a rule, or correct the request.',
  'redirect-not-listed':
    'The API redirects to another origin, and the page does not get this redirect. Add that origin to `redirects`.',
  'secret-weak':
    'The secret, which seals the session cookies, has fewer than 32 characters, or can be guessed, because it repeats itself ' +
    'or consists of words. Create one with `openssl rand -base64 32`.',
  'status-unknown':
    'The API responded with a status that HTTP does not define (RFC 9110 §15). Use a status from 100 to 599.',
  'session-too-large': SESSION_TOO_LARGE,
} as const satisfies Partial<Record<AuthErrorCode, string>>

export type ServerErrorCode = keyof typeof MESSAGES

export const serverError = (code: ServerErrorCode, detail?: AuthErrorDetail) =>
  explain(code, MESSAGES[code], detail)
