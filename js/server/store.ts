import { createBreaker } from './breaker.js'
import { createClaims, MAX_CLAIM } from './claims.js'
import type { Ending } from './memory.js'
import { hasOwn } from './own.js'
import type { Renewal } from './renewal.js'
import type { Seal } from './seal.js'
import type { Session } from './session-types.js'
import type { SharedStore } from './shared-store.js'

/**
 * What several instances share. If the store fails, they work without it, except for the sessions that only the store
 * has.
 */
export interface Coordinator {
  /** Whether the store is used at present. */
  readonly isUp: boolean
  /**
   * @param work is run by only one instance, and only once. The other instances get its result. Its argument is the
   * result of the last attempt, if that returned no token
   */
  once(key: string, work: (last: Renewal | null) => Promise<Renewal>): Promise<Renewal>
  /** Informs every instance that this session has ended. `until` is in milliseconds since the epoch. */
  end(id: string, ending: Ending, until: number): Promise<void>
  endingOf(id: string): Promise<Ending | null>
  /** @returns whether the store has exactly this generation */
  save(kind: SessionKind, session: Session): Promise<boolean>
  /** Rejects when the store does not answer. */
  load(kind: SessionKind, id: string): Promise<Session | null>
}

/** Live sessions, and ended sessions whose sign-out is pending. */
type SessionKind = 'pending-sign-out' | 'session'

export interface CoordinatorOptions {
  /** How long the result of a refresh is kept for instances that wait for it, in seconds. */
  grace: number
  /** How long a session lasts from its sign-in, in seconds. */
  maxAge: number
  /** Called when an operation of the store fails. */
  onFailure?: (error: unknown) => void
  waitUntil?: (work: Promise<unknown>) => void
}

/** Longer than the longest claim. In milliseconds, like the other times. */
const WAIT = MAX_CLAIM + 5000
/** How often an instance looks for the result of another instance. The interval doubles each time. */
const MIN_POLL_INTERVAL = 50
const MAX_POLL_INTERVAL = 500
/** When a failed write is retried. */
const PAUSE = 250

export function createCoordinator(
  store: SharedStore,
  seal: Seal,
  { grace, maxAge, onFailure = () => {}, waitUntil = () => {} }: CoordinatorOptions,
): Coordinator {
  const breaker = createBreaker(onFailure)
  const claims = createClaims(store, breaker)
  /** Sessions that are known to be in the store. */
  const stored = new WeakSet<Session>()
  const named = (...parts: string[]) => ['tokencell', ...parts].join(':')
  const get = (key: string) => breaker.run(() => store.getItem(key))
  const set = (key: string, value: string, millis: number) => {
    const ttl = Math.max(1, Math.ceil(millis / 1000))
    return breaker.run(() => store.setItem(key, value, { ttl }))
  }

  /** Opens a value only under the name it was sealed for, so that values in the store cannot be swapped. */
  async function read<T>(name: string): Promise<T | null> {
    const sealed = await get(name)
    return typeof sealed === 'string' ? seal.open<T>(sealed, name) : null
  }

  async function write(name: string, content: object, millis: number) {
    await set(name, await seal.close(content, name, Math.max(1, millis / 1000)), millis)
  }

  async function lastResult(key: string): Promise<Renewal | null> {
    const renewal = await read<Renewal>(named('renewal', key))
    if (renewal?.kind === 'renewed') stored.add(renewal.session)
    return renewal
  }

  async function writeSession(kind: SessionKind, session: Session) {
    await write(named(kind, session.id), session, session.startedAt + maxAge * 1000 - Date.now())
    stored.add(session)
  }

  async function publish(key: string, renewal: Renewal) {
    if (renewal.kind === 'renewed') await writeSession('session', renewal.session)
    // A failed attempt is kept until the next one, which may be refused because of it, or may need its cookies.
    await write(
      named('renewal', key),
      renewal,
      (renewal.kind === 'failed-temporarily' ? maxAge : grace) * 1000,
    )
    await claims.release(named('claim', key))
  }

  /** Returns the result of another instance. If this instance must do the work, returns the result of the last attempt. */
  async function resultOfOthers(key: string): Promise<{ result: Renewal } | { last: Renewal | null }> {
    const deadline = Date.now() + WAIT
    for (
      let pause = MIN_POLL_INTERVAL;
      Date.now() < deadline;
      pause = Math.min(pause * 2, MAX_POLL_INTERVAL)
    ) {
      const known = await lastResult(key)
      if (known && counts(known)) return { result: known }
      if (await claims.claim(named('claim', key))) {
        // Another instance may have finished between the two calls.
        const last = await lastResult(key)
        if (!last || !counts(last)) return { last }
        await claims.release(named('claim', key))
        return { result: last }
      }
      await delay(pause)
    }
    return { result: { kind: 'failed-temporarily', until: Date.now(), code: 'unreachable' } }
  }

  /**
   * Runs `work`. After a failure, repeats it in the background until other instances consider this one dead, and start
   * with a spent token.
   * @returns whether the first run succeeded
   */
  async function insist(work: () => Promise<void>): Promise<boolean> {
    const until = Date.now() + MAX_CLAIM
    const isDone = () =>
      work().then(
        () => true,
        () => false,
      )
    if (await isDone()) return true
    async function extendRepeatedly() {
      do await delay(PAUSE)
      while (Date.now() < until && !(await isDone()))
    }
    waitUntil(extendRepeatedly())
    return false
  }

  return {
    get isUp() {
      return breaker.isClosed
    },
    async once(key, work) {
      const others = await resultOfOthers(key).catch(() => ({ last: null }))
      if (hasOwn(others, 'result')) return others.result
      const renewal = await work(others.last)
      await insist(() => publish(key, renewal))
      return renewal
    },
    async end(id, { at, reason }, until) {
      await insist(async () => {
        // Stores parse text that looks like a number.
        await set(named('ended', id), `at ${at}${reason ? ` ${reason}` : ''}`, until - Date.now())
        await breaker.run(() => store.removeItem(named('session', id)))
      })
    },
    async endingOf(id) {
      const text = await get(named('ended', id)).catch(() => null)
      const [, at, reason] = typeof text === 'string' ? text.split(' ') : []
      return at === undefined ? null : { at: Number(at), reason: reason === 'idle' ? reason : undefined }
    },
    save: async (kind, session) => stored.has(session) || insist(() => writeSession(kind, session)),
    async load(kind, id) {
      const session = await read<Session>(named(kind, id))
      if (session) stored.add(session)
      return session
    },
  }
}

const counts = (renewal: Renewal) => renewal.kind !== 'failed-temporarily' || renewal.until > Date.now()

const delay = (millis: number) => new Promise((resolve) => setTimeout(resolve, millis))
