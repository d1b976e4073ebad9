import { memory, rememberEnding } from './memory.js'
import type { Bff } from './options.js'
import { nameOf, type Seal } from './seal.js'
import type { Session } from './session.js'
import { createCoordinator } from './store.js'
import type { createUpstream, Renewal } from './upstream.js'

export type Renewals = ReturnType<typeof createRenewals>

/** Sees to it that each token is refreshed once, however many requests find it due (promise 22). */
export function createRenewals(bff: Bff, upstream: ReturnType<typeof createUpstream>, seal: Seal) {
  const shared =
    bff.store &&
    createCoordinator(bff.store, seal, bff.grace, () =>
      bff.tell({ type: 'store-failed', error: { name: 'Error' } }),
    )
  const keyOf = ({ id, generation }: Session) => `${id}.${generation}`

  async function refresh(session: Session): Promise<Renewal> {
    const renewal = await upstream.refresh(session)
    const name = await nameOf(session.id)
    if (renewal.kind === 'renewed') {
      bff.tell({ type: 'refreshed', session: name, generation: renewal.session.generation })
    } else {
      const { kind } = renewal
      const code = kind === 'refused' ? null : renewal.code
      const trouble = kind === 'refused' ? kind : code === 'unreachable' ? code : 'malformed'
      bff.tell({ type: 'refresh-failed', session: name, trouble, code, willRetry: kind !== 'refused' })
    }
    return renewal
  }

  function known(session: Session): Promise<Renewal> | undefined {
    const kept = memory().renewals.get(keyOf(session))
    // A process that was suspended, as on serverless platforms, wakes with timers that are late.
    return kept && Date.now() < kept.until ? kept.renewal : undefined
  }

  function begin(session: Session, key: string): Promise<Renewal> {
    const { renewals } = memory()
    const renewal = shared ? shared.once(key, () => refresh(session)) : refresh(session)
    const kept = { renewal, until: Number.POSITIVE_INFINITY }
    const forget = () => void (renewals.get(key) === kept && renewals.delete(key))
    renewals.set(key, kept)
    renewal.then((result) => {
      kept.until = result.kind === 'postponed' ? result.until : Date.now() + bff.grace * 1000
      later(forget, kept.until - Date.now())
    }, forget)
    return renewal
  }

  return {
    /** A new token for this session, or what became of the wish for one. */
    renew: (session: Session) => known(session) ?? begin(session, keyOf(session)),
    /** What another request has made of it already, if one has. */
    known,
    /** Whether no other request has taken it to the browser yet: this one does now. */
    isFirstToHandOn(session: Session, request: object): boolean {
      const { handedOn } = memory()
      if (!handedOn.has(session)) handedOn.set(session, request)
      return handedOn.get(session) === request
    },
    /** The user has left it: nothing of it that is still under way or kept may bring it back (promise 16). */
    async end({ id, startedAt }: Session) {
      const ending = { at: Date.now(), until: startedAt + bff.cookie.maxAge * 1000 }
      rememberEnding(id, ending)
      await shared?.end(id, ending)
    },
    /** When it ended, if it has. */
    async endedAt({ id }: Session): Promise<number | null> {
      return memory().endings.get(id)?.at ?? (await shared?.endedAt(id)) ?? null
    },
  }
}

/** Keeps no process alive. */
function later(work: () => void, millis: number) {
  const timer = setTimeout(work, Math.max(0, millis)) as { unref?: () => void } | number
  if (typeof timer === 'object') timer.unref?.()
}
