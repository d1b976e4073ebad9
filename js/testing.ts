import { callError } from './common/call-errors.js'
import { commonError } from './common/errors.js'
import { createLifetime, type Lifetime } from './common/lifetime.js'
import { createListeners } from './common/listeners.js'
import { join, split } from './common/request.js'
import { frozen, LOADING, loadingWith } from './common/snapshot.js'
import { stepUpEvent } from './common/step-up.js'
import type {
  Auth,
  AuthEvent,
  Claims,
  Credentials,
  Reason,
  RegisteredUser,
  SessionFailure,
  SignInOptions,
  Snapshot,
} from './common/types.js'

// TypeScript applies the interface `Register` of 'tokencell' only if that module is part of the program.
export type {} from './index.js'

/**
 * The state of the session. `'loading'` or `{ failure }`: it is not known yet. A {@link Reason} or `{ reason }`: there is
 * no session. A {@link TestUser}: a user is signed in.
 */
export type TestSession<User = RegisteredUser> =
  | 'loading'
  | { failure: SessionFailure }
  | Reason
  | { reason: Reason; serverReason?: string }
  | TestUser<User>

/** A signed-in user. A member that is left out is `null`, or `false`. */
export interface TestUser<User = RegisteredUser> {
  user?: User | null
  claims?: Claims | null
  expiresAt?: number | null
  refreshAt?: number | null
  claimsAreNewer?: boolean
  endsAt?: number | null
  idle?: { endsAt: number } | null
}

/** A user who has just signed in. */
export interface TestSignIn<User = RegisteredUser> extends TestUser<User> {
  status?: 'signed-in'
  /**
   * The `body` that `auth.signIn` resolves with: the response body of the API, without its tokens.
   * @default { user }, or {} without a user
   */
  body?: unknown
}

/** A sign-in that needs another step. The session does not change. */
export interface TestPending {
  status: 'pending'
  /** @default {} */
  body?: unknown
}

type Awaitable<T> = T | Promise<T>

/** Each function may throw an `AuthError`, with which the call then rejects; the session stays as it is. */
export interface TestAuthOptions<User = RegisteredUser> {
  /**
   * The state of the session at the start.
   * @default 'never'
   */
  session?: TestSession<User>
  /**
   * Answers the requests of `auth.fetch`. Without it, every request fails with a `TypeError` that names this option. A response
   * with `insufficient_user_authentication` (RFC 9470) emits `step-up-required`.
   */
  fetch?: (request: Request) => Response | Promise<Response>
  /**
   * Returns the result of a sign-in. `by` is the name of the exchange; it is missing for the endpoint `signIn`.
   * @default a user without a name
   */
  signIn?: (credentials: Credentials, options: SignInOptions) => Awaitable<TestSignIn<User> | TestPending>
  /**
   * Returns what a refresh changes. Members that are left out stay as they are. With `claims` and without `user`,
   * `claimsAreNewer` becomes `true`. A {@link Reason} ends the session: the event `ended`
   * is emitted, and the call rejects with `session-ended`.
   * @default {}
   */
  refresh?: (body?: Readonly<Record<string, unknown>>) => Awaitable<TestUser<User> | Reason>
  /**
   * Returns the session that `auth.restore` finds.
   * @default the session stays as it is
   */
  restore?: () => Awaitable<TestSession<User>>
  /**
   * Returns the user for `auth.reloadUser`. With `null`, the previous user stays.
   * @default the previous user
   */
  user?: () => Awaitable<User | null>
  /** Returns the ticket for `auth.ticket`. Without it, every call fails with a `TypeError` that names this option. */
  ticket?: (path: string) => Awaitable<string>
}

/** A session that a test controls. */
export interface TestAuth<User = RegisteredUser> extends Auth<User> {
  /** Changes the state of the session. */
  become(session: TestSession<User>): void
  /** Emits an event to the listeners of `onEvent`. */
  emit(event: AuthEvent): void
  /** All requests that were made with `auth.fetch`. */
  readonly requests: readonly Request[]
}

