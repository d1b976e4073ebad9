import { type AuthErrorCode, type AuthErrorDetail, explain } from './errors.js'

/** Messages of the errors that end a call, for clients of a vault and of a server: the cause, then the fix. */
export const CALL_MESSAGES = {
  replaced: 'Another account signed in during this call. Do not repeat the call for that account.',
  'session-ended': 'There is no session for this call. Sign in.',
  'signed-out': 'The user signed out, or the session ended, during this call. Sign in.',
  unreachable:
    'The server does not respond, or is temporarily unavailable. The session has not ended. Try again later.',
} as const satisfies Partial<Record<AuthErrorCode, string>>

export type CallErrorCode = keyof typeof CALL_MESSAGES

export const callError = (code: CallErrorCode, detail?: AuthErrorDetail) =>
  explain(code, CALL_MESSAGES[code], detail)
