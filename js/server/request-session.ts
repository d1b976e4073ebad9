import { authorization } from '../authorization.js'
import type { SessionInfo } from '../bff-protocol.js'
import type { Claims, Reason, Snapshot } from '../types.js'
import type { createSessionCookie } from './cookie.js'
import { serverError } from './errors.js'
import { claimsOf } from './grant.js'
import type { Bff } from './options.js'
import { isReplayable, type Outgoing, takeApart } from './outgoing.js'
import { fetchWithin } from './redirects.js'
import type { Renewals } from './renewals.js'
import { nameOf, type Seal } from './seal.js'
import { isDue, isExpired, nobody, type Remains, type Session, shown } from './session.js'
import type { createUpstream, Postponed } from './upstream.js'

/** The session as one incoming request has it. It is never kept beyond that request (promise 22). */
export interface RequestSession {
  /** How things stand; after a refresh, if one is due and can be handed on. */
  read(): Promise<Snapshot>
  /** The same as pages get it, with a name for the session. */
  info(): Promise<SessionInfo>
  /**
   * `fetch` to the API, with the token: the same arguments, a `Request` included. Paths are meant for its origin; to any other, nothing is sent, be it by a redirect:
   * `redirect: 'manual'` gives those back. With an `Authorization` of the caller's, it goes without the token.
   *
   * Rejects with AuthError `unreachable` when the token has expired and the API gives no other now.
   */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>
  /** @returns what the API answers, every token removed */
  signIn(body: BodyInit, contentType: string | null, forwarded?: Record<string, string>): Promise<unknown>
  /** Tells the API, if it could not be told before. @returns whether it knows */
  signOut(): Promise<boolean>
  /** The `Set-Cookie` headers that the response must have. To be asked when all else is done. */
  setCookies(): Promise<string[]>
  /** The `Cookie` header as whatever comes next in this request is to see it. */
  cookieHeader(): Promise<string>
}

export interface Surroundings {
  bff: Bff
  cookie: ReturnType<typeof createSessionCookie>
  renewals: Renewals
  seal: Seal
  upstream: ReturnType<typeof createUpstream>
}

/** A token younger than this is not doubted because of a 401. In milliseconds. */
const TRUST = 1000
/** One request may meet a chain of them, where tokens live shorter than the grace. */
const MOST_RENEWALS = 10

const PURPOSE = 'session'
/** For so long it is remembered why a session ended. In seconds. */
const REMAINS = 300

/**
 * @param header the `Cookie` header of the request
 * @param canSetCookies whether the response can take a new cookie: if not, no token is spent on one
 */
