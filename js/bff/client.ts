import { callError } from '../common/call-errors.js'
import { AuthError, type AuthErrorCode, commonError, isAuthError } from '../common/errors.js'
import { createLifetime } from '../common/lifetime.js'
import { createListeners } from '../common/listeners.js'
import { plainFetch } from '../common/plain-fetch.js'
import { platformFetch } from '../common/platform-fetch.js'
import { join, split } from '../common/request.js'
import { createRetry } from '../common/retry.js'
import { frozen, LOADING, loadingWith } from '../common/snapshot.js'
import type {
  Auth,
  AuthEvent,
  Credentials,
  RegisteredUser,
  SessionFailure,
  Snapshot,
} from '../common/types.js'
import { packCredentials, unpackCredentials } from '../protocol/packing.js'
import { CSRF_HEADER, ERROR_HEADER, SESSION_HEADER, type SessionInfo } from '../protocol/server-session.js'
import { type Answer, assertKept, readAnswer } from './answer.js'
import { createMutex } from './mutex.js'
import { createStoredFlag } from './stored-flag.js'

// TypeScript applies the interface `Register` of 'tokencell' only if that module is part of the program.
export type {} from '../index.js'

export type { SessionInfo } from '../protocol/server-session.js'

export interface BffAuthOptions {
  /**
   * The base path of the server's routes.
   * @default '/api/auth'; in Next, the `basePath` stands before it
   */
  basePath?: string
}

/** Defined in Next, which replaces the whole expression at build time. In other browser builds there is no `process`. */
declare const process: { env: { __NEXT_ROUTER_BASEPATH?: string } } | undefined
const BASE_PATH = typeof process === 'undefined' ? '' : (process.env.__NEXT_ROUTER_BASEPATH ?? '')

/** The session of this page, held by the application's own server (`tokencell/server`). */
export interface BffAuth<User = RegisteredUser> extends Auth<User> {
  /** Takes the session that the server knew when it rendered the page, so that the client need not request it. */
  hydrate(info: SessionInfo<User>): void
}

const SIGNED_OUT = { ...LOADING, status: 'unauthenticated', reason: 'signed-out' } as Snapshot<never>

/** How long a call waits for the server before it fails with `unreachable`. In milliseconds. */
const CALL_TIMEOUT = 22_000
/**
 * The same limit for a sign-in or a sign-out, and for the wait for its lock. It is longer because the server waits for the
 * API during these requests.
 */
const EXCHANGE_TIMEOUT = 45_000
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

/**
 * The client of {@link createBff}. It has the same interface as the client of a vault, but there is no token in the
 * browser. `auth.fetch` is the browser's `fetch`, with the headers that the server requires on requests to this origin. It
 * is safe to create the client while a server renders.
 */
