import { authorization } from '../common/authorization.js'
import { encodeBody, encodeCredentials } from '../common/endpoint.js'
import { type AuthErrorDetail, explain, isAuthError } from '../common/errors.js'
import { EXCHANGE_MESSAGES } from '../common/exchange-errors.js'
import { ownProperty } from '../common/own-property.js'
import { type Asked, type Asking, createAsk, MAX_BODY, parse } from './ask.js'
import { createConfirmation } from './confirmation.js'
import type { CsrfTokens } from './csrf-source.js'
import { type ServerErrorCode, serverError } from './errors.js'
import { type ErrorName, errorName } from './events.js'
import { isPending, readGrant, visible } from './grant.js'
import type { Bff, Target } from './options.js'
import { hasOwn } from './own.js'
import type { Demand, Renewal, TemporaryFailure } from './renewal.js'
import { nameOf } from './seal.js'
import { begin, renewed } from './session.js'
import type { Session } from './session-types.js'
import { loadUser } from './user.js'
import { visitorOf } from './visitor.js'

/**
 * How long a refresh may take. Its response may contain the only copy of a token. Requests that wait for it give up long
 * before. In milliseconds, like the other times.
 */
export const REFRESH_TIMEOUT = 70_000
const SIGN_OUT_TIMEOUT = 10_000
const SIGN_IN_TIMEOUT = 30_000
/** How long the body of a 401 may take, which contains the reason. */
const REASON_TIMEOUT = 1000
/**
 * How long to wait before the next attempt if the API has not answered, and the maximum if it sends `Retry-After`. In
 * seconds.
 */
const PAUSE = 2
const MAX_PAUSE = 60
/** The maximum length of the API's reason, which is kept in a cookie. In characters. */
const MAX_SERVER_REASON = 100

/**
 * The result of a sign-out. `refused`: the API refuses the token, which may be too old. `not-understood`: the API does
 * not understand the request, and will not understand it the next time.
 */
export interface SignOutResult {
  kind: 'confirmed' | 'refused' | 'not-understood' | 'unreachable'
  status?: number | undefined
  error?: ErrorName | undefined
}

/** The result of a sign-in. Every token is removed from `answer`, the response of the API. */
export interface SignedIn {
  session: Session
  answer: unknown
}

/** The API has accepted a sign-in, but another step is needed. */
export interface Pending {
  session: null
  answer: unknown
}

