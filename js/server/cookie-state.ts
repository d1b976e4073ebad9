import type { Reason } from '../common/types.js'
import { createActivity } from './activity.js'
import { isDoubtful } from './confirmation.js'
import type { createSessionCookie } from './cookie.js'
import type { Bff } from './options.js'
import { hasOwn, ownCopy } from './own.js'
import type { Renewals } from './renewals.js'
import { nameOf, type Seal } from './seal.js'
import { changed, type SessionChange } from './session.js'
import type { EndedSession, Reference, Refusal, Session } from './session-types.js'
import type { Sessions } from './sessions.js'

const PURPOSE = 'session'
const REFUSAL = 'refusal'
/** How long the cookie keeps the reason why a session ended. In seconds. */
const REMAINS = 300
/**
 * The same for a sign-out. After a sign-out, pages are rendered again at once. After this time, a requested page is no
 * longer a consequence of the sign-out. In seconds.
 */
const AFTER_SIGN_OUT = 10

export interface CookieStateDependencies {
  bff: Bff
  activityCookie: ReturnType<typeof createSessionCookie>
  cookie: ReturnType<typeof createSessionCookie>
  refusals: ReturnType<typeof createSessionCookie>
  renewals: Renewals
  seal: Seal
  sessions: Sessions
}

export type CookieState = ReturnType<typeof createCookieState>

/**
 * The session in the cookie of one request, and the content of the cookie for its response.
 *
 * @param onIdle called with a session that has just ended because of the idle limit
 */
