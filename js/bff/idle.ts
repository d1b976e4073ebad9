import { isAuthError } from '../common/errors.js'
import { LOADING } from '../common/snapshot.js'
import type { AuthEvent, Snapshot } from '../common/types.js'
import { type IdleLimit, SESSION_HEADER, type SessionInfo } from '../protocol/server-session.js'
import type { Ask } from './ask.js'
import type { SessionState } from './session-state.js'

const IDLE = { ...LOADING, status: 'unauthenticated', reason: 'idle' } as Snapshot<never>

/** How often the other tabs are informed at most. In milliseconds, like the other times. */
const TOLD_EVERY = 1000
/** Two times that differ by less than this are the same: they differ by how long a response takes. */
const TOLERANCE = 1000
/** Timers count in 32 bits. */
const MAX_DELAY = 2 ** 31 - 1

interface Dependencies<User> {
  ask: Ask<User>
  state: SessionState<User>
  /** Requests the session from the server. */
  revalidate(): Promise<void>
  emit(event: AuthEvent): void
  /** Tells the other tabs that the user does something. */
  post(message: 'active'): void
}

export type IdleClock<User> = ReturnType<typeof createIdleClock<User>>

/**
 * The option `idle` of the server, as this page sees it. The server decides when a session ends. This clock shows the
 * warning without a request, and asks the server at the end.
 */
export function createIdleClock<User>() {
  let limit: IdleLimit | undefined
  let session: string | null = null
  let endsAt = 0
  let told = 0
  let warnedFor = 0
  let isExpiring = false
  let timer: ReturnType<typeof setTimeout> | undefined

  /** Takes the time from the server, whose clock may differ from the clock of this machine. */
  function learn(next: SessionInfo<User>) {
    const { idle, at } = next
    if (idle === limit) return
    const here = idle ? Date.now() + idle.endsAt - at : 0
    const given = idle && isClose(here, idle.endsAt) ? idle.endsAt : here
    // Another tab, or a later request of this one, may have restarted the time since.
    const isOld = session === next.session && given < endsAt + TOLERANCE
    if (!isOld) endsAt = given
    limit = idle
    session = next.session
  }

  const isWarning = () => limit !== undefined && Date.now() >= endsAt - limit.warn

  return {
    /** The member `idle` of the snapshot for this session. */
    warningIn(next: SessionInfo<User>): { endsAt: number } | null {
      if (next.snapshot.status !== 'authenticated') return null
      learn(next)
      return isWarning() ? { endsAt } : null
    },
    connect({ ask, state, revalidate, emit, post }: Dependencies<User>) {
      const isSignedIn = () => state.snapshot.status === 'authenticated'

      /** Decides what is due, and sets the timer for what comes next. Timers may be late, so it looks at the clock. */
      function check() {
        clearTimeout(timer)
        if (isExpiring || !limit || !isSignedIn()) return
        const left = endsAt - Date.now()
        if (left <= 0) return void expire()
        const isNow = isWarning()
        if (isNow !== (state.snapshot.idle !== null) || (isNow && state.snapshot.idle?.endsAt !== endsAt)) {
          // Calls `check` again.
          return state.show(state.info)
        }
        if (isNow && warnedFor !== endsAt) {
          warnedFor = endsAt
          emit({ type: 'idle-warning', endsAt })
        }
        timer = setTimeout(check, Math.min(isNow ? left : left - limit.warn, MAX_DELAY))
      }

      async function expire() {
        const before = state.info
        isExpiring = true
        await revalidate()
        isExpiring = false
        // Without an answer, the session ends here. When the server answers again, it says the same.
        if (state.info === before) state.show({ snapshot: IDLE, session: null, at: before.at })
        else if (isSignedIn()) timer = setTimeout(check, TOLERANCE)
      }

      function restart(at: number): boolean {
        if (!limit || !isSignedIn() || at + limit.after <= endsAt) return false
        endsAt = at + limit.after
        check()
        return true
      }

      /** @param at when the request was made that the server counts as activity */
      function touch(at: number) {
        if (!restart(at) || at - told < TOLD_EVERY) return
        told = at
        post('active')
      }

      state.onKnown(check)

      return {
        touch,
        /** Another tab says that the user does something. */
        touchedElsewhere: () => void restart(Date.now()),
        async stay() {
          if (!limit || !isSignedIn()) return
          const at = Date.now()
          const { epoch, info } = state
          const headers = { [SESSION_HEADER]: info.session ?? '' }
          const next = await ask('/stay', { method: 'POST', headers }).catch((error: unknown) => {
            // The session has ended, or is another one by now.
            if (isAuthError(error) && error.code !== 'unreachable') return undefined
            throw error
          })
          if (!next || epoch !== state.epoch) return revalidate()
          state.show(next)
          touch(at)
        },
        stop: () => clearTimeout(timer),
      }
    },
  }
}

const isClose = (one: number, other: number) => Math.abs(one - other) < TOLERANCE
