import { type AuthError, explain, isAuthError } from '../common/errors.js'
import { noSuchExchange } from '../common/exchange-errors.js'
import { isStepUp } from '../common/step-up.js'
import type { Claims, SignInOptions, SignInResult, Snapshot } from '../common/types.js'
import type { SessionInfo } from '../protocol/server-session.js'
import { createApiRequests } from './api-requests.js'
import { type CookieStateDependencies, createCookieState } from './cookie-state.js'
import type { CsrfTokens } from './csrf-source.js'
import { type ServerErrorCode, serverError } from './errors.js'
import { errorName } from './events.js'
import { readClaims } from './jwt.js'
import { ownCopy } from './own.js'
import type { Renewal, TemporaryFailure } from './renewal.js'
import { isReplayable, splitRequest } from './request-parts.js'
import { nameOf } from './seal.js'
import { isDue, isExpired, nobody, shown } from './session.js'
import type { Session } from './session-types.js'
import type { SignOut } from './sign-out.js'
import type { createUpstream, Pending, SignedIn } from './upstream.js'
import { recordVisitor } from './visitor.js'

/** The session of one incoming request. It is never kept beyond that request (promise 22). */
export interface RequestSession {
  /** Returns the current snapshot. If a refresh is due, and the refreshed session can be passed on, it refreshes first. */
  read(): Promise<Snapshot>
  /** The same snapshot in the form that pages get, with a name for the session. */
  info(): Promise<SessionInfo>
  /** The generation of the session's token; `null` without a session. Nothing is requested for it. */
  readonly generation: number | null
  /**
   * The same as `read`, with a token that was granted after this call or less than a second before it. Use it after a
   * change that the current token does not contain yet, such as a new role. If the refreshed session cannot be passed on,
   * no refresh is made.
   *
   * Rejects with AuthError when the API gives no token now: `unreachable`, or the code for the error in its response. The
   * session does not end.
   *
   * @param body members for the body of this refresh, for example to change the tenant. If the API refuses it, rejects with
   * `refused`, and the session does not end either
   */
  refresh(body?: Readonly<Record<string, unknown>>): Promise<Snapshot>
  /**
   * `fetch` to the API, with the token. It takes the same arguments, including a `Request`. Paths are relative to the
   * origin of the API. Nothing is sent to another origin, except to follow a redirect to one of `redirects`, without the
   * token. With `redirect: 'manual'`, redirect responses are returned. If the caller sets `Authorization`, the token is
   * not added.
   *
   * Rejects with AuthError `unreachable` when the token has expired and the API gives no new token now.
   */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>
  /** Signs in, or begins a session by another exchange (`by`). With `remember: false`, it ends with the browser. */
  signIn(body: BodyInit, contentType: string | null, options?: SignInOptions): Promise<SignInResult>
  /** Asks the endpoint `user` of the API again. */
  reloadUser(): Promise<Snapshot>
  /** Restarts the time of the option `idle`, as a request to the API does. */
  stay(): Promise<void>
  /** Adds headers to every request that this session sends to the API from now on. */
  tellApi(headers: Readonly<Record<string, string>>): void
  /**
   * Ends the session and informs the API. If there is no session, but a sign-out is still pending, informs the API of
   * that sign-out.
   * @returns whether no sign-out is pending now
   */
  signOut(): Promise<boolean>
  /** The `Set-Cookie` headers that the response must have. Call it after everything else is done. */
  setCookies(): Promise<string[]>
  /** The `Cookie` header that code which runs later in this request must see. */
  cookieHeader(): Promise<string>
}

export interface Dependencies extends CookieStateDependencies {
  csrfTokens: CsrfTokens | undefined
  upstream: ReturnType<typeof createUpstream>
  signOutUpstream: SignOut
}

/** The page has named an exchange that the options do not have. */
const unknownExchange = (names: Iterable<string>) =>
  explain('option-invalid', noSuchExchange([...names]), { option: 'by' })

/** A 401 for a token younger than this causes no refresh. In milliseconds. */
const TRUST = 1000
/** The maximum number of refreshes in one request. There can be several if tokens live shorter than `grace`. */
const MOST_RENEWALS = 10

/**
 * @param header the `Cookie` header of the request
 * @param canSetCookies whether the response can set a cookie. If it cannot, and there is no store, no token is refreshed
 * @param visitor headers that tell the API about the visitor
 */
