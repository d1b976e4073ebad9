import { callError } from '../common/call-errors.js'
import { commonError, isAuthError } from '../common/errors.js'
import type { Lifetime } from '../common/lifetime.js'
import { createRetry } from '../common/retry.js'
import type { Snapshot } from '../common/types.js'
import type { SessionInfo } from '../protocol/server-session.js'
import type { Ask } from './ask.js'
import type { PendingSignOut } from './pending-sign-out.js'
import type { SessionState } from './session-state.js'
import { CALL_TIMEOUT } from './timeouts.js'

/**
 * If the server has not answered within this time, it counts as unreachable. The client still waits for the response. In
 * milliseconds.
 */
const SILENCE_TIMEOUT = 10_000
/**
 * If the last session request of a page is older than this, the page requests the session when it is shown. In
 * milliseconds.
 */
const STALE = 60_000

interface Dependencies<User> {
  ask: Ask<User>
  state: SessionState<User>
  pendingSignOut: PendingSignOut
  runExclusive<T>(work: () => Promise<T>): Promise<T>
  lifetime: Lifetime
}

/** Requests the session from the server: at the start, after a change elsewhere, and when the page is shown again. */
export function createSessionRequests<User>(dependencies: Dependencies<User>) {
  const { ask, state, pendingSignOut, runExclusive, lifetime } = dependencies
  let fetchedAt = Number.NEGATIVE_INFINITY
  let fetching: Promise<void> | undefined
  /** The newest token for which the session was requested. */
  let caughtUpWith = ''
  /** The last error of a session request: the reason why the status is not known yet. */
  let lastError: unknown
  /** The calls that wait until the status is known. */
  const waiting = new Set<(error?: unknown) => void>()

  /**
   * Requests the session from the server. Concurrent callers share one request. If the session changes during the request,
   * it is repeated.
   */
  function fetchSession(): Promise<void> {
    fetching ??= (async () => {
      let asked: number
      let next: SessionInfo<User>
      try {
        do {
          asked = state.epoch
          if (pendingSignOut.id() !== null) await runExclusive(() => pendingSignOut.send())
          next = await ask('/session')
        } while (asked !== state.epoch)
      } finally {
        // Before a listener learns the session: if it asks for the session anew, it must not get this response.
        fetchedAt = performance.now()
        fetching = undefined
      }
      state.show(next)
    })()
    return fetching
  }

  /** Requests the session until the status is known. After a failure, the snapshot has the reason. */
  const restoring = createRetry(
    async () => {
      const timer = setTimeout(() => state.showFailure('unreachable'), SILENCE_TIMEOUT)
      await fetchSession().catch((error: unknown) => {
        lastError = error
        const isMalformed = isAuthError(error) && error.code === 'body-malformed'
        state.showFailure(isMalformed ? 'malformed' : 'unreachable')
      })
      clearTimeout(timer)
    },
    () => lifetime.isOver || !state.isLoading,
  )

  /** Requests the session again after it may have changed elsewhere. Responses to earlier requests are ignored. */
  function revalidate(): Promise<void> {
    state.invalidate()
    return fetchSession().catch(() => {})
  }

  return {
    restoring,
    revalidate,
    /** A response shows which token the server has. If the page knows an older one, it asks for the session, once for each. */
    catchUpWith(generation: number) {
      const token = `${state.info.session} ${generation}`
      if (token === caughtUpWith || generation <= (state.info.generation ?? generation)) return
      caughtUpWith = token
      revalidate()
    },
    /** The server has just rendered this session, so it need not be requested. */
    markFetched() {
      fetchedAt = performance.now()
    },
    revalidateIfStale() {
      if (!document.hidden && performance.now() - fetchedAt > STALE) revalidate()
    },
    /** Resolves with the first known snapshot. Rejects if that takes too long. */
    whenKnown(): Promise<Snapshot<User>> {
      return new Promise((resolve, reject) => {
        if (typeof window === 'undefined') throw commonError('not-in-browser')
        if (lifetime.isOver) throw commonError('closed')
        if (!state.isLoading) return resolve(state.snapshot)
        restoring.start()
        // The first waiting call ends a pause between two attempts.
        if (waiting.size === 0) restoring.retryNow()
        const done = (error?: unknown) => {
          clearTimeout(timer)
          waiting.delete(done)
          stopListening()
          if (error) reject(error)
          else resolve(state.snapshot)
        }
        const stopListening = state.onKnown(() => done())
        const timer = setTimeout(() => done(callError('unreachable', { cause: lastError })), CALL_TIMEOUT)
        waiting.add(done)
      })
    },
    stop(error: unknown) {
      restoring.stop()
      for (const done of waiting) done(error)
    },
  }
}
