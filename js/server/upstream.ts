import { parseSetCookie } from 'cookie'
import { authorization } from '../common/authorization.js'
import { decoded } from '../common/cookie.js'
import { encodeBody, encodeCredentials } from '../common/endpoint.js'
import { type AuthErrorDetail, explain, isAuthError } from '../common/errors.js'
import { EXCHANGE_MESSAGES } from '../common/exchange-errors.js'
import { ownProperty } from '../common/own-property.js'
import { type ServerErrorCode, serverError } from './errors.js'
import { type ErrorName, errorName } from './events.js'
import { readGrant, visible } from './grant.js'
import type { Bff, Target } from './options.js'
import type { Renewal, TemporaryFailure } from './renewal.js'
import { begin, renewed } from './session.js'
import type { Session } from './session-types.js'
import { visitorOf } from './visitor.js'

/**
 * How long the API may take for a refresh, whose answer may be the only copy of a token: whoever waits for it gives up long
 * before. In milliseconds, likewise the other times.
 */
export const REFRESH_TIMEOUT = 70_000
const SIGN_OUT_TIMEOUT = 10_000
const SIGN_IN_TIMEOUT = 30_000
/** How long an answer may take to say why it is a 401. */
const CAUSE_PATIENCE = 1000
/** A token response longer than this is none. In characters. */
const LONGEST_BODY = 1024 * 1024
/** When to ask again an API that has not answered; no longer than the second, whatever it says. In seconds. */
const PAUSE = 2
const LONGEST_PAUSE = 60
/** What an API may say of why, as it is kept in a cookie. In characters. */
const LONGEST_CAUSE = 100

/**
 * What became of a sign-out: `refused` is the token, which may be too old; `not-understood` is the request, as it will be
 * the next time.
 */
export interface SignOutResult {
  kind: 'told' | 'refused' | 'not-understood' | 'unreachable'
  status?: number | undefined
  error?: ErrorName | undefined
}

/** What became of a sign-in: the API's answer has every token removed. */
export interface SignedIn {
  session: Session
  answer: unknown
}

