import { authorization } from '../common/authorization.js'
import { type AuthError, isAuthError } from '../common/errors.js'
import type { Claims, Snapshot } from '../common/types.js'
import type { SessionInfo } from '../protocol/server-session.js'
import { type CarriedDependencies, createCarried } from './carried.js'
import { type ServerErrorCode, serverError } from './errors.js'
import { errorName } from './events.js'
import { claimsOf } from './grant.js'
import { isReplayable, type Outgoing, takeApart } from './outgoing.js'
import { fetchWithin } from './redirects.js'
import type { TemporaryFailure } from './renewal.js'
import { nameOf } from './seal.js'
import { isDue, isExpired, nobody, shown } from './session.js'
import type { Session } from './session-types.js'
import type { SignOut } from './sign-out.js'
import type { createUpstream, SignedIn } from './upstream.js'
import { noteVisitor } from './visitor.js'

/** The session as one incoming request has it. It is never kept beyond that request (promise 22). */
export interface RequestSession {
  /** How things stand; after a refresh, if one is due and can be handed on. */
  read(): Promise<Snapshot>
  /** The same as pages get it, with a name for the session. */
  info(): Promise<SessionInfo>
  /**
   * The same as `read`, with a token that was granted after this call or less than a second before: for a change that the
   * token does not know of yet, such as another role. Where the refreshed session cannot be handed on, none is made.
   *
   * Rejects with AuthError when the API gives no token now: `unreachable`, or what is wrong with its answer. The session lives.
   */
  refresh(): Promise<Snapshot>
  /**
   * `fetch` to the API, with the token: the same arguments, a `Request` included. Paths are meant for its origin; to any other,
   * nothing is sent, be it by a redirect: `redirect: 'manual'` gives those back. With an `Authorization` of the caller's, it goes
   * without the token.
   *
   * Rejects with AuthError `unreachable` when the token has expired and the API gives no other now.
   */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>
  /** @returns what the API answers, every token removed */
  signIn(body: BodyInit, contentType: string | null): Promise<unknown>
  /** Adds headers to whatever this session sends to the API from now on. */
  tellApi(headers: Readonly<Record<string, string>>): void
  /** Tells the API, if it could not be told before. @returns whether it knows */
  signOut(): Promise<boolean>
  /** The `Set-Cookie` headers that the response must have. To be asked when all else is done. */
  setCookies(): Promise<string[]>
  /** The `Cookie` header as whatever comes next in this request is to see it. */
  cookieHeader(): Promise<string>
}

export interface Dependencies extends CarriedDependencies {
  upstream: ReturnType<typeof createUpstream>
  tellSignOut: SignOut
}

/** A token younger than this is not doubted because of a 401. In milliseconds. */
const TRUST = 1000
/** One request may meet a chain of them, where tokens live shorter than the grace. */
const MOST_RENEWALS = 10

/**
 * @param header the `Cookie` header of the request
 * @param canSetCookies whether the response can take a new cookie: if not, no token is spent on one
 * @param visitor what the API is told of the visitor, as headers
 */
