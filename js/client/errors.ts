import { type AuthErrorCode, type AuthErrorDetail, explain } from '../common/errors.js'

/** Messages of the errors that only pages raise: the cause, then the fix. */
const MESSAGES = {
  'origin-malformed': 'Write an origin as "https://api.example.com", without a path.',
  'placement-missing': 'This browser needs another placement: add `worker` to createAuth().',
  'vault-lost': 'The vault has lost this call, which may have taken effect.',
  'vault-script': 'The vault script does not load, or throws.',
  'vault-silent': 'The vault does not answer. Export openVault() as default before any await.',
} as const satisfies Partial<Record<AuthErrorCode, string>>

export type PageErrorCode = keyof typeof MESSAGES

export const pageError = (code: PageErrorCode, detail?: AuthErrorDetail) =>
  explain(code, MESSAGES[code], detail)
