import { commonError } from './common/errors.js'
import { createLifetime } from './common/lifetime.js'
import { createListeners } from './common/listeners.js'
import { join, split } from './common/request.js'
import { frozen, LOADING, loadingWith } from './common/snapshot.js'
import type {
  Auth,
  AuthEvent,
  Claims,
  Credentials,
  Reason,
  RegisteredUser,
  SessionFailure,
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

/** A signed-in user. */
export interface TestUser<User = RegisteredUser> {
  user?: User | null
  claims?: Claims | null
  expiresAt?: number | null
  refreshAt?: number | null
}

/** A user who has just signed in. */
export interface TestSignIn<User = RegisteredUser> extends TestUser<User> {
  /**
   * The value that `auth.signIn` resolves with: the response body of the API, without its tokens.
   * @default { user }, or {} without a user
   */
  answer?: unknown
}

export interface TestAuthOptions<User = RegisteredUser> {
  /**
   * The state of the session at the start.
   * @default 'never'
   */
  session?: TestSession<User>
  /** Answers the requests of `auth.fetch`. Without it, every request fails with a `TypeError` that names this option. */
  fetch?: (request: Request) => Response | Promise<Response>
  /**
   * Returns the result of a sign-in. To refuse the sign-in, throw an `AuthError`.
   * @default a user without a name
   */
  signIn?: (credentials: Credentials) => TestSignIn<User> | Promise<TestSignIn<User>>
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
  const changes = createListeners<Snapshot<User>>()
  const events = createListeners<AuthEvent>()
  const requests: Request[] = []
  const lifetime = createLifetime()
  const waiting = new Set<(snapshot: Snapshot<User>) => void>()
  let snapshot = snapshotOf(options.session ?? 'never')

  function become(session: TestSession<User>) {
    snapshot = snapshotOf(session)
    if (snapshot.status !== 'loading') {
      for (const resolve of waiting) resolve(snapshot)
      waiting.clear()
    }
    changes.emit(snapshot)
  }

  return {
    get ready() {
      if (snapshot.status !== 'loading') return Promise.resolve(snapshot)
      return lifetime.during(() => new Promise<Snapshot<User>>((resolve) => waiting.add(resolve)))
    },
    get snapshot() {
      return snapshot
    },
    requests,
    become,
    emit: events.emit,
    subscribe: changes.add,
    onEvent: events.add,
    async fetch(input, init) {
      const { request, body } = split(absolute(input), init)
      const whole = join(request, body)
      requests.push(whole)
      whole.signal.throwIfAborted()
      return lifetime.during(async () => answer(whole.clone()), whole.signal)
    },
    async signIn(credentials) {
      const signedIn = await lifetime.during<TestSignIn<User>>(
        async () => options.signIn?.(credentials) ?? {},
      )
      const { user, answer = user ? { user } : {}, ...session } = signedIn
      become({ user: user ?? null, ...session })
      events.emit({ type: 'signed-in' })
      return answer
    },
    signOut: () =>
      lifetime.during(async () => {
        become('signed-out')
        events.emit({ type: 'ended', reason: 'signed-out' })
      }),
    dispose() {
      changes.clear()
      events.clear()
      lifetime.end(commonError('closed'))
    },
  }

  function answer(request: Request) {
    if (!options.fetch)
      throw new TypeError('createTestAuth() has no option `fetch`. Add it to respond to requests.')
    return options.fetch(request)
  }
}

function snapshotOf<User>(session: TestSession<User>): Snapshot<User> {
  if (session === 'loading') return LOADING
  if (typeof session === 'object' && 'failure' in session) return loadingWith(session.failure)
  if (typeof session === 'string') return ended({ reason: session })
  if ('reason' in session) return ended(session)
  const { user = null, claims = null, expiresAt = null, refreshAt = null } = session
  return frozen({
    status: 'authenticated',
    reason: null,
    failure: null,
    user,
    claims,
    expiresAt,
    refreshAt,
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
