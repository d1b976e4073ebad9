import { type AuthErrorCode, type AuthErrorDetail, explain } from '../common/errors.js'

/** Messages of the errors that only pages raise: the cause, then the fix. */
const MESSAGES = {
  'origin-malformed': 'Write an origin: "https://example.com".',
  'placement-missing': 'Pass `worker` to createAuth().',
  'vault-lost': 'The vault was lost. Check whether the call took effect.',
  'vault-script': 'The vault script does not load. See the console.',
  'vault-silent': 'The vault is silent. Export openVault() as default before any await.',
} as const satisfies Partial<Record<AuthErrorCode, string>>

export type PageErrorCode = keyof typeof MESSAGES

export const pageError = (code: PageErrorCode, detail?: AuthErrorDetail) =>
  explain(code, MESSAGES[code], detail)
