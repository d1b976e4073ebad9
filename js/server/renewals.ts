import type { Bff } from './options.js'
import { nameOf, type Seal } from './seal.js'
import type { Session } from './session.js'
import { type Coordinator, createCoordinator } from './store.js'
import type { createUpstream, Renewal } from './upstream.js'

export type Renewals = ReturnType<typeof createRenewals>

/**
 * What a process remembers, and for no longer than the grace: renewals by session and generation, and which sessions
 * have ended. Frameworks load a module once for pages, once for handlers, once for the proxy: it hangs on the global
 * object, so that all of them share it. A session's id is random and secret: nobody finds another one's.
 */
interface Memory {
  renewals: Map<string, Promise<Renewal>>
  ended: Set<string>
}

const MEMORY = Symbol.for('tokencell.server')

const memory = (): Memory => {
  const holder = globalThis as { [MEMORY]?: Memory }
  holder[MEMORY] ??= { renewals: new Map(), ended: new Set() }
  return holder[MEMORY]
}

/** Sees to it that each token is refreshed once, however many requests find it due (promise 22). */
export function createRenewals(bff: Bff, upstream: ReturnType<typeof createUpstream>, seal: Seal) {
  const shared = bff.store && createCoordinator(bff.store, seal, bff.grace)
  const keyOf = ({ id, generation }: Session) => `${id}.${generation}`

  async function refresh(session: Session): Promise<Renewal> {
    const renewal = await upstream.refresh(session)
    const name = await nameOf(session.id)
    if (renewal.kind === 'renewed') {
      bff.tell({ type: 'refreshed', session: name, generation: renewal.session.generation })
    } else {
      const trouble = renewal.kind === 'refused' ? 'refused' : 'unreachable'
      bff.tell({ type: 'refresh-failed', session: name, trouble })
    }
    return renewal
  }

  /** A store that fails is gone without; the work it had begun is not done twice. */
  async function across(session: Session): Promise<Renewal> {
    if (!shared) return refresh(session)
    let working: Promise<Renewal> | undefined
    const work = () => {
      working ??= refresh(session)
      return working
    }
    return shared.once(keyOf(session), work).catch(() => {
      bff.tell({ type: 'store-failed' })
      return work()
    })
  }

  function keep(key: string, renewal: Renewal) {
    const millis = renewal.kind === 'postponed' ? renewal.until - Date.now() : bff.grace * 1000
    later(() => memory().renewals.delete(key), millis)
  }

  return {
    /** A new token for this session, or what became of the wish for one. */
    renew(session: Session): Promise<Renewal> {
      const key = keyOf(session)
      const { renewals } = memory()
      const known = renewals.get(key)
      if (known) return known
      const renewal = across(session)
      renewals.set(key, renewal)
      renewal.then((result) => keep(key, result))
      return renewal
    },
    /** What another request has made of it already, if one has. */
    known: (session: Session) => memory().renewals.get(keyOf(session)),
    /** The user has left it: nothing that is still under way may bring it back (promise 16). */
    async end({ id }: Session) {
      const { ended } = memory()
      ended.add(id)
      later(() => ended.delete(id), bff.grace * 1000)
      await tolerant(shared, (coordinator) => coordinator.end(id))
    },
    async hasEnded({ id }: Session): Promise<boolean> {
      return (
        memory().ended.has(id) || Boolean(await tolerant(shared, (coordinator) => coordinator.hasEnded(id)))
      )
    },
  }

  async function tolerant<T>(
    coordinator: Coordinator | undefined,
    ask: (coordinator: Coordinator) => Promise<T>,
  ) {
    try {
      return coordinator && (await ask(coordinator))
    } catch {
      bff.tell({ type: 'store-failed' })
      return undefined
    }
  }
}

/** Keeps no process alive. */
function later(work: () => void, millis: number) {
  const timer = setTimeout(work, Math.max(0, millis)) as { unref?: () => void } | number
  if (typeof timer === 'object') timer.unref?.()
}
