import { callError } from '../common/call-errors.js'
import { isAuthError } from '../common/errors.js'
import type { AuthEvent, Credentials, SignInOptions, SignInResult } from '../common/types.js'
import { packCredentials, unpackCredentials } from '../protocol/packing.js'
import { SESSION_HEADER } from '../protocol/server-session.js'
import { assertKept } from './answer.js'
import type { Ask } from './ask.js'
import type { PendingSignOut } from './pending-sign-out.js'
import type { createSessionRequests } from './session-requests.js'
import type { SessionState } from './session-state.js'

interface Dependencies<User> {
  ask: Ask<User>
  state: SessionState<User>
  requests: ReturnType<typeof createSessionRequests<User>>
  pendingSignOut: PendingSignOut
  runExclusive<T>(work: () => Promise<T>): Promise<T>
  emit(event: AuthEvent): void
  /** Posts a message to the other tabs. */
  post(message: 'changed' | 'signed-out'): void
}

/** The page has believed to have another session. */
const ENDED = ['replaced', 'session-ended']

/** Signs in and out, one exchange at a time. */
export function createExchanges<User>(dependencies: Dependencies<User>) {
  const { ask, state, requests, pendingSignOut, runExclusive, emit, post } = dependencies

  return {
    async signIn(credentials: Credentials, options: SignInOptions = {}): Promise<SignInResult> {
      const init = asBody(credentials)
      const asked = state.epoch
      const path = signInPath(options)
      const { answer, isPending, ...next } = await runExclusive(async () => {
        await pendingSignOut.send().catch(() => {})
        const pending = pendingSignOut.id()
        const signedIn = await ask(path, init)
        if (signedIn.isPending) return signedIn
        // Over plain http, browsers drop a `Secure` cookie without an error. If this check fails, the sign-in still
        // succeeds.
        if (location.protocol === 'http:') assertKept(signedIn, await ask('/session').catch(() => signedIn))
        pendingSignOut.clear(pending)
        return signedIn
      })
      if (isPending) return { status: 'pending', body: answer }
      post('changed')
      if (asked !== state.epoch) await requests.revalidate()
      else {
        state.invalidate()
        state.show(next)
      }
      emit({ type: 'signed-in' })
      return { status: 'signed-in', body: answer }
    },
    /** Asks a route that answers with the session, and shows it. */
    async update(path: '/refresh' | '/user', body?: Readonly<Record<string, unknown>>): Promise<void> {
      const asked = state.epoch
      const init = body ? asBody(body) : { method: 'POST' }
      // The session of another user must not be changed by a call of this one (promise 8).
      const headers = new Headers(init.headers)
      headers.set(SESSION_HEADER, state.info.session ?? '')
      const next = await runExclusive(() => ask(path, { ...init, headers })).catch(async (error: unknown) => {
        if (isAuthError(error) && ENDED.includes(error.code)) await requests.revalidate()
        throw error
      })
      if (asked !== state.epoch) return requests.revalidate()
      state.show(next)
      if (path === '/refresh' && next.snapshot.status !== 'authenticated') throw callError('session-ended')
      post('changed')
    },
    async signOut(): Promise<void> {
      state.invalidate()
      const pending = String(Math.random())
      pendingSignOut.set(pending)
      state.showSignedOut()
      post('signed-out')
      const isConfirmed = await runExclusive(() => {
        // A queued sign-in cleared the flag. Set it again: that session must end, too.
        pendingSignOut.set(pending)
        return pendingSignOut.send()
      }).catch(() => false)
      if (!isConfirmed) emit({ type: 'sign-out-pending', retryAt: Date.now() })
    },
  }
}

function signInPath({ by, remember = true }: SignInOptions): string {
  const query = new URLSearchParams({
    ...(by !== undefined && { by }),
    ...(!remember && { remember: 'false' }),
  })
  return query.size > 0 ? `/sign-in?${query}` : '/sign-in'
}

function asBody(credentials: Credentials): RequestInit {
  const [body, type] = unpackCredentials(packCredentials(credentials))
  return { method: 'POST', body, ...(type && { headers: { 'Content-Type': type } }) }
}