export function openRequestSession(
  dependencies: Dependencies,
  header: string | null | undefined,
  canSetCookies: boolean | (() => boolean),
  visitor: Readonly<Record<string, string>> = {},
): RequestSession {
  const told: Record<string, string> = { ...visitor }
  const { bff, renewals, sessions, tellSignOut, upstream } = dependencies
  const carried = createCarried(dependencies, header)
  const { openedAt } = carried
  /** Why the last refresh brought nothing. */
  let postponed: TemporaryFailure | undefined
  /** Why the session could not be kept. */
  let misfit: unknown

  const canHandOn = () =>
    sessions.isShared || (typeof canSetCookies === 'function' ? canSetCookies() : canSetCookies)

  /** With a token that is not due, or the best there is. */
  async function refreshed(): Promise<Session | null> {
    await carried.opened()
    for (let times = 0; times < MOST_RENEWALS; times += 1) {
      const { session } = carried
      if (!session || !isDue(session) || !(await renew(session))) break
    }
    return carried.session
  }

  /** @param isUrgent whether the token that there is does not do. @returns whether it is another one now, or none */
  async function renew(from: Session, isUrgent = isExpired(from)): Promise<boolean> {
    if (!bff.refresh) {
      if (isExpired(from)) carried.lose('expired')
      return isExpired(from)
    }
    noteVisitor(from, told)
    const renewal = await (canHandOn()
      ? renewals.renew(from, openedAt, isUrgent)
      : renewals.known(from, openedAt, isUrgent))
    postponed = renewal?.kind === 'failed-temporarily' ? renewal : undefined
    if (!renewal || renewal.kind === 'failed-temporarily') return false
    if (renewal.kind === 'renewed') misfit = await carried.adopt(renewal.session)
    else carried.refuse(from, renewal.cause)
    return true
  }

  function claims({ access }: Session): Claims | null {
    const all = claimsOf(access)
    return all && Object.fromEntries(Object.entries(all).filter(([name]) => bff.claims.includes(name)))
  }

  function snapshotOf(session: Session | null): Snapshot {
    return session ? shown(session, claims(session)) : nobody(carried.reason, carried.cause)
  }

  const read = async () => snapshotOf(await refreshed())

  function noToken(): AuthError {
    const { code = 'unreachable', status, option } = postponed ?? {}
    return serverError(code, { status, option })
  }

  async function enter(...args: Parameters<typeof upstream.signIn>): Promise<SignedIn> {
    const signedIn = await upstream.signIn(...args).catch((error: unknown) => {
      if (isAuthError(error) && error.code !== 'refused') tellFailure(error)
      throw error
    })
    await carried.begin(signedIn.session).catch((error: unknown) => {
      if (isAuthError(error)) tellFailure(error)
      bff.waitUntil(tellSignOut(signedIn.session, false))
      throw error
    })
    return signedIn
  }

  function tellFailure({ code, status, cause }: AuthError) {
    bff.tell({
      type: 'sign-in-failed',
      code: code as ServerErrorCode,
      ...(status !== undefined && { status }),
      ...(cause !== undefined && { error: errorName(cause) }),
    })
  }

  /** Never out of a cache, nor into one: whose it would be, no cache knows. */
  function attempt(outgoing: Outgoing, as: Session | null): Promise<Response> {
    const { init } = outgoing
    const headers = new Headers({ ...told, ...Object.fromEntries(new Headers(init.headers)) })
    headers.delete('Cookie')
    if (as) headers.set('Authorization', authorization(bff.scheme, as.access))
    return fetchWithin(bff, { ...outgoing, init: { ...init, headers, cache: 'no-store' } })
  }

  return {
    read,
    async info() {
      const snapshot = await read()
      const { session } = carried
      return { snapshot, session: session && (await nameOf(session.id)), at: Date.now() }
    },
    async refresh() {
      const since = Date.now() - TRUST
      await carried.opened()
      for (let times = 0; times < MOST_RENEWALS; times += 1) {
        const { session } = carried
        if (!session || session.grantedAt > since || !bff.refresh || !canHandOn()) break
        if (!(await renew(session, true))) throw noToken()
      }
      if (misfit) throw misfit
      return read()
    },
    async fetch(input, init) {
      const outgoing = takeApart(input, init, bff.api)
      const { url } = outgoing
      if (url.origin !== bff.api) throw serverError('endpoint-outside-origins')
      outgoing.init.signal?.throwIfAborted()
      if (new Headers(outgoing.init.headers).has('authorization')) return attempt(outgoing, null)
      const current = await refreshed()
      if (misfit) throw misfit
      if (current && isExpired(current) && bff.refresh && canHandOn()) throw noToken()
      const response = await attempt(outgoing, current)
      const isDoubtful = response.status === 401 && current && Date.now() - current.grantedAt > TRUST
      if (!isDoubtful) return response
      if (!bff.refresh) {
        if (!bff.check || url.href.split(/[?#]/)[0] === bff.check)
          carried.lose('revoked', await upstream.causeOf(response))
        return response
      }
      if (!(await renew(current, true)) || !carried.session || !isReplayable(outgoing)) return response
      // Not awaited: where a framework keeps a copy of the body, it would wait until that copy is read.
      response.body?.cancel().catch(() => {})
      return attempt(outgoing, carried.session)
    },
    async signIn(body, contentType) {
      await carried.opened()
      const before = carried.session
      const { session, answer } = await enter(body, contentType, told)
      // Answers for the user who was signed in before must not come after this one's.
      if (before) await sessions.end(before)
      // Some APIs end all access tokens of an account with a sign-out: with a refresh, the new session survives that.
      if (before) noteVisitor(before, told)
      if (before && bff.refresh) bff.waitUntil(tellSignOut(before, false))
      bff.tell({ type: 'signed-in', session: await nameOf(session.id) })
      return answer
    },
    async signOut() {
      await carried.opened()
      const { session, pendingSignOut } = carried
      carried.leave()
      if (session) {
        await sessions.end(session)
        bff.tell({ type: 'signed-out', session: await nameOf(session.id) })
      }
      const leaving = session ?? pendingSignOut
      if (leaving) noteVisitor(leaving, told)
      carried.owe(leaving && (await tellSignOut(leaving)))
      return !carried.pendingSignOut
    },
    tellApi(headers) {
      for (const [name, value] of Object.entries(headers)) told[name.toLowerCase()] = value
    },
    setCookies: carried.setCookies,
    cookieHeader: carried.cookieHeader,
  }
}