/** The exchanges of credentials with the API. */
export function createUpstream(bff: Bff, csrfTokens: CsrfTokens | undefined) {
  const ask = createAsk(csrfTokens)

  /** Loads the user of a session whose grant has brought none. Without a user, the session continues. */
  async function withUser(session: Session): Promise<Session> {
    if (!bff.user || (session.user ?? undefined) !== undefined) return session
    // Later than the token and the previous user, also if another instance with another clock has got them.
    const userAt = Math.max(Date.now(), session.grantedAt, (session.userAt ?? 0) + 1)
    const headers = { ...visitorOf(session), authorization: authorization(bff.scheme, session.access) }
    // An API with a CSRF token compares the token, and often also the access token, with its cookies.
    const { user, status } = await loadUser(
      bff,
      ask,
      session,
      csrfTokens ? { ...stateOf(session), headers } : { headers },
    )
    if (user === undefined) bff.emit({ type: 'user-failed', session: await nameOf(session.id), status })
    return { ...session, user, userAt }
  }

  return {
    /** Whether the API still accepts the token of a session that this process does not know. */
    confirm: createConfirmation(bff, ask),
    /** Loads the user again. If the API brings none, the previous one stays. */
    async reloadUser(session: Session): Promise<Session> {
      const { user, userAt } = await withUser({ ...session, user: undefined })
      return user === undefined ? session : { ...session, user, userAt, isUserOlder: false }
    },
    /**
     * @param previous the session of the browser before this sign-in. The API may repeat its tokens
     * @throws AuthError `refused`, `unreachable`, or the code for the error in the token response
     */
    async signIn(
      endpoint: Target,
      body: BodyInit,
      contentType: string | null,
      forwarded: Record<string, string>,
      previous: Session | null,
    ): Promise<SignedIn | Pending> {
      const [sent, type] = await credentialsFor(endpoint, body, contentType)
      const headers = type ? { ...forwarded, 'Content-Type': type } : forwarded
      const asked = await ask(endpoint, { headers, body: sent, timeout: SIGN_IN_TIMEOUT }).catch((cause) => {
        throw isAuthError(cause) ? cause : serverError('unreachable', { cause })
      })
      const { status, ok, headers: answered } = asked.response
      const { challenge } = endpoint.fields
      const answer = visible({ headers: answered, body: asked.body }, bff, { challenge, session: previous })
      if (!ok) {
        const wait = secondsToWait(answered)
        const retryAfter = wait === undefined ? undefined : wait * 1000
        const detail = { status, body: answer, retryAfter }
        if (isUndecided(status)) throw serverError('unreachable', detail)
        if (status >= 400) throw serverError('refused', detail)
        throw redirected(endpoint.url, answered.get('location'), { ...detail, option: optionOf(endpoint) })
      }
      const { response, text } = asked
      if (isPending(response, text, asked.body, endpoint.fields, bff)) return { session: null, answer }
      const grant = readGrant(answered, asked.body, endpoint.fields, bff)
      const session = { ...begin(grant, asked.upstreamCookies), ...csrfTokenOf(asked) }
      return { session: await withUser(session), answer }
    },

    /**
     * @param cookies of this session, including those that the last attempt has set
     * @param demand a refresh with a body. If the API refuses it, `demand` gets the refusal, and the session continues
     */
    async refresh(session: Session, cookies: Session['upstreamCookies'], demand?: Demand): Promise<Renewal> {
      if (!bff.refresh) return { kind: 'refused' }
      const { endsOn, fields } = bff.refresh
      let upstreamCookies = cookies
      const asked = await ask(bff.refresh, {
        ...stateOf(session),
        upstreamCookies,
        onCookies(kept) {
          upstreamCookies = kept
        },
        timeout: REFRESH_TIMEOUT,
        ...withToken(session, bff.refresh, demand?.body),
      }).catch((error: unknown) => ({ error: errorName(error) }))
      if (hasOwn(asked, 'error'))
        return failedTemporarily({ code: 'unreachable', error: asked.error, upstreamCookies })
      const { status, ok, headers } = asked.response
      if (demand && status >= 400 && !isUndecided(status)) {
        const body = visible({ headers, body: asked.body }, bff, { session })
        demand.refusal = serverError('refused', { status, body })
        return failedTemporarily({ code: 'unreachable', status, upstreamCookies })
      }
      if (endsOn.includes(status))
        return { kind: 'refused', serverReason: reasonIn(session, headers, asked.body, fields.reason) }
      if (isUndecided(status))
        return failedTemporarily({ code: 'unreachable', status, upstreamCookies }, headers)
      if (!ok)
        return failedTemporarily({ ...faultOf(status), status, option: 'refresh', upstreamCookies }, headers)
      try {
        const grant = readGrant(headers, asked.body, fields, bff, session)
        const next = { ...renewed(session, grant, upstreamCookies), ...csrfTokenOf(asked) }
        return { kind: 'renewed', session: await withUser(next) }
      } catch (error) {
        // The API has accepted the refresh, but its response is not a grant. That is no reason to end a session.
        if (!isAuthError(error)) throw error
        const { code, option } = error
        return failedTemporarily({ code: code as ServerErrorCode, status, option, upstreamCookies }, headers)
      }
    },

    /**
     * The reason for a 401 in the words of the API, if it arrives soon enough. The response can still be read afterwards.
     */
    async serverReasonOf(session: Session, response: Response): Promise<string | undefined> {
      const { headers } = response
      if (Number(headers.get('content-length')) > MAX_BODY) return undefined
      const late = new Promise<string>((resolve) => setTimeout(resolve, REASON_TIMEOUT, ''))
      const text = await Promise.race([response.clone().text(), late]).catch(() => '')
      return text.length > MAX_BODY
        ? undefined
        : reasonIn(session, headers, parse(text), bff.signIn.fields.reason)
    },

    async signOut(session: Session): Promise<SignOutResult> {
      if (!bff.signOut) return { kind: 'confirmed' }
      const { headers = {}, body } = withToken(session, bff.signOut)
      const all = { ...headers, authorization: authorization(bff.scheme, session.access) }
      const asked = await ask(bff.signOut, {
        ...stateOf(session),
        headers: all,
        body,
        timeout: SIGN_OUT_TIMEOUT,
      }).catch((error: unknown) => ({ error }))
      // The status says everything. The body may be a whole page, which is too long to be read.
      const status = hasOwn(asked, 'error') ? statusIn(asked.error) : asked.response.status
      if (status !== undefined) return { kind: signOutResult(status), status }
      return { kind: 'unreachable', error: errorName((asked as { error: unknown }).error) }
    },
  }

  /** The name of the option that has this endpoint. */
  function optionOf(endpoint: Target): string {
    const [name] = [...bff.exchanges].find(([, exchange]) => exchange === endpoint) ?? []
    return name === undefined ? 'signIn' : `exchanges.${name}`
  }

  function reasonIn(session: Session, headers: Headers, body: unknown, path: string): string | undefined {
    const serverReason = ownProperty(visible({ headers, body }, bff, { session }), path)
    return typeof serverReason === 'string' && serverReason.length <= MAX_SERVER_REASON
      ? serverReason
      : undefined
  }

  /** What a request contains besides the cookies of the session: the refresh token, and the members of its body. */
  function withToken(
    session: Session,
    { body, encoding }: Target,
    own: Demand['body'] = {},
  ): Pick<Asking, 'headers' | 'body'> {
    const { refresh } = session
    const headers: Record<string, string> = { ...visitorOf(session) }
    const members: Record<string, unknown> = { ...body, ...own }
    if (refresh !== undefined && typeof bff.refreshToken === 'object') {
      const name = bff.refreshToken.header.toLowerCase()
      headers[name] = name === 'authorization' ? authorization(bff.scheme, refresh) : refresh
    }
    if (refresh !== undefined && bff.refreshToken === 'body') members[bff.refreshMember] = refresh
    if (Object.keys(members).length === 0) return { headers }
    const [text, type] = encodeBody(members, encoding)
    return { headers: { ...headers, 'Content-Type': type }, body: text }
  }
}

