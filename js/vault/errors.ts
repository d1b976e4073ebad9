import { CALL_MESSAGES } from '../common/call-errors.js'
import {
  type AuthErrorCode,
  type AuthErrorDetail,
  type CommonErrorCode,
  commonError,
  explain,
} from '../common/errors.js'
import { EXCHANGE_MESSAGES } from '../common/exchange-errors.js'

/** Messages of the errors that vaults raise: the cause, then the fix. */
const MESSAGES = {
  ...CALL_MESSAGES,
  ...EXCHANGE_MESSAGES,
  closed: 'The vault is closed. Reload the page.',
  'cors-refused':
    'The browser blocks the response of the API, probably because of CORS. The API must allow this origin, the headers ' +
    'and, unless `credentials` is "omit", credentials. `npx tokencell doctor` shows what is missing.',
  'csrf-unreadable':
    'No page could read the cookie of `csrf` in time, so the request was not sent. Open a page that can read that cookie.',
  'origins-missing': 'This list of origins is empty. Add an origin, or leave the option out.',
  'refresh-unusable':
    'There is no refresh token, or the last refresh brought no usable token. Check the API, `refreshToken` and ' +
    '`fields.refreshToken`.',
  'vault-failed':
    'The vault did not start. Serve core_bg.wasm where the vault script requests it, or use a newer browser.',
  'vault-in-page':
    'This vault file runs in a page, where scripts can read its tokens. Start it with `shared` or `worker`. If the app ' +
    'needs `page`, set `page: true` in openVault().',
  'vault-reconfigured':
    'This realm already has a vault with another configuration. Call openVault() once. After a change, reload the page.',
} as const satisfies Partial<Record<AuthErrorCode, string>>

export type VaultErrorCode = keyof typeof MESSAGES

const isOwn = (code: VaultErrorCode | CommonErrorCode): code is VaultErrorCode =>
  Object.hasOwn(MESSAGES, code)

export const vaultError = (code: VaultErrorCode | CommonErrorCode, detail?: AuthErrorDetail) =>
  isOwn(code) ? explain(code, MESSAGES[code], detail) : commonError(code, detail)

/**
 * Creates the error for a core that cannot be loaded. Its text has that of the cause, which does not reach a page itself. No
 * token exists yet that the cause could contain.
 */
export const startError = (cause: unknown) =>
  explain('vault-failed', `${MESSAGES['vault-failed']} ${String(cause)}`, { cause })
