import { type AuthErrorCode, type AuthErrorDetail, explain } from './errors.js'

/** Messages of the errors that end a call, for clients of a vault and of a server: the cause, then the fix. */
export const CALL_MESSAGES = {
  replaced:
    'Another account signed in while this call was open. It was not made for that one: do not repeat it.',
  'session-ended': 'The session ended before this call could be sent. Sign in again.',
  'signed-out': 'The user signed out while this call was open.',
  unreachable: 'The server did not answer, or said that it cannot now. The session lives; try again later.',
} as const satisfies Partial<Record<AuthErrorCode, string>>

export type CallErrorCode = keyof typeof CALL_MESSAGES

export const callError = (code: CallErrorCode, detail?: AuthErrorDetail) =>
  explain(code, CALL_MESSAGES[code], detail)