const stateOf = ({ csrfToken, upstreamCookies }: Session) => ({ csrfToken, upstreamCookies })

const csrfTokenOf = ({ csrfToken }: Asked) => (csrfToken === undefined ? {} : { csrfToken })

/** JSON credentials get the members and the encoding of the endpoint. Other credentials are sent unchanged. */
async function credentialsFor(
  endpoint: Target,
  body: BodyInit,
  contentType: string | null,
): Promise<[body: BodyInit, contentType: string | null]> {
  if (!/^application\/json\b/i.test(contentType ?? '')) return [body, contentType]
  const json = await new Response(body).text()
  const isObject = parse(json) !== null && typeof parse(json) === 'object'
  return isObject ? encodeCredentials(json, endpoint) : [json, contentType]
}

/** The error names the target of the redirect, without the query, which may contain secrets. */
function redirected(from: URL, location: string | null, detail: AuthErrorDetail) {
  if (location === null || !URL.canParse(location, from)) return serverError('redirected', detail)
  const { origin, pathname } = new URL(location, from)
  return explain(
    'redirected',
    `${EXCHANGE_MESSAGES.redirected} The redirect goes to ${origin}${pathname}.`,
    detail,
  )
}

/** The error code for a status that decides nothing. */
const faultOf = (status: number) => ({
  code: status >= 300 && status < 400 ? ('redirected' as const) : ('status-unexpected' as const),
})

/** Whether this status says nothing about the session: the API was busy, or has failed. */
const isUndecided = (status: number) => status >= 500 || status === 408 || status === 425 || status === 429

/** The status of a response whose body could not be used. */
const statusIn = (error: unknown) => (isAuthError(error) ? error.status : undefined)

function signOutResult(status: number): SignOutResult['kind'] {
  if (status === 401 || status === 403) return 'refused'
  if (isUndecided(status)) return 'unreachable'
  // Some APIs redirect to a page after a sign-out. An API that does not know the session need not be informed.
  return status < 400 || status === 404 || status === 410 ? 'confirmed' : 'not-understood'
}

/** `Retry-After`, which is seconds or a date (RFC 9110 §10.2.3); `undefined` for a date in the past. */
function secondsToWait(headers?: Headers): number | undefined {
  const asked = headers?.get('retry-after') ?? ''
  const seconds = /^\d+$/.test(asked) ? Number(asked) : (Date.parse(asked) - Date.now()) / 1000
  return seconds >= 0 ? seconds : undefined
}

type Why = Pick<TemporaryFailure, 'code' | 'status' | 'option' | 'error' | 'upstreamCookies'>

function failedTemporarily(why: Why, headers?: Headers): TemporaryFailure {
  const pause = Math.min(Math.max(secondsToWait(headers) ?? PAUSE, 1), MAX_PAUSE)
  return { kind: 'failed-temporarily', until: Date.now() + pause * 1000, ...why }
}
