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
  'cors-refused':
    'The browser blocks the response of the API, probably because of CORS. The API must allow this origin, the headers ' +
    'and, unless `credentials` is "omit", credentials. `npx tokencell doctor` shows what is missing.',
  'csrf-unreadable':
    'No page could read the cookie of `csrf` in time, so the request was not sent. Open a page that can read that cookie.',
  'origins-missing': 'This list of origins is empty. Add an origin, or leave the option out.',
  'refresh-unusable': 'The response to the refresh has no usable token. Check the API.',
  'vault-failed':
    'The vault did not start; see `cause`. Serve core_bg.wasm where the vault script requests it.',
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