export function openRequestSession(
  dependencies: Dependencies,
  header: string | null | undefined,
  canSetCookies: boolean | (() => boolean),
  visitor: Readonly<Record<string, string>> = {},
): RequestSession {
  const forwarded: Record<string, string> = { ...visitor }
  const { bff, renewals, sessions, signOutUpstream, upstream } = dependencies
  const cookieState = createCookieState(dependencies, header, endIdle)
  const { activity, openedAt } = cookieState
  const attempt = createApiRequests({ ...dependencies, cookieState, forwarded })
  /** Why the last refresh returned no token. */
  let temporaryFailure: TemporaryFailure | undefined
  /** The error, if the session was too large to be kept. */
  let misfit: unknown

  const canHandOn = () =>
    sessions.isShared || (typeof canSetCookies === 'function' ? canSetCookies() : canSetCookies)

  /** Returns the session with a token that is not due for a refresh. If there is none, with the newest token. */
  async function refreshed(): Promise<Session | null> {
    await cookieState.opened()
    await confirmed()
    for (let times = 0; times < MOST_RENEWALS; times += 1) {
      const { session } = cookieState
      if (!session || !isDue(session) || !(await renew(session))) break
    }
    return cookieState.session
  }

  /** Ends the session if its user may have signed out before this process began, and the API refuses its token. */
  async function confirmed() {
    const { session } = cookieState
    if (!session || !cookieState.isDoubtful() || isDue(session)) return
    recordVisitor(session, forwarded)
    if (await upstream.confirm(session)) return
    if (!(await renew(session, true)) && !bff.refresh) cookieState.end('revoked')
  }

  /**
   * @param isUrgent whether the current token cannot be used.
   * @returns whether there is a new token, or no session any more
   */
  async function renew(from: Session, isUrgent = isExpired(from)): Promise<boolean> {
    if (!bff.refresh) {
      if (!isUrgent) return false
      const newer = await renewals.newer(from, openedAt)
      if (newer) misfit = await cookieState.adopt(newer)
      else if (isExpired(from)) cookieState.end('expired')
      return newer !== undefined || isExpired(from)
    }
    recordVisitor(from, forwarded)
    const renewal = await (canHandOn()
      ? renewals.renew(from, openedAt, isUrgent)
      : renewals.known(from, openedAt, isUrgent))
    return take(from, renewal)
  }

  /** @returns whether there is a new token, or no session any more */
  async function take(from: Session, renewal: Renewal | null | undefined): Promise<boolean> {
    temporaryFailure = renewal?.kind === 'failed-temporarily' ? renewal : undefined
    if (!renewal || renewal.kind === 'failed-temporarily') return false
    if (renewal.kind === 'renewed') misfit = await cookieState.adopt(renewal.session)
    else cookieState.refuse(from, renewal.serverReason)
    return true
  }

  /** The user has done nothing for too long. The API is informed in the background. */
  async function endIdle(session: Session) {
    if (sessions.isKnownToHaveEnded(session)) return
    await sessions.end(session, 'idle')
    bff.emit({ type: 'ended', session: await nameOf(session.id), reason: 'idle' })
    recordVisitor(session, forwarded)
    bff.waitUntil(signOutUpstream(session, false))
  }

  async function refreshWith(body: Readonly<Record<string, unknown>>) {
    const { session } = cookieState
    if (!bff.refresh) throw serverError('endpoint-missing', { option: 'refresh' })
    if (!session || !canHandOn()) return
    recordVisitor(session, forwarded)
    if (!(await take(session, await renewals.renewWith(session, openedAt, body)))) throw noToken()
  }

  function claims({ access }: Session): Claims | null {
    const all = readClaims(access)
    return all && Object.fromEntries(Object.entries(all).filter(([name]) => bff.claims.includes(name)))
  }

  function snapshotOf(session: Session | null): Snapshot {
    return session
      ? shown(session, claims(session), activity.warning)
      : nobody(cookieState.reason, cookieState.serverReason)
  }

  const read = async () => snapshotOf(await refreshed())

  function noToken(): AuthError {
    const { code = 'unreachable', status, option } = temporaryFailure ?? {}
    return serverError(code, { status, option })
  }

  async function enter(
    remember: boolean,
    ...args: Parameters<typeof upstream.signIn>
  ): Promise<SignedIn | Pending> {
    const signedIn = await upstream.signIn(...args).catch((error: unknown) => {
      if (isAuthError(error) && error.code !== 'refused') emitFailure(error)
      throw error
    })
    if (!signedIn.session) return signedIn
    const session = remember ? signedIn.session : { ...signedIn.session, isTemporary: true }
    await cookieState.begin(session).catch((error: unknown) => {
      if (isAuthError(error)) emitFailure(error)
      bff.waitUntil(signOutUpstream(session, false))
      throw error
    })
    return signedIn
  }

  function emitFailure({ code, status, cause }: AuthError) {
    bff.emit({
      type: 'sign-in-failed',
      code: code as ServerErrorCode,
      ...(status !== undefined && { status }),
      ...(cause !== undefined && { error: errorName(cause) }),
    })
  }

  return {
    read,
    async info() {
      const snapshot = await read()
      const { session } = cookieState
      const idle = session ? activity.limit : undefined
      return {
        snapshot,
        session: session && (await nameOf(session.id)),
        at: Date.now(),
        ...(session && { generation: session.generation }),
        ...(idle && { idle }),
      }
    },
    get generation() {
      return cookieState.session?.generation ?? null
    },
    async refresh(body) {
      const since = Date.now() - TRUST
      await cookieState.opened()
      if (body) await refreshWith(body)
      for (let times = 0; times < MOST_RENEWALS; times += 1) {
        const { session } = cookieState
        if (!session || session.grantedAt > since || !bff.refresh || !canHandOn()) break
        if (!(await renew(session, true))) throw noToken()
      }
      if (misfit) throw misfit
      return read()
    },
    async fetch(input, init) {
      const parts = splitRequest(input, init, bff.api)
      const { url } = parts
      if (url.origin !== bff.api) throw serverError('endpoint-outside-origins')
      parts.init.signal?.throwIfAborted()
      if (new Headers(parts.init.headers).has('authorization')) return attempt(parts, null)
      const current = await refreshed()
      if (misfit) throw misfit
      if (current) activity.touch(current)
      if (current && isExpired(current) && bff.refresh && canHandOn()) throw noToken()
      const response = await attempt(parts, current)
      const isDoubtful = response.status === 401 && current && Date.now() - current.grantedAt > TRUST
      if (!isDoubtful || isStepUp(response)) return response
      const isRenewed = await renew(current, true)
      if (!isRenewed && !bff.refresh) {
        if (!bff.check || url.href.split(/[?#]/)[0] === bff.check)
          cookieState.end('revoked', await upstream.serverReasonOf(current, response))
        return response
      }
      if (!isRenewed || !cookieState.session || !isReplayable(parts)) return response
      // Not awaited: if a framework keeps a copy of the body, `cancel()` waits until that copy is read.
      response.body?.cancel().catch(() => {})
      return attempt(parts, cookieState.session)
    },
    async reloadUser() {
      const session = await refreshed()
      const loaded = session && (await upstream.reloadUser(session))
      if (loaded && loaded !== session) {
        const { user, userAt } = loaded
        const error = await cookieState.amend({ user, userAt })
        if (error) throw error
      }
      return read()
    },
    async stay() {
      await cookieState.opened()
      const { session } = cookieState
      if (session) activity.touch(session)
    },
    async signIn(body, contentType, options = {}) {
      const { by, remember = true } = ownCopy(options)
      const endpoint = by === undefined ? bff.signIn : bff.exchanges.get(by)
      if (!endpoint) throw unknownExchange(bff.exchanges.keys())
      await cookieState.opened()
      const before = cookieState.session
      const { session, answer } = await enter(remember, endpoint, body, contentType, forwarded, before)
      if (!session) return { status: 'pending', body: answer }
      // End the previous session: responses for its user must not arrive after this response.
      if (before) await sessions.end(before)
      // Some APIs revoke all access tokens of an account on a sign-out. The new session survives this only if it can be
      // refreshed.
      if (before) recordVisitor(before, forwarded)
      if (before && bff.refresh) bff.waitUntil(signOutUpstream(before, false))
      bff.emit({ type: 'signed-in', session: await nameOf(session.id) })
      return { status: 'signed-in', body: answer }
    },
    async signOut() {
      await cookieState.opened()
      const { session, pendingSignOut } = cookieState
      cookieState.leave()
      if (session) {
        await sessions.end(session)
        bff.emit({ type: 'signed-out', session: await nameOf(session.id) })
      }
      const ended = session ?? pendingSignOut
      if (ended) recordVisitor(ended, forwarded)
      cookieState.setPendingSignOut(ended && (await signOutUpstream(ended)))
      return !cookieState.pendingSignOut
    },
    tellApi(headers) {
      for (const [name, value] of Object.entries(headers)) forwarded[name.toLowerCase()] = value
    },
    setCookies: cookieState.setCookies,
    cookieHeader: cookieState.cookieHeader,
  }
}
