import { commonError } from './errors.js'
import { createListeners } from './listeners.js'
import { join, split } from './request.js'
import { frozen, LOADING, loadingWith } from './snapshot.js'
import type {
  Auth,
  AuthEvent,
  Claims,
  Credentials,
  Reason,
  RegisteredUser,
  SessionFailure,
  Snapshot,
} from './types.js'

/**
 * The state of the session: not known yet, without or with a failure to find out; no session, for this reason; or somebody
 * signed in.
 */
export type TestSession<User = RegisteredUser> =
  | 'loading'
  | { failure: SessionFailure }
  | Reason
  | { user?: User | null; claims?: Claims | null; expiresAt?: number | null; refreshAt?: number | null }

export interface TestAuthOptions<User = RegisteredUser> {
  /** @default 'never' */
  session?: TestSession<User>
  /** Answers what `auth.fetch` asks. Without it, every request fails with an error that says so. */
  fetch?: (request: Request) => Response | Promise<Response>
  /**
   * What a sign-in leads to; to refuse it, throw an `AuthError`.
   * @default somebody without a name
   */
  signIn?: (credentials: Credentials) => TestSession<User> | Promise<TestSession<User>>
}

/** A session that does what a test says. */
export interface TestAuth<User = RegisteredUser> extends Auth<User> {
  /** From now on things stand like this. */
  become(session: TestSession<User>): void
  /** Something has happened. */
  emit(event: AuthEvent): void
  /** All that `fetch` was asked. */
  readonly requests: readonly Request[]
}

/** A session for unit tests: no vault, no WebAssembly, no network, and no time that passes. */
export function createTestAuth<User = RegisteredUser>(
  options: TestAuthOptions<NoInfer<User>> = {},
): TestAuth<User> {
  const changes = createListeners<Snapshot<User>>()
  const events = createListeners<AuthEvent>()
  const requests: Request[] = []
  const waiting = new Set<{ resolve(snapshot: Snapshot<User>): void; reject(error: unknown): void }>()
  let snapshot = snapshotOf(options.session ?? 'never')
  let isDisposed = false

  function become(session: TestSession<User>) {
    snapshot = snapshotOf(session)
    if (snapshot.status !== 'loading') {
      for (const { resolve } of waiting) resolve(snapshot)
      waiting.clear()
    }
    changes.emit(snapshot)
  }

  function check() {
    if (isDisposed) throw commonError('closed')
  }

  return {
    get ready() {
      if (snapshot.status !== 'loading') return Promise.resolve(snapshot)
      if (isDisposed) return Promise.reject(commonError('closed'))
      return new Promise<Snapshot<User>>((resolve, reject) => waiting.add({ resolve, reject }))
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
      check()
      const { request, body } = split(absolute(input), init)
      const whole = join(request, body)
      requests.push(whole)
      whole.signal.throwIfAborted()
      if (!options.fetch) throw new TypeError('createTestAuth() was given no `fetch` to answer this.')
      return options.fetch(whole.clone())
    },
    async signIn(credentials) {
      check()
      become(options.signIn ? await options.signIn(credentials) : {})
      events.emit({ type: 'signed-in' })
      return snapshot.user
    },
    async signOut() {
      check()
      become('signed-out')
      events.emit({ type: 'ended', reason: 'signed-out' })
    },
    dispose() {
      isDisposed = true
      changes.clear()
      events.clear()
      for (const { reject } of waiting) reject(commonError('closed'))
    },
  }
}

function snapshotOf<User>(session: TestSession<User>): Snapshot<User> {
  if (session === 'loading') return LOADING
  if (typeof session === 'object' && 'failure' in session) return loadingWith(session.failure)
  if (typeof session === 'string')
    return Object.freeze({ ...LOADING, status: 'unauthenticated', reason: session } as Snapshot<never>)
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

/** Test environments may have no address to resolve a path by. */
function absolute(input: RequestInfo | URL) {
  const base = globalThis.document?.baseURI
  return typeof input === 'string'
    ? new URL(input, base?.startsWith('http') ? base : 'http://localhost')
    : input
}
