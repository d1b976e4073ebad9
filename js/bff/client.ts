import { commonError } from '../common/errors.js'
import { createLifetime } from '../common/lifetime.js'
import { createListeners } from '../common/listeners.js'
import { readTicket } from '../common/ticket.js'
import type { Auth, AuthEvent, Credentials, RegisteredUser } from '../common/types.js'
import type { SessionInfo } from '../protocol/server-session.js'
import { createAsk } from './ask.js'
import { createExchanges } from './exchanges.js'
import { createFetch } from './fetch.js'
import { createIdleClock } from './idle.js'
import { createMutex } from './mutex.js'
import { createPendingSignOut } from './pending-sign-out.js'
import { createSessionRequests } from './session-requests.js'
import { createSessionState } from './session-state.js'
import { EXCHANGE_TIMEOUT } from './timeouts.js'

// TypeScript applies the interface `Register` of 'tokencell' only if that module is part of the program.
export type {} from '../index.js'

export type { SessionInfo } from '../protocol/server-session.js'

export interface BffAuthOptions {
  /**
   * The base path of the server's routes.
   * @default '/api/auth'; in Next, the `basePath` stands before it
   */
  basePath?: string
  /**
   * The headers of the app for each request to this origin: `() => ({ traceparent, 'Accept-Language': locale })`. The server
   * passes on only the usual headers of HTTP and those of its option `headers`. A header that the request has already is not
   * replaced. `Authorization`, `Cookie` and `Proxy-*` are ignored. If the function throws, or returns something else than
   * headers, `fetch` rejects with {@link AuthError} `option-invalid`, and no request is sent.
   */
  headers?: () => Readonly<Record<string, string>>
}

/** Defined in Next, which replaces the whole expression at build time. In other browser builds there is no `process`. */
declare const process: { env: { __NEXT_ROUTER_BASEPATH?: string } } | undefined
const BASE_PATH = typeof process === 'undefined' ? '' : (process.env.__NEXT_ROUTER_BASEPATH ?? '')

/** The session of this page, held by the application's own server (`tokencell/server`). */
export interface BffAuth<User = RegisteredUser> extends Auth<User> {
  /** Takes the session that the server knew when it rendered the page, so that the client need not request it. */
  hydrate(info: SessionInfo<User>): void
}

/**
 * The client of {@link createBff}. It has the same interface as the client of a vault, but there is no token in the
 * browser. `auth.fetch` is the browser's `fetch`, with the headers that the server requires on requests to this origin. It
 * is safe to create the client while a server renders.
 */
export function createBffAuth<User = RegisteredUser>({
  basePath = `${BASE_PATH}/api/auth`,
  headers,
}: BffAuthOptions = {}): BffAuth<User> {
  const name = `tokencell ${basePath}`
  const isBrowser = typeof window !== 'undefined'
  const lifetime = createLifetime()
  const events = createListeners<AuthEvent>()
  const { emit } = events
  const ask = createAsk<User>(basePath)
  // One exchange at a time, so that the cookie of one response does not overwrite the cookie of another.
  const runExclusive = createMutex(name, EXCHANGE_TIMEOUT)
  const clock = createIdleClock<User>()
  const state = createSessionState<User>(name, emit, clock.warningIn)
  const pendingSignOut = createPendingSignOut(name, ask, state, () => {
    channel?.postMessage('sign-out-confirmed')
    emit({ type: 'signed-out' })
  })
  const requests = createSessionRequests({ ask, state, pendingSignOut, runExclusive, lifetime })
  const post = (message: string) => channel?.postMessage(message)
  const exchanges = createExchanges({ ask, state, requests, pendingSignOut, runExclusive, emit, post })
  const idle = clock.connect({ ask, state, revalidate: requests.revalidate, emit, post })
  const send = createFetch({ state, requests, lifetime, emit, onActivity: idle.touch, start, headers })
  const ending = new AbortController()
  let channel: BroadcastChannel | undefined

  /** Connects the client to the page and the other tabs. */
  function start() {
    if (channel || lifetime.isOver || !isBrowser) return
    channel = new BroadcastChannel(name)
    channel.onmessage = ({ data }) => onPeerMessage(data)
    const { signal } = ending
    addEventListener('pageshow', onPageShow, { signal })
    addEventListener('visibilitychange', requests.revalidateIfStale, { signal })
    addEventListener('online', requests.restoring.retryNow, { signal })
    if (state.isLoading) requests.restoring.start()
  }

  function onPeerMessage(message: unknown) {
    if (message === 'sign-out-confirmed') return emit({ type: 'signed-out' })
    if (message === 'active') return idle.touchedElsewhere()
    if (message !== 'signed-out') return void requests.revalidate()
    state.invalidate()
    state.showSignedOut()
  }

  /** A page from the back/forward cache shows no session until it has requested it again (promise 18). */
  function onPageShow({ persisted }: PageTransitionEvent) {
    if (!persisted) return
    state.invalidate()
    state.showLoading()
    requests.restoring.start()
    requests.restoring.retryNow()
  }

  function hydrate(next: SessionInfo<User>) {
    if (!isBrowser) return
    state.readLastEnded()
    const { info } = state
    const isOld = next.at < info.at || state.isEnded(next)
    // The sign-out may not have reached the server yet.
    if (pendingSignOut.id() !== null) state.showSignedOut()
    else if (isOld && next.session === info.session) return
    else if (!isOld) {
      state.invalidate()
      requests.markFetched()
      // A server action has signed in or out. The other tabs do not know that yet.
      if (info.at > 0 && info.session !== next.session) post('changed')
      return state.show(next)
    }
    requests.revalidate()
  }

  async function update(path: '/refresh' | '/user', body?: Readonly<Record<string, unknown>>) {
    assertUsable()
    start()
    await requests.whenKnown()
    await exchanges.update(path, body)
    return state.snapshot
  }

  /** On a server, one client would serve the requests of several users. */
  function assertUsable() {
    if (!isBrowser) throw commonError('not-in-browser')
    if (lifetime.isOver) throw commonError('closed')
  }

  return {
    get ready() {
      start()
      return state.isLoading ? requests.whenKnown() : Promise.resolve(state.snapshot)
    },
    get snapshot() {
      return state.snapshot
    },
    hydrate,
    subscribe(listener) {
      start()
      return state.subscribe(listener)
    },
    onEvent: events.add,
    fetch: send,
    async signIn(credentials: Credentials, options) {
      assertUsable()
      start()
      return exchanges.signIn(credentials, options)
    },
    refresh: (body) => update('/refresh', body),
    reloadUser: () => update('/user'),
    async restore() {
      assertUsable()
      start()
      await requests.revalidate()
      return requests.whenKnown()
    },
    async stay() {
      assertUsable()
      start()
      await requests.whenKnown()
      return idle.stay()
    },
    ticket: async (path) =>
      readTicket(await send(path, { method: 'POST', headers: { Accept: 'application/json' } })),
    async signOut() {
      assertUsable()
      start()
      return exchanges.signOut()
    },
    dispose() {
      lifetime.end(commonError('closed'))
      events.clear()
      channel?.close()
      ending.abort()
      idle.stop()
      state.close(commonError('closed'))
      requests.stop(commonError('closed'))
    },
  }
}
