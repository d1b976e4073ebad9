import { callError } from '../common/call-errors.js'
import { createListeners } from '../common/listeners.js'
import { frozen, LOADING, loadingWith } from '../common/snapshot.js'
import type { AuthEvent, SessionFailure, Snapshot } from '../common/types.js'
import type { SessionInfo } from '../protocol/server-session.js'
import { createStoredFlag } from './stored-flag.js'

const SIGNED_OUT = { ...LOADING, status: 'unauthenticated', reason: 'signed-out' } as Snapshot<never>

export type SessionState<User> = ReturnType<typeof createSessionState<User>>

const isNewer = (generation: number | undefined, than: number | undefined): generation is number =>
  generation !== undefined && than !== undefined && generation > than

/**
 * The session as this page knows it, and the sessions that have ended. It sends no requests.
 *
 * @param idleIn returns the member `idle` of the snapshot
 */
export function createSessionState<User>(
  name: string,
  emit: (event: AuthEvent) => void,
  idleIn: (info: SessionInfo<User>) => Snapshot['idle'],
) {
  const changes = createListeners<Snapshot<User>>()
  /** Called for every known status, also if it has not changed. */
  const known = createListeners<void>()
  let info: SessionInfo<User> = { snapshot: LOADING, session: null, at: 0 }
  let epoch = 0
  let identity = new AbortController()
  let isClosed = false
  /**
   * When each session was found to have ended, after a sign-out or a refusal; by the server's clock. Only a later response
   * can restore a session: if several instances refresh at the same time, the API may refuse one of them although the
   * session continues. The last entry is stored for pages that are loaded later.
   */
  const ended = new Map<string, number>()
  const lastEnded = createStoredFlag(`${name} ended`)

  function end(session: string, at: number) {
    ended.set(session, at)
    lastEnded.write(`${session} ${at}`)
  }

  const isEnded = ({ session, at }: SessionInfo<User>) =>
    session !== null && at <= (ended.get(session) ?? Number.NEGATIVE_INFINITY)

  function show(next: SessionInfo<User>) {
    if (isClosed) return
    const before = info
    const { session, at } = next
    const isOver = isEnded(next)
    const snapshot = isOver ? SIGNED_OUT : { ...next.snapshot, idle: idleIn(next) }
    // Keep the more specific reason instead of `never`.
    const isMoreSpecific = before.snapshot.status !== 'unauthenticated' || snapshot.reason !== 'never'
    const shown = isMoreSpecific
      ? // Freeze a copy: a framework may have made the original reactive, and could not read its frozen members then.
        (frozen({ failure: null, ...JSON.parse(JSON.stringify(snapshot)) }) as Snapshot<User>)
      : before.snapshot
    const isSame = JSON.stringify(before.snapshot) === JSON.stringify(shown)
    info = {
      snapshot: isSame ? before.snapshot : shown,
      session: isOver ? null : session,
      at,
      ...(next.generation !== undefined && { generation: next.generation }),
      ...(next.idle && { idle: next.idle }),
    }
    if (before.session !== null && before.session !== info.session) {
      end(before.session, at)
      identity.abort(callError(shown.status === 'authenticated' ? 'replaced' : 'signed-out'))
      identity = new AbortController()
      if (shown.reason) emit({ type: 'ended', reason: shown.reason })
    } else if (before.session !== null && isNewer(info.generation, before.generation))
      emit({ type: 'refreshed', generation: info.generation })
    if (!isSame) changes.emit(shown)
    if (shown.status !== 'loading') known.emit()
  }

  return {
    get info() {
      return info
    },
    get snapshot() {
      return info.snapshot
    },
    get isLoading() {
      return info.snapshot.status === 'loading'
    },
    /** Changes whenever the responses to earlier requests become obsolete. */
    get epoch() {
      return epoch
    },
    /** Is aborted when this session is no longer the session of this page. */
    get signal() {
      return identity.signal
    },
    subscribe: changes.add,
    onKnown: known.add,
    show,
    isEnded,
    /** Makes the responses to earlier requests obsolete. */
    invalidate() {
      epoch += 1
    },
    /** Shows that the user has signed out here or in another tab. */
    showSignedOut: () => show({ snapshot: SIGNED_OUT, session: null, at: info.at }),
    showLoading: () => show({ ...info, snapshot: LOADING }),
    /** Shows why the status is not known yet. */
    showFailure(failure: SessionFailure) {
      if (info.snapshot.status === 'loading') show({ ...info, snapshot: loadingWith(failure) })
    },
    /**
     * The server has confirmed the sign-out at this time. A page that the server rendered before may still show an ended
     * session: it must not restore that session.
     */
    confirmEnd(at: number) {
      for (const session of ended.keys()) end(session, at)
    },
    /** Reads which session another page has ended last. */
    readLastEnded() {
      const [last = '', at] = lastEnded.read()?.split(' ') ?? []
      ended.set(last, Math.max(Number(at) || 0, ended.get(last) ?? 0))
    },
    close(error: unknown) {
      isClosed = true
      changes.clear()
      known.clear()
      identity.abort(error)
    },
  }
}
