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
    'The API is there, but the browser withholds its answer from this page, which looks like CORS. It must allow this ' +
    'origin, the headers and, unless `credentials` is "omit", credentials. `npx tokencell doctor` says what is missing.',
  'csrf-unreadable':
    'No page said in time what is in the cookie that `csrf` names, and nothing is sent without its header. ' +
    'Is a page of the app open, and may its scripts read the cookie?',
  'origins-missing': 'There is no origin that the token may go to. List one, or leave the option out.',
  'refresh-unusable': 'The refresh endpoint answers without a token. Look at its answer.',
  'vault-failed':
    'The vault did not start; see `cause`. Is core_bg.wasm served where its script looks for it?',
  'vault-reconfigured':
    'This realm has a vault with another configuration. Call openVault() once; after a change, reload the page.',
} as const satisfies Partial<Record<AuthErrorCode, string>>

export type VaultErrorCode = keyof typeof MESSAGES

const isOwn = (code: VaultErrorCode | CommonErrorCode): code is VaultErrorCode =>
  Object.hasOwn(MESSAGES, code)

export const vaultError = (code: VaultErrorCode | CommonErrorCode, detail?: AuthErrorDetail) =>
  isOwn(code) ? explain(code, MESSAGES[code], detail) : commonError(code, detail)