/** The exchanges of credentials with the API. */
export function createUpstream(bff: Bff) {
  async function ask(
    { method, url, csrf }: Target,
    { jar = {}, headers = {}, body, timeout, onCookies }: Asking,
  ): Promise<{ response: Response; body: unknown; jar: Record<string, string> }> {
    // The header is for APIs that want one before they have given a cookie to repeat.
    const all = new Headers({ Accept: 'application/json', 'X-Requested-With': 'tokencell', ...headers })
    if (csrf) {
      const value = 'value' in csrf ? csrf.value : repeated(jar, csrf.cookie)
      if (value !== undefined) all.set(csrf.header, value)
    }
    const pairs = Object.entries(jar).map((pair) => pair.join('='))
    if (pairs.length > 0) all.set('Cookie', pairs.join('; '))
    const response = await fetch(url, {
      method,
      headers: all,
      body: body ?? null,
      cache: 'no-store',
      // Do not follow redirects: a token response has one address.
      redirect: 'manual',
      // Not the signal of the visitor: a visitor who leaves must not lose a rotation.
      signal: AbortSignal.timeout(timeout),
    })
    const kept = keep(jar, response.headers)
    if (response.ok) onCookies?.(kept)
    const text = await response.text()
    if (text.length > LONGEST_BODY) throw serverError('body-malformed', { status: response.status })
    return { response, body: parse(text), jar: kept }
  }

  return {
    /** @throws AuthError `refused`, `unreachable`, or what is wrong with the token response */
    async signIn(
      body: BodyInit,
      contentType: string | null,
      forwarded: Record<string, string>,
    ): Promise<SignedIn> {
      const [sent, type] = await credentialsFor(bff.signIn, body, contentType)
      const headers = type ? { ...forwarded, 'Content-Type': type } : forwarded
      const asked = await ask(bff.signIn, { headers, body: sent, timeout: SIGN_IN_TIMEOUT }).catch(
        (cause) => {
          throw isAuthError(cause) ? cause : serverError('unreachable', { cause })
        },
      )
      const { status, ok, headers: answered } = asked.response
      const answer = visible({ headers: answered, body: asked.body }, bff)
      if (!ok) {
        const wait = secondsToWait(answered)
        const retryAfter = wait === undefined ? undefined : wait * 1000
        const detail = { status, body: answer, retryAfter }
        if (isUndecided(status)) throw serverError('unreachable', detail)
        if (status >= 400) throw serverError('refused', detail)
        throw redirected(bff.signIn.url, answered.get('location'), { ...detail, option: 'signIn' })
      }
      const grant = readGrant(answered, asked.body, bff.signIn.fields, bff)
      return { session: begin(grant, asked.jar), answer }
    },

    /** @param cookies of this session, with what the last attempt has brought */
    async refresh(session: Session, cookies: Session['jar']): Promise<Renewal> {
      if (!bff.refresh) return { kind: 'refused' }
      const { endsOn, fields } = bff.refresh
      let jar = cookies
      const asked = await ask(bff.refresh, {
        jar,
        onCookies(kept) {
          jar = kept
        },
        timeout: REFRESH_TIMEOUT,
        ...withToken(session, bff.refresh),
      }).catch((error: unknown) => ({ error: errorName(error) }))
      if ('error' in asked) return postponed({ code: 'unreachable', error: asked.error, jar })
      const { status, ok, headers } = asked.response
      if (endsOn.includes(status))
        return { kind: 'refused', cause: reasonIn(headers, asked.body, fields.reason) }
      if (isUndecided(status)) return postponed({ code: 'unreachable', status, jar }, headers)
      if (!ok) return postponed({ ...faultOf(status), status, option: 'refresh', jar }, headers)
      try {
        const grant = readGrant(headers, asked.body, fields, bff)
        return { kind: 'renewed', session: renewed(session, grant, jar) }
      } catch (error) {
        // The API agreed, and what it sent is no grant: no reason to end a session.
        if (!isAuthError(error)) throw error
        const { code, option } = error
        return postponed({ code: code as ServerErrorCode, status, option, jar }, headers)
      }
    },

    /** Why the API has answered a request with 401, in its own word, if it says that soon. The response stays as it is. */
    async causeOf(response: Response): Promise<string | undefined> {
      const { headers } = response
      if (Number(headers.get('content-length')) > LONGEST_BODY) return undefined
      const late = new Promise<string>((resolve) => setTimeout(resolve, CAUSE_PATIENCE, ''))
      const text = await Promise.race([response.clone().text(), late]).catch(() => '')
      return text.length > LONGEST_BODY ? undefined : reasonIn(headers, parse(text), bff.signIn.fields.reason)
    },

    async signOut(session: Session): Promise<SignOutResult> {
      if (!bff.signOut) return { kind: 'told' }
      const { jar, access } = session
      const { headers = {}, body } = withToken(session, bff.signOut)
      const all = { ...headers, authorization: authorization(bff.scheme, access) }
      const asked = await ask(bff.signOut, { jar, headers: all, body, timeout: SIGN_OUT_TIMEOUT }).catch(
        (error: unknown) => ({ error: errorName(error) }),
      )
      if ('error' in asked) return { kind: 'unreachable', error: asked.error }
      const { status } = asked.response
      return { kind: signOutResult(status), status }
    },
  }

  function reasonIn(headers: Headers, body: unknown, path: string): string | undefined {
    const cause = ownProperty(visible({ headers, body }, bff), path)
    return typeof cause === 'string' && cause.length <= LONGEST_CAUSE ? cause : undefined
  }

  /** What a request says of the session beside its cookies: the refresh token, and the members of every body. */
  function withToken(session: Session, { body, encoding }: Target): Pick<Asking, 'headers' | 'body'> {
    const { refresh } = session
    const headers: Record<string, string> = { ...visitorOf(session) }
    const members: Record<string, string> = { ...body }
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

/** Credentials that are JSON get the members and the encoding of the endpoint. What else there is goes as it came. */
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

/** Says where it leads, without the query, which may hold secrets. */
function redirected(from: URL, location: string | null, detail: AuthErrorDetail) {
  if (location === null || !URL.canParse(location, from)) return serverError('redirected', detail)
  const { origin, pathname } = new URL(location, from)
  return explain('redirected', `${EXCHANGE_MESSAGES.redirected} It leads to ${origin}${pathname}.`, detail)
}

/** What is wrong with an answer that decides nothing. */
const faultOf = (status: number) => ({
  code: status >= 300 && status < 400 ? ('redirected' as const) : ('status-unexpected' as const),
})

/** Whether this says nothing of the session: the API was busy, or has failed. */
const isUndecided = (status: number) => status >= 500 || status === 408 || status === 425 || status === 429

function signOutResult(status: number): SignOutResult['kind'] {
  if (status === 401 || status === 403) return 'refused'
  if (isUndecided(status)) return 'unreachable'
  // Some lead to a page from here; and an API that does not know the session has no need to be told.
  return status < 400 || status === 404 || status === 410 ? 'told' : 'not-understood'
}

interface Asking {
  jar?: Record<string, string>
  headers?: Record<string, string>
  body?: BodyInit | undefined
  timeout: number
  /** Called as soon as the head of an answer of 2xx is there, with the cookies from then on. */
  onCookies?: (jar: Record<string, string>) => void
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Cookies go back as they came, well-formed or not. */
const asItIs = (value: string) => value

/** The cookies that the API wants back. Where it wants them is known: at its own endpoints. */
function keep(jar: Record<string, string>, headers: Headers): Record<string, string> {
  const kept = { ...jar }
  for (const header of headers.getSetCookie()) {
    const { name, value = '', maxAge, expires } = parseSetCookie(header, { decode: asItIs })
    const isGone =
      maxAge === undefined ? expires !== undefined && expires.getTime() <= Date.now() : maxAge <= 0
    if (isGone) delete kept[name]
    else kept[name] = value
  }
  return kept
}

/** What a page would repeat of a cookie of the API. */
function repeated(jar: Record<string, string>, name: string): string | undefined {
  const value = jar[name]
  return value === undefined ? undefined : decoded(value)
}

/** `Retry-After`, which is seconds or a date (RFC 9110 §10.2.3); nothing for one that is past. */
function secondsToWait(headers?: Headers): number | undefined {
  const asked = headers?.get('retry-after') ?? ''
  const seconds = /^\d+$/.test(asked) ? Number(asked) : (Date.parse(asked) - Date.now()) / 1000
  return seconds >= 0 ? seconds : undefined
}

type Why = Pick<TemporaryFailure, 'code' | 'status' | 'option' | 'error' | 'jar'>

function postponed(why: Why, headers?: Headers): TemporaryFailure {
  const pause = Math.min(Math.max(secondsToWait(headers) ?? PAUSE, 1), LONGEST_PAUSE)
  return { kind: 'failed-temporarily', until: Date.now() + pause * 1000, ...why }
}
