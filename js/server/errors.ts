import { type AuthErrorDetail, type CommonErrorCode, explain } from '../errors.js'
import { type VaultErrorCode, vaultError } from '../vault/errors.js'

/** What only a server can find out, and says to a developer: the cause, then the mend. */
const MESSAGES = {
  'body-too-large': 'The body is larger than this server hands on. See `bodyLimit`.',
  'cookie-insecure':
    'A session cookie without Secure goes over plain http, which is for development on this machine only. Leave `secure` out.',
  forged:
    'The request does not come from a page of this origin, or lacks the header X-Requested-With. Send it through the client.',
  'not-proxied': 'This path and method are not among those that pages may reach. See `proxy`.',
  'secret-weak':
    'The secret seals the session cookies and needs 32 characters or more. Make one with `openssl rand -base64 32`.',
  'session-too-large':
    'The tokens and the user do not fit into cookies. Point `fields.user` to less, or have the API issue smaller tokens.',
} as const

export type ServerErrorCode = keyof typeof MESSAGES

const isOwn = (code: string): code is ServerErrorCode => Object.hasOwn(MESSAGES, code)

export const serverError = (
  code: ServerErrorCode | VaultErrorCode | CommonErrorCode,
  detail?: AuthErrorDetail,
) => (isOwn(code) ? explain(code, MESSAGES[code], detail) : vaultError(code, detail))
