import { type AuthErrorDetail, explain } from './errors.js'

/** What only a page can find out, and says to a developer: the cause, then the mend. */
const MESSAGES = {
  'placement-missing':
    'This browser can run none of the vaults that createAuth() was given. Add `worker` beside `shared`.',
  'vault-lost':
    'The vault does not answer any more. A new one starts; whether the call took effect is unknown.',
  'vault-script':
    'The script of the vault could not be loaded, or fails while it runs. Check its URL in createAuth(), that it is ' +
    'served as JavaScript from this origin, and its imports.',
  'vault-silent':
    'The script of the vault runs, and does not answer. Does it call openVault() before its first await, and export ' +
    'that as default?',
} as const

export type PageErrorCode = keyof typeof MESSAGES

export const pageError = (code: PageErrorCode, detail?: AuthErrorDetail) =>
  explain(code, MESSAGES[code], detail)
