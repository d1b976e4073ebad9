import type { Grant } from './grant.js'
import { type Exchange, memory } from './memory.js'
import type { Bff } from './options.js'
import type { Demand, Renewal, TemporaryFailure } from './renewal.js'
import { nameOf } from './seal.js'
import { isExpired, renewed, withNewerUser } from './session.js'
import type { Session } from './session-types.js'
import type { Coordinator } from './store.js'
import { type createUpstream, REFRESH_TIMEOUT } from './upstream.js'

export type Renewals = ReturnType<typeof createRenewals>

/**
 * How long a request waits for a refresh, in milliseconds. With a token that still works, the time is counted from the
 * start of the refresh: the first requests get the new token, and a slow API does not delay later requests.
 */
const TIMEOUT = 10_000
const TIMEOUT_WITH_TOKEN = 1000
/** When a credential is retried after a first refusal that does not count. In milliseconds. */
const RETRY = 2000
/** How many other refreshes a refresh with a body waits for. */
const MOST_OTHERS = 5

/** Refreshes each token only once, however many requests find it due (promise 22). */
export function createRenewals(
  bff: Bff,
  upstream: ReturnType<typeof createUpstream>,
  shared: Coordinator | undefined,
) {
  const grace = bff.grace * 1000
  const lifetime = bff.cookie.maxAge * 1000
  const keyOf = ({ id, generation }: Session) => `${id}.${generation}`

  /**
   * @param last the result of the last attempt with this credential, if it returned no token
   * @param demand the refresh with a body that a page asks for, if this is one
   */
  async function refresh(session: Session, last: Renewal | null, demand?: Demand): Promise<Renewal> {
    // Another instance may have refreshed the session since the request found it due.
    const newest = await stored(session)
    if (newest && newest.generation > session.generation) return { kind: 'renewed', session: newest }
    const before = last?.kind === 'failed-temporarily' ? last : null
    const upstreamCookies = before?.upstreamCookies ?? session.upstreamCookies
    if (demand) demand.isSent = true
    const renewal = await upstream.refresh(session, upstreamCookies, demand)
    if (demand?.refusal) return renewal
    const mayBeSpent = before && !before.wasRefused
    const result = renewal.kind === 'refused' && mayBeSpent ? refusedOnce(upstreamCookies) : renewal
    const name = await nameOf(session.id)
    if (result.kind !== 'renewed') {
      bff.emit(failed(name, result))
      return result
    }
    bff.emit({ type: 'refreshed', session: name, generation: result.session.generation })
    return { ...result, session: withNewestUser(result.session, await stored(session)) }
  }

  const stored = async ({ id }: Session) => shared && (await shared.load('session', id).catch(() => null))

  /** A page may have loaded the user again during an exchange, here or on another instance. */
  function withNewestUser(session: Session, inStore: Session | null | undefined): Session {
    const here = memory().newest.get(session.id)?.session
    return [inStore, here].reduce<Session>(
      (newest, other) => (other ? withNewerUser(newest, other) : newest),
      session,
    )
  }

  function begin(session: Session, demand?: Demand): Exchange {
    const { exchanges } = memory()
    const key = keyOf(session)
    const last = exchanges.get(key)?.settled?.renewal ?? null
    const work = (lastOfOthers: Renewal | null) => refresh(session, lastOfOthers ?? last, demand)
    const result = shared ? shared.once(key, work) : work(null)
    const exchange: Exchange = { startedAt: Date.now(), result, isDemanded: demand !== undefined }
    exchanges.set(key, exchange, { ttl: lifetime })
    const isDone = result.then(
      (renewal) => {
        exchange.settled = { renewal, at: Date.now() }
        if (renewal.kind === 'renewed') remember(renewal.session)
        // The API has refused this body, and not the credential.
        if (renewal.kind === 'renewed' || demand?.refusal) exchanges.delete(key)
      },
      () => void exchanges.delete(key),
    )
    bff.waitUntil(isDone)
    return exchange
  }

  function remember(session: Session) {
    const { newest } = memory()
    const known = newest.get(session.id)
    const ttl = session.startedAt + lifetime - Date.now()
    if (ttl > 0 && !(known && known.session.generation >= session.generation))
      newest.set(session.id, { session, seenAt: null }, { ttl })
  }

  /** Returns a newer generation if it was made for this request, or for a request that was in progress at the same time. */
  function successorOf(session: Session, openedAt: number): Session | undefined {
    const known = memory().newest.get(session.id)
    if (!known || known.session.generation <= session.generation) return undefined
    return known.seenAt === null || openedAt <= known.seenAt + grace ? known.session : undefined
  }

  /** Returns a refresh that is in progress, or that returned no token and must not be retried yet. */
  function currentOf(session: Session): Exchange | undefined {
    const found = memory().exchanges.get(keyOf(session))
    const renewal = found?.settled?.renewal
    // A refresh that never settles was stopped together with the request that started it.
    const until =
      renewal?.kind === 'failed-temporarily'
        ? renewal.until
        : (found?.startedAt ?? 0) + REFRESH_TIMEOUT + TIMEOUT
    return renewal?.kind === 'refused' || Date.now() < until ? found : undefined
  }

  async function patiently({ result, settled, startedAt }: Exchange, isUrgent: boolean) {
    if (settled) return settled.renewal
    const timeout = isUrgent ? TIMEOUT : startedAt + TIMEOUT_WITH_TOKEN - Date.now()
    if (timeout <= 0) return null
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(resolve, timeout, null)
    })
    return Promise.race([result, late]).finally(() => clearTimeout(timer))
  }

  return {
    /**
     * Returns a new token for this session, or the reason why there is none. `null` when it takes too long: the refresh
     * continues, and its result is available to the next request.
     *
     * @param isUrgent whether the current token cannot be used: it has expired, or was refused
     */
    async renew(session: Session, openedAt: number, isUrgent = isExpired(session)): Promise<Renewal | null> {
      const successor = successorOf(session, openedAt)
      if (successor) return { kind: 'renewed', session: successor }
      const exchange = currentOf(session)
      const renewal = await patiently(exchange ?? begin(session), isUrgent)
      // The refresh with a body that another page has asked for was refused. It says nothing about this session.
      const isOver = exchange?.isDemanded && renewal?.kind === 'failed-temporarily'
      return isOver ? patiently(currentOf(session) ?? begin(session), isUrgent) : renewal
    },
    /**
     * Refreshes with a body, for example to change the tenant. Other refreshes of this session wait for it, and it waits
     * for them. `null` when it takes too long: its result is available to the next request.
     *
     * @throws AuthError `refused` if the API refuses the body
     */
    async renewWith(
      session: Session,
      openedAt: number,
      body: Readonly<Record<string, unknown>>,
    ): Promise<Renewal | null> {
      const demand: Demand = { body, isSent: false }
      let from = session
      for (let times = 0; times < MOST_OTHERS; times += 1) {
        from = successorOf(from, openedAt) ?? from
        const other = currentOf(from)
        const exchange = other && !other.settled ? other : begin(from, demand)
        const renewal = await patiently(exchange, true)
        if (demand.refusal) throw demand.refusal
        if (demand.isSent || !renewal) return renewal
        // Another request or another instance has been faster with this credential.
        if (renewal.kind === 'renewed') from = renewal.session
        else if (!exchange.isDemanded) return renewal
      }
      return null
    },
    /** Returns the result of a refresh that another request has made or is making; `undefined` if there is none. */
    async known(
      session: Session,
      openedAt: number,
      isUrgent = isExpired(session),
    ): Promise<Renewal | null | undefined> {
      const successor = successorOf(session, openedAt)
      if (successor) return { kind: 'renewed', session: successor }
      const exchange = currentOf(session)
      return exchange && patiently(exchange, isUrgent)
    },
    successorOf,
    /** Returns a newer generation of this session, from this process or from the store. */
    async newer(session: Session, openedAt: number): Promise<Session | undefined> {
      const inStore = await stored(session)
      const isNewer = inStore && inStore.generation > session.generation
      return isNewer ? inStore : successorOf(session, openedAt)
    },
    /**
     * Takes the next token that the API has sent with a response to an ordinary request (sliding sessions).
     *
     * @param session the session of the request that got the response
     * @param as the session that the request was sent with
     * @returns `undefined` if there is a newer token already, or one is on its way
     */
    async slide(session: Session, as: Session, grant: Grant): Promise<Session | undefined> {
      const isOld = () => {
        const known = memory().newest.get(as.id)
        const exchange = memory().exchanges.get(keyOf(as))
        const isRefreshing = exchange !== undefined && exchange.settled === undefined
        return isRefreshing || (known?.session.generation ?? 0) > as.generation
      }
      if (session.generation > as.generation || isOld()) return undefined
      const inStore = await stored(as)
      if ((inStore && inStore.generation > as.generation) || isOld()) return undefined
      const next = withNewestUser(renewed(session, grant, session.upstreamCookies), inStore)
      remember(next)
      bff.emit({ type: 'refreshed', session: await nameOf(next.id), generation: next.generation })
      return next
    },
    /** The session has changed, and its token has not. */
    amended(session: Session) {
      const known = memory().newest.get(session.id)
      if (!known) remember(session)
      else if (known.session.generation === session.generation) known.session = session
      // A refresh was faster. The session with its token has the user, too.
      else known.session = withNewerUser(known.session, session)
    },
    /** A request has come with this session, which shows that the browser has it. */
    seen(session: Session) {
      // Needed when the store does not answer.
      if (shared) remember(session)
      const known = memory().newest.get(session.id)
      if (known?.session.generation === session.generation) known.seenAt ??= Date.now()
    },
    /** Whether this request is the first to send this session to the browser. */
    isFirstToSend(session: Session, request: object): boolean {
      const { cookieSentBy } = memory()
      if (!cookieSentBy.has(session)) cookieSentBy.set(session, request)
      return cookieSentBy.get(session) === request
    },
  }
}

const refusedOnce = (upstreamCookies: TemporaryFailure['upstreamCookies']): TemporaryFailure => ({
  kind: 'failed-temporarily',
  until: Date.now() + RETRY,
  code: 'unreachable',
  wasRefused: true,
  upstreamCookies,
})

function failed(session: string, result: Exclude<Renewal, { kind: 'renewed' }>) {
  const type = 'refresh-failed' as const
  if (result.kind === 'refused')
    return { type, session, failure: 'refused' as const, code: null, willRetry: false }
  const { code, status, error, wasRefused } = result
  if (wasRefused) return { type, session, failure: 'refused' as const, code: null, willRetry: true }
  const failure = code === 'unreachable' ? ('unreachable' as const) : ('malformed' as const)
  return {
    type,
    session,
    failure,
    code,
    willRetry: true,
    ...(status !== undefined && { status }),
    ...(error && { error }),
  }
}
