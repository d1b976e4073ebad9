import { type AuthErrorDetail, explain } from './errors.js'

/** What only a page can find out, and says to a developer: the cause, then the mend. */
const MESSAGES = {
  'origin-malformed': 'Write an origin as "https://api.example.com", without a path.',
  'placement-missing':
    'This browser has none of the placements of createAuth(). Add `worker` beside `shared`.',
  'vault-lost': 'The vault has died, or lost this call. Whether the call took effect is unknown.',
  'vault-script':
    'The script of the vault cannot be loaded, or fails. Check its URL, content type, origin and ' +
    'imports.',
  'vault-silent':
    'The script of the vault does not answer. It must export openVault() as default, before any await.',
} as const

export type PageErrorCode = keyof typeof MESSAGES

export const pageError = (code: PageErrorCode, detail?: AuthErrorDetail) =>
  explain(code, MESSAGES[code], detail)
