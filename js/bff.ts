import { ERROR_HEADER, FORGERY_HEADER, SESSION_HEADER, type SessionInfo } from './bff-protocol.js'
import { callError } from './call-errors.js'
import { AuthError, type AuthErrorCode, commonError, isAuthError } from './errors.js'
import { createListeners } from './listeners.js'
import { isFormed } from './port/packing.js'
import { split } from './request.js'
import { frozen, LOADING } from './snapshot.js'
import type { Auth, AuthEvent, Credentials, RegisteredUser, Snapshot } from './types.js'

export type { SessionInfo } from './bff-protocol.js'

export interface BffAuthOptions {
  /**
   * Where the routes of the server are.
   * @default '/api/auth'
   */
  base?: string
}

/** The session of this page, held by the application's own server (`tokencell/server`). */
export interface BffAuth<User = RegisteredUser> extends Auth<User> {
  /** Takes what the server knew when it rendered the page, so that nothing has to be asked. */
  hydrate(info: SessionInfo<User>): void
}

const SIGNED_OUT: SessionInfo<never> = {
  snapshot: { ...LOADING, status: 'unauthenticated', reason: 'signed-out' } as Snapshot<never>,
  session: null,
}

/** How long a call waits for the server before it fails as unreachable, and when it is asked again. In milliseconds. */
const PATIENCE = 22_000
const PAUSE = 1000
/** A page that has not looked for so long looks when it is shown. In milliseconds. */
const STALE = 60_000

/**
 * The client of {@link createBff}: the same as that of a vault, with no token in the browser at all. `fetch` is `fetch`,
 * with what the server asks of requests to this origin. Safe to create while rendering on a server.
 */