export function openRequestSession(
  { bff, cookie, renewals, seal, upstream }: Surroundings,
  header: string | null | undefined,
  canSetCookies: boolean | (() => boolean),
): RequestSession {
  const me = {}
  const openedAt = Date.now()
  const isLongAgo = (time: number) => Date.now() - time > bff.grace * 1000
  let session: Session | null = null
  /** As it came with the request. */
  let original: Session | null = null
  let owed: Session | undefined
  /** Whether this very request has begun or ended it. */
  let isDecided = false
  let reason: Reason = 'never'
  let cause: string | undefined
  /** Why the last refresh brought nothing. */
  let postponed: Postponed | undefined
  let isChanged = false
  let opening: Promise<void> | undefined

  function opened(): Promise<void> {
    opening ??= open()
    return opening
  }

  async function open() {
    const sealed = cookie.read(header)
    const content = sealed ? await seal.open<Session | Remains>(sealed, PURPOSE) : null
    if (!content) return
    if ('reason' in content) {
      ;({ reason, cause, owed } = content)
      return
    }
    const endedAt = await renewals.endedAt(content)
    if (endedAt === null) session = original = content
    else {
      reason = 'signed-out'
      // An answer that was late has put it back, and it goes. Before, the next one may be on its way to the browser.
      isChanged = isLongAgo(endedAt)
    }
  }

  /** Whether the browser may have another cookie by now: the next one's, or a newer one of this session. */
  async function isOvertaken(): Promise<boolean> {
    if (original && (await renewals.endedAt(original)) !== null) return true
    const isFirst = session !== null && renewals.isFirstToHandOn(session, me)
    return isLongAgo(openedAt) && !isFirst
  }

  /** With a token that is not due, or the best there is. */
  async function refreshed(): Promise<Session | null> {
    await opened()
    for (let times = 0; session && isDue(session) && times < MOST_RENEWALS; times += 1) {
      if (!(await renew(session))) break
    }
    return session
  }

  /** Whether it is another one now, or none. */
  async function renew(from: Session): Promise<boolean> {
    if (!bff.refresh) {
      if (!isExpired(from)) return false
      lose('expired')
      return true
    }
    const renewal = await (canHandOn() ? renewals.renew(from) : renewals.known(from))
    postponed = renewal?.kind === 'postponed' ? renewal : undefined
    if (!renewal || renewal.kind === 'postponed') return false
    if (renewal.kind === 'refused') lose('revoked', renewal.cause)
    else session = renewal.session
    isChanged = true
    return true
  }

  const canHandOn = () => (typeof canSetCookies === 'function' ? canSetCookies() : canSetCookies)

  function lose(why: Reason, word?: string) {
    session = null
    reason = why
    cause = word
    isChanged = true
  }

  async function sealed(): Promise<string> {
    if (!session && !owed && !isRemembered()) return ''
    return seal.close(session ?? { reason, cause, owed }, PURPOSE, secondsLeft())
  }

  function secondsLeft(): number {
    const kept = session ?? owed
    return kept ? (kept.startedAt - Date.now()) / 1000 + bff.cookie.maxAge : REMAINS
  }

  const isRemembered = () => reason === 'revoked' || reason === 'expired'

  function claims({ access }: Session): Claims | null {
    const all = claimsOf(access)
    return all && Object.fromEntries(Object.entries(all).filter(([name]) => bff.claims.includes(name)))
  }

  async function read(): Promise<Snapshot> {
    const current = await refreshed()
    return current ? shown(current, claims(current)) : nobody(reason, isRemembered() ? cause : undefined)
  }

  return {
    read,
    async info() {
      const snapshot = await read()
      return { snapshot, session: session && (await nameOf(session.id)), at: Date.now() }
    },
    async fetch(input, init) {
      const outgoing = takeApart(input, init, bff.api)
      const { url } = outgoing
      if (url.origin !== bff.api) throw serverError('endpoint-outside-origins')
      outgoing.init.signal?.throwIfAborted()
      if (new Headers(outgoing.init.headers).has('authorization')) return attempt(outgoing, null)
      const current = await refreshed()
      if (current && isExpired(current) && bff.refresh && canHandOn()) {
        const { code = 'unreachable', status, option } = postponed ?? {}
        throw serverError(code, { status, option })
      }
      const response = await attempt(outgoing, current)
      const isDoubtful = response.status === 401 && current && Date.now() - current.grantedAt > TRUST
      if (!isDoubtful) return response
      if (!bff.refresh) {
        if (!bff.check || url.href.split(/[?#]/)[0] === bff.check)
          lose('revoked', await upstream.causeOf(response))
        return response
      }
      if (!(await renew(current)) || !session || !isReplayable(outgoing)) return response
      // Not waited for: where a framework has a copy of it, that would be until somebody reads the copy.
      response.body?.cancel().catch(() => {})
      return attempt(outgoing, session)
    },
    async signIn(body, contentType, forwarded = {}) {
      await opened()
      const before = session
      const { session: next, answer } = await upstream.signIn(body, contentType, forwarded)
      // Answers for whoever was signed in before must not come after this one's.
      if (before) await renewals.end(before)
      session = next
      owed = undefined
      isChanged = isDecided = true
      bff.tell({ type: 'signed-in', session: await nameOf(next.id) })
      return answer
    },
    async signOut() {
      await opened()
      const before = session
      lose('signed-out')
      isDecided = true
      if (before) {
        await renewals.end(before)
        bff.tell({ type: 'signed-out', session: await nameOf(before.id) })
      }
      const leaving = before ?? owed
      owed = leaving && (await tellOf(leaving))
      return !owed
    },
    async setCookies() {
      if (!isChanged || (!isDecided && (await isOvertaken()))) return []
      return cookie.write(header, await sealed(), session || owed ? bff.cookie.maxAge : REMAINS)
    },
    async cookieHeader() {
      return isChanged ? cookie.replace(header, await sealed()) : (header ?? '')
    },
  }

  /** Tells the API that the user has left. @returns what it could not be told */
  async function tellOf(leaving: Session): Promise<Session | undefined> {
    let last = leaving
    // A refresh under way brings the token that it will want to revoke; one that is too old revokes nothing.
    for (const isDoubtful of [isExpired(leaving) && bff.refresh, true]) {
      const renewal = await (isDoubtful ? renewals.renew(last) : renewals.known(last))
      if (renewal?.kind === 'refused') return undefined
      if (renewal?.kind === 'renewed') last = renewal.session
      const farewell = await upstream.signOut(last)
      if (farewell === 'told') return undefined
      if (farewell === 'unreachable') break
    }
    return { ...last, user: undefined }
  }

  /** Never out of a cache, nor into one: whose it would be, no cache knows. */
  function attempt(outgoing: Outgoing, as: Session | null): Promise<Response> {
    const { init } = outgoing
    const headers = new Headers(init.headers)
    headers.delete('Cookie')
    if (as) headers.set('Authorization', authorization(bff.scheme, as.access))
    return fetchWithin(bff.api, { ...outgoing, init: { ...init, headers, cache: 'no-store' } })
  }
}
