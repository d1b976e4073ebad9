import { callError } from '../common/call-errors.js'
import { isAuthError } from '../common/errors.js'
import { createBackoff, createPause } from './pause.js'
import { type SessionOfSocket, whenSessionEnds } from './session.js'

/** The first pause after a failure, in milliseconds. */
export const FIRST_PAUSE = 500

/** Statuses with which an API refuses for now. */
const TEMPORARY = [408, 425, 429]

/**
 * The codes of a request without a response. Browsers report a broken connection to another origin as they report CORS, so
 * it has the code `cors-refused`.
 */
const WITHOUT_RESPONSE: readonly string[] = ['cors-refused', 'unreachable']

/** What to do about a ticket that could not be got. */
export function judge(error: unknown): { isTemporary: boolean; retryAfter: number | undefined } {
  // With a valid token, a request without a network fails as `fetch` does.
  if (!isAuthError(error)) return { isTemporary: error instanceof TypeError, retryAfter: undefined }
  const { code, status = 0, retryAfter } = error
  const isRefusedForNow = code === 'refused' && (status >= 500 || TEMPORARY.includes(status))
  return { isTemporary: WITHOUT_RESPONSE.includes(code) || isRefusedForNow, retryAfter }
}

/**
 * Creates a function that resolves with a fresh ticket, for libraries that ask for one before each connection. While the
 * API is unreachable or the browser has no network, it asks again after growing pauses, so the library does not give up.
 *
 * The function rejects with `AuthError`: `session-ended` if no user is signed in, or the user is gone meanwhile; `refused`
 * if the API refuses for good; `body-malformed` if its response has no ticket.
 *
 * @param path the endpoint that issues tickets
 */
export function ticketSource(auth: SessionOfSocket, path: string): () => Promise<string> {
  return async () => {
    if (auth.snapshot.status === 'unauthenticated') throw callError('session-ended')
    const gone = new AbortController()
    const stopWatching = whenSessionEnds(auth, () => gone.abort())
    try {
      return await untilIssued(() => auth.ticket(path), gone.signal)
    } finally {
      stopWatching()
    }
  }
}

async function untilIssued(ask: () => Promise<string>, gone: AbortSignal) {
  const backoff = createBackoff(() => FIRST_PAUSE)
  const pause = createPause()
  const ended = new Promise<never>((_, reject) =>
    gone.addEventListener('abort', () => reject(callError('session-ended'))),
  )
  ended.catch(() => {})
  for (;;) {
    try {
      return await Promise.race([ask(), ended])
    } catch (error) {
      const { isTemporary, retryAfter = 0 } = judge(error)
      if (!isTemporary) throw error
      await pause.wait(Math.max(retryAfter, backoff.next()), gone)
      if (gone.aborted) throw callError('session-ended')
    }
  }
}
