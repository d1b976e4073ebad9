import { type AuthErrorDetail, explain } from './errors.js'

/** What only a page can find out, and says to a developer: the cause, then the mend. */
const MESSAGES = {
  'origin-malformed':
    'An origin is scheme, host and port, as in "https://api.example.com". Leave the path out.',
  'placement-missing':
    'This browser has none of the placements of createAuth(). Add `worker` beside `shared`.',
  'vault-lost':
    'The vault has died or was restarted, or has lost this call. Whether the call took effect is unknown: ask the API before you repeat it.',
  'vault-script':
    'The script of the vault cannot be loaded, or fails. Check its URL, content type, origin and ' +
    'imports.',
  'vault-silent':
    'The script of the vault does not answer. Does it export openVault() as default, before any await?',
} as const

export type PageErrorCode = keyof typeof MESSAGES

export const pageError = (code: PageErrorCode, detail?: AuthErrorDetail) =>
  explain(code, MESSAGES[code], detail)