export function createBffAuth<User = RegisteredUser>({
  base = '/api/auth',
}: BffAuthOptions = {}): BffAuth<User> {
  const changes = createListeners<Snapshot<User>>()
  const events = createListeners<AuthEvent>()
  const isBrowser = typeof window !== 'undefined'
  let info: SessionInfo<User> = { snapshot: LOADING, session: null }
  let lookedAt = Number.NEGATIVE_INFINITY
  let looking: Promise<void> | undefined
  /** Ends what was asked for a session that is not this page's any more. */
  let identity = new AbortController()
  let channel: BroadcastChannel | undefined
  let isDisposed = false

  async function ask(
    path: string,
    init: RequestInit = {},
  ): Promise<SessionInfo<User> & { answer?: unknown }> {
    const headers = new Headers(init.headers)
    headers.set(FORGERY_HEADER, 'tokencell')
    const response = await fetch(base + path, { ...init, headers, cache: 'no-store' }).catch(
      (cause: unknown) => {
        throw callError('unreachable', { cause })
      },
    )
    const body = await response.json().catch(() => ({}))
    if (response.ok) return body
    const code = (response.headers.get(ERROR_HEADER) ?? 'unreachable') as AuthErrorCode
    throw new AuthError(code, body.message ?? response.statusText, { status: response.status, ...body })
  }

  function show(next: SessionInfo<User>) {
    if (isDisposed) return
    const before = info
    info = { ...next, snapshot: frozen(next.snapshot as Snapshot) as Snapshot<User> }
    if (before.session !== info.session && before.snapshot.status === 'authenticated') {
      const { status, reason } = info.snapshot
      identity.abort(callError(status === 'authenticated' ? 'replaced' : 'signed-out'))
      identity = new AbortController()
      if (reason) events.emit({ type: 'ended', reason })
    }
    if (JSON.stringify(before.snapshot) !== JSON.stringify(info.snapshot)) changes.emit(info.snapshot)
    else info = { ...info, snapshot: before.snapshot }
  }

  /** Asks the server how things stand, once for everybody who wants to know. */
  function look(): Promise<void> {
    looking ??= settleDebt()
      .then(() => ask('/session'))
      .then(show)
      .finally(() => {
        lookedAt = performance.now()
        looking = undefined
      })
    return looking
  }

  /** A sign-out that could not be told is told before anything else. */
  async function settleDebt() {
    if (localStorage.getItem(debt) === null) return
    await ask('/sign-out', { method: 'POST' })
    localStorage.removeItem(debt)
  }
  const debt = `tokencell ${base} owed`

  function start() {
    if (channel || isDisposed || !isBrowser) return
    channel = new BroadcastChannel(`tokencell ${base}`)
    channel.onmessage = ({ data }) => (data === 'signed-out' ? show(SIGNED_OUT) : lookAgain())
    addEventListener('pageshow', comeBack)
    addEventListener('visibilitychange', wake)
    if (info.snapshot.status === 'loading') known().catch(() => {})
  }

  /** Until the first status is known; a server that is away is asked again. */
  async function known(): Promise<Snapshot<User>> {
    if (!isBrowser) throw commonError('not-in-browser')
    const patience = performance.now() + PATIENCE
    for (let pause = PAUSE; ; pause *= 2) {
      if (isDisposed) throw commonError('closed')
      if (info.snapshot.status !== 'loading') return info.snapshot
      try {
        await look()
      } catch (error) {
        const isAway = isAuthError(error) && error.code === 'unreachable'
        if (!isAway || performance.now() + pause > patience) throw error
        await new Promise((resolve) => setTimeout(resolve, pause))
      }
    }
  }

  const lookAgain = () => void look().catch(() => {})

  function wake() {
    if (!document.hidden && performance.now() - lookedAt > STALE) lookAgain()
  }

  /** A page from the cache shows nothing before it has looked (promise 18). */
  function comeBack({ persisted }: PageTransitionEvent) {
    if (!persisted) return
    show({ snapshot: LOADING, session: info.session })
    known().catch(() => {})
  }

  /** Does something that changes the session, here and in the other tabs. */
  async function change(path: string, init: RequestInit) {
    start()
    const { answer, ...next } = await ask(path, { method: 'POST', ...init })
    localStorage.removeItem(debt)
    show(next)
    channel?.postMessage('changed')
    return answer
  }

  async function send(request: Request, body: BodyInit | null): Promise<Response> {
    const { session } = info
    const { signal } = identity
    const headers = new Headers(request.headers)
    headers.set(FORGERY_HEADER, 'tokencell')
    headers.set(SESSION_HEADER, session ?? '')
    const init: RequestInit = { headers, signal: either(request.signal, signal) }
    const response = await fetch(
      request,
      body === null ? init : ({ ...init, body, duplex: 'half' } as RequestInit),
    )
    const code = response.headers.get(ERROR_HEADER) as AuthErrorCode | null
    if (code === 'replaced' || response.status === 401) await look().catch(() => {})
    if (!code) return response
    const { message } = await response.json()
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
      // The server has not heard yet of a sign-out that this browser knows of.
      if (localStorage.getItem(debt) !== null) {
        show(SIGNED_OUT)
        return lookAgain()
      }
      lookedAt = performance.now()
      show(next)
    },
    subscribe(listener) {
      start()
      return changes.add(listener)
    },
    onEvent: events.add,
    async fetch(input, init) {
      const { request, body } = split(input, init)
      const isOurs = new URL(request.url).origin === location.origin
      if (!isOurs)
        return fetch(body === null ? request : new Request(request, { body, duplex: 'half' } as RequestInit))
      start()
      await known()
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
        events.emit({ type: 'request', course: 'direct', method, url: bare, status, millis, here: true })
      }
    },
    async signIn(credentials: Credentials) {
      if (isDisposed) throw commonError('closed')
      const answer = await change('/sign-in', asBody(credentials))
      events.emit({ type: 'signed-in' })
      return answer
    },
    async signOut() {
      if (isDisposed) throw commonError('closed')
      start()
      localStorage.setItem(debt, '1')
      show(SIGNED_OUT)
      channel?.postMessage('signed-out')
      // Offline, it is owed.
      await change('/sign-out', { keepalive: true }).catch(() => events.emit({ type: 'sign-out-owed' }))
    },
    dispose() {
      isDisposed = true
      changes.clear()
      events.clear()
      channel?.close()
      identity.abort(commonError('closed'))
      if (!isBrowser) return
      removeEventListener('pageshow', comeBack)
      removeEventListener('visibilitychange', wake)
    },
  }
}

function asBody(credentials: Credentials): RequestInit {
  if (isFormed(credentials)) return { body: credentials }
  return { body: JSON.stringify(credentials), headers: { 'Content-Type': 'application/json' } }
}

/** Aborted when one of them is. */
function either(one: AbortSignal, other: AbortSignal): AbortSignal {
  const both = new AbortController()
  for (const signal of [one, other]) {
    if (signal.aborted) both.abort(signal.reason)
    signal.addEventListener('abort', () => both.abort(signal.reason), { once: true, signal: both.signal })
  }
  return both.signal
}