export function createCookieState(
  { activityCookie, bff, cookie, refusals, renewals, seal, sessions }: CookieStateDependencies,
  header: string | null | undefined,
  onIdle: (session: Session) => Promise<void>,
) {
  const activity = createActivity(bff, seal, activityCookie, header)
  const me = {}
  const openedAt = Date.now()
  const isLongAgo = (time: number) => Date.now() - time > bff.grace * 1000
  let session: Session | null = null
  /** The content of the cookie that came with the request. */
  let original: Session | Reference | null = null
  let pendingSignOut: Session | undefined
  let reason: Reason = 'never'
  let serverReason: string | undefined
  /** When the user signed out. */
  let signedOutAt: number | null = null
  /** What this request has changed of the session besides its token. */
  let amendments: SessionChange | undefined
  /** Whether this request itself has signed the user in or out. */
  let isDecided = false
  let isChanged = false
  /**
   * Without a store, another instance may have refreshed this session, and its response may be on the way to the browser.
   * The cookie of that response must not be overwritten. Therefore a refusal has a cookie of its own, and does not count
   * for newer generations.
   */
  let refusal: Refusal | undefined
  let opening: Promise<void> | undefined

  async function open() {
    const text = cookie.read(header)
    const content = text ? await seal.open<Session | Reference | EndedSession>(text, PURPOSE) : null
    if (text && !content) bff.emit({ type: 'cookie-unreadable' })
    if (!content) return
    if (hasOwn(content, 'reason')) {
      ;({ reason, serverReason, signedOutAt = null } = content)
      // This cookie is kept only because a sign-out is still pending.
      if (reason === 'signed-out' && !isRemembered()) reason = 'never'
      pendingSignOut = await sessions.findPendingSignOut(content.pendingSignOut)
      return
    }
    const [ending, found] = await Promise.all([sessions.endingOf(content), sessions.find(content)])
    if (ending) {
      reason = ending.reason ?? 'signed-out'
      // A late response has restored the old cookie. Clear it, unless the grace period is still running.
      isChanged = isLongAgo(ending.at)
      return
    }
    original = content
    if (found) {
      session = found
      renewals.seen(found)
      sessions.warnOfOthers(found)
      const refused = await seal.open<Refusal>(refusals.read(header), REFUSAL)
      if (refused && refused.id === found.id && refused.generation >= found.generation) endByRefusal(refused)
      await activity.open(found)
      if (session && activity.isOver()) {
        end('idle')
        await onIdle(found)
      }
    } else if (!hasOwn(content, 'access')) reason = 'expired'
  }

  /** Whether the browser may have another cookie by now: that of the next session, or a newer one of this session. */
  async function isSuperseded(): Promise<boolean> {
    if (original && (await sessions.endingOf(original))) return true
    const isFirst = session !== null && !amendments && renewals.isFirstToSend(session, me)
    return isLongAgo(openedAt) && !isFirst
  }

  function end(why: Reason, apiReason?: string) {
    session = null
    reason = why
    serverReason = apiReason
    refusal = undefined
    isChanged = true
  }

  function endByRefusal(refused: Refusal) {
    end('revoked', refused.serverReason)
    if (!bff.store && !isLongAgo(refused.at)) refusal = refused
  }

  /**
   * The session as it fits into the cookie: a user that is too large is left out.
   *
   * @throws AuthError `session-too-large` if it does not fit without the user either
   */
  async function fitted(next: Session): Promise<Session> {
    const code = 'session-too-large' as const
    try {
      await refuseTooLarge(next)
      return next
    } catch (error) {
      const without = { ...next, user: null, isUserOlder: false }
      if ((next.user ?? undefined) === undefined) throw error
      await refuseTooLarge(without)
      bff.emit({ type: 'user-too-large', session: await nameOf(next.id), code })
      // The other requests with this token leave the user out, too.
      renewals.amended(without)
      return without
    }
  }

  /** @throws AuthError `session-too-large` */
  async function refuseTooLarge(next: Session) {
    const content = await sessions.contentFor('session', next)
    cookie.refuseTooLarge(await seal.close(content, PURPOSE, secondsLeft(next)))
  }

  const secondsLeft = ({ startedAt }: Session) => (startedAt - Date.now()) / 1000 + bff.cookie.maxAge

  const hasJustSignedOut = () => signedOutAt !== null && Date.now() < signedOutAt + AFTER_SIGN_OUT * 1000

  const isRemembered = () => ['expired', 'idle', 'revoked'].includes(reason) || hasJustSignedOut()

  /** Returns the content for the cookie: nothing, the session, or the ended session. */
  async function contentOf(): Promise<object | null> {
    if (session) return sessions.contentFor('session', session)
    if (!pendingSignOut && !isRemembered()) return null
    const ended = {
      reason,
      serverReason,
      pendingSignOut: pendingSignOut && (await sessions.contentFor('pending-sign-out', pendingSignOut)),
    }
    return signedOutAt === null ? ended : { ...ended, signedOutAt }
  }

  async function close(content: object | null): Promise<string> {
    const kept = session ?? pendingSignOut
    return content ? seal.close(content, PURPOSE, kept ? secondsLeft(kept) : forgottenAfter()) : ''
  }

  const forgottenAfter = () => (signedOutAt === null ? REMAINS : AFTER_SIGN_OUT)

  /** Whether the cookie of the request already contains this reference. */
  const isReferredTo = (content: object | null) =>
    content !== null &&
    original !== null &&
    [content, original].every(isReference) &&
    sameId(content, original)

  /**
   * Takes over the session with its next token. A session whose tokens are too large to be kept is ended.
   * @returns the error if the session is too large
   */
  async function adopt(next: Session): Promise<unknown> {
    try {
      session = await fitted(next)
    } catch (error) {
      const name = await nameOf(next.id)
      const code = 'session-too-large' as const
      bff.emit({ type: 'refresh-failed', session: name, failure: 'malformed', code, willRetry: false })
      end('expired')
      return error
    }
    isChanged = true
    return undefined
  }

  /** Takes over a refresh that was too slow for this request and may have finished by now. */
  async function adoptLate(before: Session) {
    const late = amendments ? await renewals.newer(before, openedAt) : renewals.successorOf(before, openedAt)
    if (!late) return
    await adopt(changed(late, amendments))
    if (session && amendments) renewals.amended(session)
  }

  /**
   * Changes the session, and keeps its token. A session that would be too large stays as it is.
   * @returns the error if it would be too large
   */
  async function amend(given: SessionChange): Promise<unknown> {
    const change = ownCopy(given)
    if (!session) return undefined
    // Another request or instance may have refreshed the session. The change must not overwrite the next token.
    const next = changed((await renewals.newer(session, openedAt)) ?? session, change)
    try {
      await refuseTooLarge(next)
    } catch (error) {
      return error
    }
    session = next
    amendments = { ...amendments, ...change, cookies: { ...amendments?.cookies, ...change.cookies } }
    isChanged = true
    renewals.amended(next)
    return undefined
  }

  async function ownCookies(): Promise<string[]> {
    if (!isChanged || (!isDecided && (await isSuperseded()))) return []
    const content = await contentOf()
    if (isReferredTo(content)) return []
    const kept = session ?? pendingSignOut
    const lasting = kept?.isTemporary ? undefined : bff.cookie.maxAge
    const maxAge = kept ? lasting : forgottenAfter()
    return cookie.write(header, await close(content), maxAge)
  }

  return {
    openedAt,
    opened(): Promise<void> {
      opening ??= open()
      return opening
    },
    get session() {
      return session
    },
    /** Whether only the cookie says that the session exists, and this process may have missed its end. */
    isDoubtful: () => isDoubtful(session, original),
    get pendingSignOut() {
      return pendingSignOut
    },
    get reason() {
      return reason
    },
    get serverReason() {
      return isRemembered() ? serverReason : undefined
    },
    activity,
    adopt,
    amend,
    end,
    /** The API has refused to refresh this session. */
    refuse({ id, generation }: Session, apiReason: string | undefined) {
      endByRefusal({ id, generation, serverReason: apiReason, at: Date.now() })
    },
    /** @throws AuthError `session-too-large` */
    async begin(next: Session) {
      session = await fitted(next)
      activity.begin(next)
      pendingSignOut = undefined
      isChanged = isDecided = true
      amendments = undefined
      refusal = undefined
    },
    /** The user has signed out. */
    leave() {
      if (session) signedOutAt = Date.now()
      end('signed-out')
      isDecided = true
    },
    setPendingSignOut(session: Session | undefined) {
      pendingSignOut = session
    },
    async setCookies(): Promise<string[]> {
      if (session && !isDecided) await adoptLate(session)
      if (refusal) return refusals.write(header, await seal.close(refusal, REFUSAL, REMAINS), REMAINS)
      const others = [...refusals.write(header, '', 0), ...(await activity.setCookies(session))]
      return [...(await ownCookies()), ...others]
    },
    async cookieHeader(): Promise<string> {
      return isChanged ? cookie.replace(header, await close(await contentOf())) : (header ?? '')
    },
  }
}

const isReference = (content: object) =>
  !Object.hasOwn(content, 'access') && Object.hasOwn(content, 'startedAt')

const sameId = (one: object, other: object) => (one as Reference).id === (other as Reference).id