export function createBffAuth<User = RegisteredUser>({
  basePath = `${BASE_PATH}/api/auth`,
}: BffAuthOptions = {}): BffAuth<User> {
  const changes = createListeners<Snapshot<User>>()
  const events = createListeners<AuthEvent>()
  const isBrowser = typeof window !== 'undefined'
  const name = `tokencell ${basePath}`
  /** A pending sign-out: the server, or the API behind it, has not confirmed it. */
  const pendingSignOut = createStoredFlag(`${name} pending`)
  // One exchange at a time, so that the cookie of one response does not overwrite the cookie of another.
  const runExclusive = createMutex(name, EXCHANGE_TIMEOUT)
  let info: SessionInfo<User> = { snapshot: LOADING, session: null, at: 0 }
  /** Incremented by every change that makes the responses to earlier requests obsolete. */
  let epoch = 0
  /**
   * When each session was found to have ended, after a sign-out or a refusal; by the server's clock. Only a later response
   * can restore a session: if several instances refresh at the same time, the API may refuse one of them although the
   * session continues. The last entry is stored for pages that are loaded later.
   */
  const ended = new Map<string, number>()
  const lastEnded = createStoredFlag(`${name} ended`)
  let lookedAt = Number.NEGATIVE_INFINITY
  let looking: Promise<void> | undefined
  /** Aborts requests whose session is no longer the session of this page. */
  let identity = new AbortController()
  let channel: BroadcastChannel | undefined
  const lifetime = createLifetime()
  /** The calls that wait until the status is known. */
  const waiting = new Set<(error?: unknown) => void>()
  /** The last error of a session request: the reason why the status is not known yet. */
  let lastError: unknown

  async function ask(path: string, init: RequestInit = {}): Promise<Answer<User>> {
    const headers = new Headers(init.headers)
    headers.set(CSRF_HEADER, 'tokencell')
    const signal = AbortSignal.timeout(init.method === 'POST' ? EXCHANGE_TIMEOUT : CALL_TIMEOUT)
    const response = await platformFetch(basePath + path, {
      ...init,
      headers,
      signal,
      cache: 'no-store',
    }).catch((cause: unknown) => {
      throw callError('unreachable', { cause })
    })
    return readAnswer(response)
  }

  const isEnded = ({ session, at }: SessionInfo<User>) =>
    session !== null && at <= (ended.get(session) ?? Number.NEGATIVE_INFINITY)

  function end(session: string, at: number) {
    ended.set(session, at)
    lastEnded.write(`${session} ${at}`)
  }

  function show(next: SessionInfo<User>) {
    if (lifetime.isOver) return
    const before = info
    const { session, at } = next
    const isOver = isEnded(next)
    const snapshot = isOver ? SIGNED_OUT : next.snapshot
    // Keep the more specific reason instead of `never`.
    const isMoreSpecific = before.snapshot.status !== 'unauthenticated' || snapshot.reason !== 'never'
    const shown = isMoreSpecific
      ? // Freeze a copy: a framework may have made the original reactive, and could not read its frozen members then.
        (frozen({ failure: null, ...JSON.parse(JSON.stringify(snapshot)) }) as Snapshot<User>)
      : before.snapshot
    const isSame = JSON.stringify(before.snapshot) === JSON.stringify(shown)
    info = { snapshot: isSame ? before.snapshot : shown, session: isOver ? null : session, at }
    if (before.session !== null && before.session !== info.session) {
      end(before.session, at)
      identity.abort(callError(shown.status === 'authenticated' ? 'replaced' : 'signed-out'))
      identity = new AbortController()
      if (shown.reason) events.emit({ type: 'ended', reason: shown.reason })
    }
    if (!isSame) changes.emit(shown)
    if (shown.status !== 'loading') for (const done of waiting) done()
  }

  const leave = () => show({ snapshot: SIGNED_OUT, session: null, at: info.at })

  /**
   * Requests the session from the server. Concurrent callers share one request. If the session changes during the request,
   * it is repeated.
   */
  function fetchSession(): Promise<void> {
    looking ??= (async () => {
      let asked: number
      let next: SessionInfo<User>
      do {
        asked = epoch
        if (pendingSignOut.read() !== null) await runExclusive(settle)
        next = await ask('/session')
      } while (asked !== epoch)
      show(next)
    })().finally(() => {
      lookedAt = performance.now()
      looking = undefined
    })
    return looking
  }

  /** Requests the session again after it may have changed elsewhere. Responses to earlier requests are ignored. */
  function revalidate(): Promise<void> {
    epoch += 1
    return fetchSession().catch(() => {})
  }

  /**
   * Sends a pending sign-out again, before any other exchange.
   *
   * @returns `true` if there is no pending sign-out, or if the server and the API have confirmed it
   */
  async function settle(): Promise<boolean> {
    const pending = pendingSignOut.read()
    if (pending === null) return true
    const { isConfirmed = true, at } = await ask('/sign-out', { method: 'POST', keepalive: true })
    // A page that the server rendered before this moment may still show the ended session: it must not restore that
    // session.
    for (const session of ended.keys()) end(session, at)
    channel?.postMessage('sign-out-confirmed')
    events.emit({ type: 'signed-out' })
    if (isConfirmed && pendingSignOut.read() === pending) pendingSignOut.write(null)
    return isConfirmed
  }

  function start() {
    if (channel || lifetime.isOver || !isBrowser) return
    channel = new BroadcastChannel(name)
    channel.onmessage = ({ data }) => {
      if (data === 'sign-out-confirmed') return events.emit({ type: 'signed-out' })
      if (data !== 'signed-out') return void revalidate()
      epoch += 1
      leave()
    }
    addEventListener('pageshow', comeBack)
    addEventListener('visibilitychange', wake)
    addEventListener('online', restoring.retryNow)
    if (info.snapshot.status === 'loading') restoring.start()
  }

  /** Requests the session until the status is known. After a failure, the snapshot has the reason. */
  const restoring = createRetry(
    async () => {
      const timer = setTimeout(() => showFailure('unreachable'), SILENCE_TIMEOUT)
      await fetchSession().catch((error: unknown) => {
        lastError = error
        const isMalformed = isAuthError(error) && error.code === 'body-malformed'
        showFailure(isMalformed ? 'malformed' : 'unreachable')
      })
      clearTimeout(timer)
    },
    () => lifetime.isOver || info.snapshot.status !== 'loading',
  )

  function showFailure(failure: SessionFailure) {
    if (info.snapshot.status === 'loading') show({ ...info, snapshot: loadingWith(failure) })
  }

  /** Resolves with the first known snapshot. Rejects if that takes too long. */
  function known(): Promise<Snapshot<User>> {
    return new Promise((resolve, reject) => {
      if (!isBrowser) throw commonError('not-in-browser')
      if (lifetime.isOver) throw commonError('closed')
      if (info.snapshot.status !== 'loading') return resolve(info.snapshot)
      restoring.start()
      // The first waiting call ends a pause between two attempts.
      if (waiting.size === 0) restoring.retryNow()
      const done = (error?: unknown) => {
        clearTimeout(timer)
        waiting.delete(done)
        if (error) reject(error)
        else resolve(info.snapshot)
      }
      const timer = setTimeout(() => done(callError('unreachable', { cause: lastError })), CALL_TIMEOUT)
      waiting.add(done)
    })
  }

  function wake() {
    if (!document.hidden && performance.now() - lookedAt > STALE) revalidate()
  }

  /** A page from the back/forward cache shows no session until it has requested it again (promise 18). */
  function comeBack({ persisted }: PageTransitionEvent) {
    if (!persisted) return
    epoch += 1
    show({ ...info, snapshot: LOADING })
    restoring.start()
    restoring.retryNow()
  }

  async function send(request: Request, body: BodyInit | null): Promise<Response> {
    const { session } = info
    const { signal } = identity
    const headers = new Headers(request.headers)
    headers.set(CSRF_HEADER, 'tokencell')
    headers.set(SESSION_HEADER, session ?? '')
    const init = { headers, signal: AbortSignal.any([request.signal, signal]) }
    const response = await platformFetch(join(request, body, init))
    const code = response.headers.get(ERROR_HEADER) as AuthErrorCode | null
    if (code === 'replaced' || response.status === 401) await revalidate()
    if (!code) return response
    const { message = response.statusText } = await response.json().catch(() => ({}))
    throw new AuthError(code, message, { status: response.status })
  }

  return {
    get ready() {
      start()
      return info.snapshot.status === 'loading' ? known() : Promise.resolve(info.snapshot)
    },
    get snapshot() {
      return info.snapshot
    },
    hydrate(next) {
      if (!isBrowser) return
      const [last = '', at] = lastEnded.read()?.split(' ') ?? []
      ended.set(last, Math.max(Number(at) || 0, ended.get(last) ?? 0))
      const isOld = next.at < info.at || isEnded(next)
      // The sign-out may not have reached the server yet.
      if (pendingSignOut.read() !== null) leave()
      else if (isOld && next.session === info.session) return
      else if (!isOld) {
        epoch += 1
        lookedAt = performance.now()
        // A server action has signed in or out. The other tabs do not know that yet.
        if (info.at > 0 && info.session !== next.session) channel?.postMessage('changed')
        return show(next)
      }
      revalidate()
    },
    subscribe(listener) {
      start()
      return changes.add(listener)
    },
    onEvent: events.add,
    async fetch(input, init) {
      const { request, body } = split(input, init)
      const isOurs = new URL(request.url).origin === location.origin
      if (!isOurs) return plainFetch(request, body)
      request.signal.throwIfAborted()
      start()
      await lifetime.during(known, request.signal)
      const began = performance.now()
      let status: number | null = null
      try {
        const response = await send(request, body)
        status = response.status
        return response
      } finally {
        const { method, url } = request
        const [bare = ''] = url.split(/[?#]/)
        const millis = performance.now() - began
        events.emit({ type: 'request', via: 'direct', method, url: bare, status, millis, here: true })
      }
    },
    async signIn(credentials: Credentials) {
      if (lifetime.isOver) throw commonError('closed')
      const init = asBody(credentials)
      start()
      const asked = epoch
      const { answer, ...next } = await runExclusive(async () => {
        await settle().catch(() => {})
        const pending = pendingSignOut.read()
        const signedIn = await ask('/sign-in', init)
        // Over plain http, browsers drop a `Secure` cookie without an error. If this check fails, the sign-in still
        // succeeds.
        if (location.protocol === 'http:') assertKept(signedIn, await ask('/session').catch(() => signedIn))
        if (pendingSignOut.read() === pending) pendingSignOut.write(null)
        return signedIn
      })
      channel?.postMessage('changed')
      if (asked !== epoch) await revalidate()
      else {
        epoch += 1
        show(next)
      }
      events.emit({ type: 'signed-in' })
      return answer
    },
    async signOut() {
      if (lifetime.isOver) throw commonError('closed')
      start()
      epoch += 1
      const pending = String(Math.random())
      pendingSignOut.write(pending)
      leave()
      channel?.postMessage('signed-out')
      const isConfirmed = await runExclusive(() => {
        // A queued sign-in cleared the flag. Set it again: that session must end, too.
        pendingSignOut.write(pending)
        return settle()
      }).catch(() => false)
      if (!isConfirmed) events.emit({ type: 'sign-out-pending', retryAt: Date.now() })
    },
    dispose() {
      lifetime.end(commonError('closed'))
      changes.clear()
      events.clear()
      channel?.close()
      identity.abort(commonError('closed'))
      restoring.stop()
      for (const done of waiting) done(commonError('closed'))
      if (!isBrowser) return
      removeEventListener('online', restoring.retryNow)
      removeEventListener('pageshow', comeBack)
      removeEventListener('visibilitychange', wake)
    },
  }
}

function asBody(credentials: Credentials): RequestInit {
  const [body, type] = unpackCredentials(packCredentials(credentials))
  return { method: 'POST', body, ...(type && { headers: { 'Content-Type': type } }) }
}
