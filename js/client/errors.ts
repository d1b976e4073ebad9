import { type AuthErrorCode, type AuthErrorDetail, explain } from '../common/errors.js'

/** Messages of the errors that only pages raise: the cause, then the fix. */
const MESSAGES = {
  'origin-malformed': 'This is not an origin. Write "https://api.example.com", without a path.',
  'placement-missing': 'No given placement works in this browser. Add `worker` to createAuth().',
  'vault-lost': 'The vault was lost during this call. Check whether it took effect.',
  'vault-script': 'The vault script does not load, or throws. See the console.',
  'vault-silent': 'The vault does not respond. Export openVault() as default before any await.',
} as const satisfies Partial<Record<AuthErrorCode, string>>

export type PageErrorCode = keyof typeof MESSAGES

export const pageError = (code: PageErrorCode, detail?: AuthErrorDetail) =>
  explain(code, MESSAGES[code], detail)
