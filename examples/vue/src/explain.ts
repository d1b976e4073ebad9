import { FetchError } from 'ofetch'
import { type AuthErrorCode, isAuthError } from 'tokencell'

const NO_SESSION = 'Your session ended before the request was sent. Sign in and try again.'

const CODES: Partial<Record<AuthErrorCode, string>> = {
  refused: 'The server refused the sign-in.',
  replaced: 'Another account has signed in. The request was not sent for that account.',
  'session-ended': NO_SESSION,
  'signed-out': NO_SESSION,
  unreachable: 'The server does not respond. You are still signed in. Try again in a moment.',
}

/** Describes an error to the user. */
export function explain(error: unknown): string {
  if (error instanceof FetchError) return error.status ? explainStatus(error.status) : explain(error.cause)
  if (isAuthError(error)) return CODES[error.code] ?? error.message
  if (error instanceof TypeError) return 'The server could not be reached. Check the connection.'
  return 'Something went wrong in this page. Reload it and try again.'
}

/** Describes an error of a sign-in. There is no session yet, so the message does not mention one. */
export function explainSignIn(error: unknown): string {
  if (!isAuthError(error)) return explain(error)
  if (error.code === 'unreachable') return 'The server does not respond. Try again in a moment.'
  if (error.code !== 'refused') return explain(error)
  if (error.status === 401) return 'Wrong e-mail or password.'
  if (error.status === 422) return 'Enter an e-mail and a password.'
  return `The server refused the sign-in with status ${error.status}.`
}

function explainStatus(status: number): string {
  if (status === 401) return 'The server does not accept your session any more. Sign in again.'
  if (status === 403) return 'Your roles do not allow this.'
  if (status >= 500) return `The server failed (${status}). Try again in a moment.`
  return `The server refused the request (${status}).`
}