/** Creates a session for unit tests, without a vault, WebAssembly, network or timers. */
export function createTestAuth<User = RegisteredUser>(
  options: TestAuthOptions<NoInfer<User>> = {},
): TestAuth<User> {
  const events = createListeners<AuthEvent>()
  const requests: Request[] = []
  const lifetime = createLifetime()
  const session = createState<User>(options.session ?? 'never', lifetime)

  return {
    get ready() {
      return session.ready()
    },
    get snapshot() {
      return session.snapshot
    },
    requests,
    become: session.become,
    emit: events.emit,
    subscribe: session.changes.add,
    onEvent: events.add,
    async fetch(input, init) {
      const { request, body } = split(absolute(input), init)
      const whole = join(request, body)
      requests.push(whole)
      whole.signal.throwIfAborted()
      const response = await lifetime.during(async () => required('fetch')(whole.clone()), whole.signal)
      const stepUp = stepUpEvent(whole.url, response)
      if (stepUp) events.emit(stepUp)
      return response
    },
    async signIn(credentials, how = {}) {
      const result = await lifetime.during(async () => options.signIn?.(credentials, how) ?? {})
      if (result.status === 'pending') return { status: 'pending', body: result.body ?? {} }
      const { status: _, user, body = user ? { user } : {}, ...more } = result
      session.become({ user: user ?? null, ...more })
      events.emit({ type: 'signed-in' })
      return { status: 'signed-in', body }
    },
    signOut: () =>
      lifetime.during(async () => {
        session.become('signed-out')
        events.emit({ type: 'ended', reason: 'signed-out' })
      }),
    refresh: refreshes(session, lifetime, events.emit, options.refresh),
    async restore() {
      const found = await lifetime.during(async () => options.restore?.())
      if (found !== undefined) session.become(found)
      return session.ready()
    },
    async reloadUser() {
      await session.ready()
      const user = await lifetime.during(async () => options.user?.())
      if (user) session.change({ user, claimsAreNewer: false })
      return session.snapshot
    },
    stay: () => lifetime.during(async () => void session.change({ idle: null })),
    ticket: (path) => lifetime.during(async () => required('ticket')(path)),
    dispose() {
      session.changes.clear()
      events.clear()
      lifetime.end(commonError('closed'))
    },
  }

  function required<Name extends 'fetch' | 'ticket'>(name: Name): NonNullable<(typeof options)[Name]> {
    const given = options[name]
    if (!given)
      throw new TypeError(`createTestAuth() has no option \`${name}\`. Add it to respond to requests.`)
    return given
  }
}

/** The state of the session, and how a test changes it. */
function createState<User>(first: TestSession<User>, lifetime: Lifetime) {
  const changes = createListeners<Snapshot<User>>()
  const waiting = new Set<(snapshot: Snapshot<User>) => void>()
  let snapshot = snapshotOf(first)

  function become(next: TestSession<User>) {
    snapshot = snapshotOf(next)
    if (snapshot.status !== 'loading') {
      for (const resolve of waiting) resolve(snapshot)
      waiting.clear()
    }
    changes.emit(snapshot)
  }

  return {
    changes,
    become,
    get snapshot() {
      return snapshot
    },
    ready() {
      if (snapshot.status !== 'loading') return Promise.resolve(snapshot)
      return lifetime.during(() => new Promise<Snapshot<User>>((resolve) => waiting.add(resolve)))
    },
    /** Changes some members, if a user is signed in. */
    change(members: TestUser<User>) {
      if (snapshot.status !== 'authenticated') return
      const { user, claims, expiresAt, refreshAt, claimsAreNewer, endsAt, idle } = snapshot
      const before = { user: user as User, claims, expiresAt, refreshAt, claimsAreNewer, endsAt, idle }
      become({ ...before, ...members })
    },
  }
}

/** The method `refresh`: one call for all callers without a body. */
function refreshes<User>(
  session: ReturnType<typeof createState<User>>,
  lifetime: Lifetime,
  emit: (event: AuthEvent) => void,
  ask: TestAuthOptions<User>['refresh'] = () => ({}),
): Auth<User>['refresh'] {
  let generation = 1
  let running: Promise<Snapshot<User>> | undefined

  async function run(body?: Readonly<Record<string, unknown>>) {
    const { status } = await lifetime.during(session.ready)
    if (status !== 'authenticated') throw callError('session-ended')
    const result = await lifetime.during(async () => ask(body))
    if (typeof result === 'string') {
      session.become(result)
      emit({ type: 'ended', reason: result })
    } else {
      const isNewer = result.claims && !result.user ? { claimsAreNewer: true } : {}
      session.change({ ...(result.user ? { claimsAreNewer: false } : isNewer), ...result })
    }
    if (session.snapshot.status !== 'authenticated') throw callError('session-ended')
    generation += 1
    emit({ type: 'refreshed', generation })
    return session.snapshot
  }

  return (body) => {
    if (body) return run(body)
    running ??= run().finally(() => {
      running = undefined
    })
    return running
  }
}

function snapshotOf<User>(session: TestSession<User>): Snapshot<User> {
  if (session === 'loading') return LOADING
  if (typeof session === 'object' && 'failure' in session) return loadingWith(session.failure)
  if (typeof session === 'string') return ended({ reason: session })
  if ('reason' in session) return ended(session)
  const { user = null, claims = null, expiresAt = null, refreshAt = null } = session
  const { claimsAreNewer = false, endsAt = null, idle = null } = session
  return frozen({
    status: 'authenticated',
    reason: null,
    failure: null,
    user,
    claims,
    expiresAt,
    refreshAt,
    claimsAreNewer,
    endsAt,
    idle,
  } as Snapshot) as Snapshot<User>
}

const ended = (why: { reason: Reason; serverReason?: string }) =>
  Object.freeze({ ...LOADING, status: 'unauthenticated', ...why } as Snapshot<never>)

/** Resolves a path. Test environments may have no base URL; then it is `http://localhost`. */
function absolute(input: RequestInfo | URL) {
  const base = globalThis.document?.baseURI
  return typeof input === 'string'
    ? new URL(input, base?.startsWith('http') ? base : 'http://localhost')
    : input
}
