import { createBackoff, createPause } from './pause.js'
import { type SessionOfStream, watchUser } from './session.js'

/** What follows after a connection has ended, or an attempt has failed. */
export interface Ended {
  /** When to connect again. `backoff`: after a growing pause. `on-refresh`: after the next refresh. */
  again: 'at-once' | 'backoff' | 'never' | 'on-refresh'
  /** Whether the connection was good, so that pauses begin anew. */
  wasGood?: boolean
  /** The pause that the server asked for at least, in milliseconds. */
  retryAfter?: number | undefined
  /** Is told the pause before it begins: in milliseconds; `null` if no time is known. */
  report?: (pause: number | null) => void
}

/** Why there will be no further connection. */
export type Closed =
  /** `close()` was called. */
  | 'closed'
  /** The user signed out, the session ended, or another user signed in. */
  | 'session-ended'
  /** The server wants no further connection. */
  | 'stopped'

export interface KeptOptions {
  /** Connects, and resolves when the connection has ended. Closes it when the signal is aborted. Never rejects. */
  connect: (signal: AbortSignal) => Promise<Ended>
  /** The first pause, in milliseconds. */
  firstPause: () => number
  /** Whether the next user gets a connection, too. */
  reopen: boolean
  /** Is called before a connection for the next user is opened. */
  onUserGone?: () => unknown
  onClosed: (reason: Closed) => void
}

/** Keeps one connection open while a user is signed in. */
export function keepConnected(
  auth: Pick<SessionOfStream, 'onEvent' | 'snapshot' | 'subscribe'>,
  { connect, firstPause, reopen, onUserGone, onClosed }: KeptOptions,
) {
  let controller: AbortController | undefined
  let isClosed = false
  let stopWatching: (() => void) | undefined
  const pause = createPause()

  async function run(signal: AbortSignal) {
    const backoff = createBackoff(firstPause)
    while (!signal.aborted) {
      const { again, wasGood, retryAfter = 0, report } = await connect(signal)
      if (signal.aborted) return
      if (wasGood) backoff.reset()
      if (again === 'never') {
        report?.(null)
        return close('stopped')
      }
      const millis = again === 'at-once' ? 0 : Math.max(retryAfter, backoff.next())
      const known = again === 'on-refresh' ? null : millis
      report?.(known)
      if (known !== 0) await pause.wait(known, signal)
    }
  }

  function close(reason: Closed) {
    if (isClosed) return
    isClosed = true
    stopWatching?.()
    stopEvents()
    // The server gets this reason. After the abort, it would get that of an ended session.
    onClosed(reason)
    controller?.abort()
  }

  // New claims may turn a refusal into a success.
  const stopEvents = auth.onEvent(({ type }) => type === 'refreshed' && pause.wake())
  stopWatching = watchUser(auth, {
    onUser() {
      controller = new AbortController()
      run(controller.signal)
    },
    onGone() {
      if (!reopen) return close('session-ended')
      controller?.abort()
      onUserGone?.()
    },
  })
  return { close: () => close('closed') }
}
