import { serverError } from './errors.js'
import { errorName } from './events.js'
import { type Ending, memory } from './memory.js'
import type { Bff } from './options.js'
import { hasOwn } from './own.js'
import type { Seal } from './seal.js'
import type { Reference, Session } from './session-types.js'
import { type Coordinator, createCoordinator } from './store.js'

const newestOf = (sessions: readonly (Session | null)[]) =>
  sessions.reduce((newest, one) => ((one?.generation ?? 0) > (newest?.generation ?? 0) ? one : newest), null)

/** By how much the clocks of two instances may differ, in milliseconds. */
const CLOCK_DIFFERENCE = 1000

export type Sessions = ReturnType<typeof createSessions>

/** Where sessions are kept: in the store if there is one, else in their cookies. Also, which of them have ended. */
export function createSessions(bff: Bff, shared: Coordinator | undefined) {
  /** @throws AuthError `unreachable` when only the store has the session, and the store does not answer */
  async function load(kind: 'pending-sign-out' | 'session', { id }: Reference): Promise<Session | null> {
    if (!shared) return null
    return shared.load(kind, id).catch((cause) => {
      throw serverError('unreachable', { cause })
    })
  }

  return {
    /** Returns the newest generation of a session. The cookie contains the whole session, or a reference. */
    async find(content: Session | Reference): Promise<Session | null> {
      const own = hasOwn(content, 'access') ? content : null
      if (!shared) return own
      const remembered = memory().newest.get(content.id)?.session ?? null
      const loaded = await load('session', content).catch((error) => {
        if (own || remembered) return null
        throw error
      })
      // Of two with the same token, the store has the later one.
      return newestOf([loaded, own, remembered])
    },
    findPendingSignOut: async (content: Session | Reference | undefined) =>
      content &&
      (hasOwn(content, 'access') ? content : ((await load('pending-sign-out', content)) ?? undefined)),
    /** Returns the content of the cookie for this session. */
    async contentFor(kind: 'pending-sign-out' | 'session', session: Session): Promise<Session | Reference> {
      const { id, startedAt } = session
      return (await shared?.save(kind, session)) ? { id, startedAt } : session
    },
    /** Whether a refreshed session needs no new cookie. */
    get isShared() {
      return shared?.isUp === true
    },
    /** The user has signed out. No exchange in progress and no stored copy may restore the session (promise 16). */
    async end({ id, startedAt }: Session, reason?: Ending['reason']) {
      const until = startedAt + bff.cookie.maxAge * 1000
      const at = Date.now()
      memory().endedSessions.set(id, { at, reason }, { ttl: Math.max(1, until - at) })
      await shared?.end(id, { at, reason }, until)
    },
    /** Whether this process knows that the session has ended. */
    isKnownToHaveEnded: ({ id }: Session) => memory().endedSessions.has(id),
    /** When and why the session ended, if it has ended. */
    async endingOf({ id }: Reference): Promise<Ending | null> {
      return memory().endedSessions.get(id) ?? (await shared?.endingOf(id)) ?? null
    },
    /** Without a store, emits once that another instance has granted this session. */
    warnOfOthers({ by, grantedAt }: Session) {
      const { instance } = memory()
      const isOfOthers =
        by !== undefined && by !== instance.id && grantedAt > instance.startedAt + CLOCK_DIFFERENCE
      if (shared || instance.hasWarned || !isOfOthers) return
      instance.hasWarned = true
      bff.emit({ type: 'several-instances' })
    },
  }
}

/** What the instances of this server share, if there is a store. */
export function createShared(bff: Bff, seal: Seal): Coordinator | undefined {
  return (
    bff.store &&
    createCoordinator(bff.store, seal, {
      grace: bff.grace,
      maxAge: bff.cookie.maxAge,
      waitUntil: bff.waitUntil,
      onFailure: (error) => bff.emit({ type: 'store-failed', error: errorName(error) }),
    })
  )
}
