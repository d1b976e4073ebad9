import { FetchError } from 'ofetch'
import { type AuthErrorCode, isAuthError } from 'tokencell'

const NO_SESSION = 'The session ended before this could be sent. Sign in and try again.'

const CODES: Partial<Record<AuthErrorCode, string>> = {
  refused: 'The server refused the sign-in.',
  replaced: 'Another account has signed in since. Nothing was sent in its name.',
  'session-ended': NO_SESSION,
  'signed-out': NO_SESSION,
  unreachable: 'The server is not answering. Your session is kept; try again in a moment.',
}

/** What went wrong, for the person in front of the screen. */
export function explain(error: unknown): string {
  if (error instanceof FetchError) return error.status ? explainStatus(error.status) : explain(error.cause)
  if (isAuthError(error)) return CODES[error.code] ?? error.message
  if (error instanceof TypeError) return 'The server could not be reached. Check the connection.'
  return 'Something went wrong here. Reload the page and try again.'
}

/** The same for a sign-in, where there is no session to be kept yet. */
export function explainSignIn(error: unknown): string {
  if (!isAuthError(error)) return explain(error)
  if (error.code === 'unreachable') return 'The server is not answering. Try again in a moment.'
  if (error.code !== 'refused') return explain(error)
  if (error.status === 401) return 'This e-mail and password do not belong together.'
  if (error.status === 422) return 'Both an e-mail and a password are needed.'
  return `The server refused the sign-in with status ${error.status}.`
}

function explainStatus(status: number): string {
  if (status === 401) return 'The API does not accept this session any more.'
  if (status === 403) return 'Your roles do not allow this.'
  if (status >= 500) return `The API has a problem of its own (${status}). Try again in a moment.`
  return `The API did not accept this (${status}).`
}
