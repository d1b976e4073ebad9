import { decoded } from '../../common/cookie.js'
import type { Answer } from '../answer.js'
import { isCsrfCookie, type SetCookie } from '../cookies.js'
import type { CsrfPlace, Grant } from '../grant.js'
import type { Endpoint, Plan } from '../options.js'
import type { Secret } from '../secret.js'

/** What a client has after a token response. It is never changed, because an older one is what a thief would have. */
export interface Session {
  jar: ReadonlyMap<string, SetCookie>
  access: Secret | undefined
  /** The refresh token and its field, if it comes in the body. */
  refresh: { token: Secret; place: string } | undefined
  csrf: Grant['csrf']
}

/** The session that a response grants, based on the previous session. */
export function begin({ cookies, grant }: Answer, before?: Session): Session {
  const jar = new Map(before?.jar)
  for (const cookie of cookies) {
    if (cookie.isGone) jar.delete(cookie.name)
    else jar.set(cookie.name, cookie)
  }
  return {
    jar,
    access: grant.access[0]?.token ?? before?.access,
    refresh: grant.refresh ?? before?.refresh,
    csrf: grant.csrf ?? before?.csrf,
  }
}

/** The same session without this cookie. */
export function without(name: string, session: Session): Session {
  return { ...session, jar: new Map([...session.jar].filter(([it]) => it !== name)) }
}

/** The cookies that may be the session cookie: all except those that pages repeat against CSRF. */
export const candidates = ({ jar }: Session) => [...jar.values()].filter((cookie) => !isCsrfCookie(cookie))

/** The session cookie, as the probe has detected it for this API. */
export function cookieOf({ jar }: Session, { sessionCookies = [] }: Plan): SetCookie | undefined {
  return sessionCookies.map((name) => jar.get(name)).find((cookie) => cookie !== undefined)
}

/** The refresh token of a session, from a cookie or from the body. */
export const refreshTokenOf = (session: Session, plan: Plan): Secret | undefined =>
  cookieOf(session, plan)?.value ?? session.refresh?.token

/** The same session with the refresh token of another session, in a cookie or in the body. */
export function withRefreshOf(session: Session, other: Session, plan: Plan): Session {
  const cookie = cookieOf(other, plan)
  return {
    ...session,
    jar: cookie ? new Map(session.jar).set(cookie.name, cookie) : session.jar,
    refresh: other.refresh,
  }
}

/** The same session with this value as its refresh token. */
export function withToken(session: Session, value: Secret, plan: Plan): Session {
  const cookie = cookieOf(session, plan)
  return {
    ...session,
    jar: cookie ? new Map(session.jar).set(cookie.name, { ...cookie, value }) : session.jar,
    refresh: session.refresh && { ...session.refresh, token: value },
  }
}

/** The headers that prove where a request comes from. */
export function csrfHeaders(plan: Plan, endpoint: Endpoint, session?: Session): Record<string, string> {
  const headers: Record<string, string> = {}
  const { csrf = plan.csrf } = endpoint
  if (!csrf) return headers
  if ('from' in csrf) return session?.csrf ? { [csrf.header]: session.csrf.token.reveal() } : headers
  const isOpen = plan.isCsrfOpen && endpoint.csrf === undefined
  const isRefresh = endpoint.url.href === plan.endpoints.refresh?.url.href
  const repeated =
    'cookie' in csrf
      ? session?.jar.get(csrf.cookie)
      : isOpen
        ? readableCsrfCookie(session, isRefresh)
        : undefined
  if ('value' in csrf) headers[csrf.header] = csrf.value
  // Before there is a cookie to repeat, many APIs require at least this header.
  else headers['X-Requested-With'] = 'tokencell'
  if (repeated)
    headers['cookie' in csrf ? csrf.header : csrfHeaderFor(repeated)] = decoded(repeated.value.reveal())
  else if (session?.csrf && isOpen) headers[csrfHeaderOf(session.csrf.place)] = session.csrf.token.reveal()
  return headers
}

/**
 * The cookie that must be repeated in a header. Some APIs, such as flask-jwt-extended, have a separate cookie for the
 * refresh.
 */
export function readableCsrfCookie(
  session: Pick<Session, 'jar'> | undefined,
  isRefresh = false,
): SetCookie | undefined {
  const cookies = [...(session?.jar.values() ?? [])].filter((it) => isCsrfCookie(it) && !it.httpOnly)
  return cookies.find(({ name }) => /refresh/i.test(name) === isRefresh) ?? cookies[0]
}

/** The header in which APIs expect a token from this place. */
export const csrfHeaderOf = (place: CsrfPlace): string =>
  'responseHeader' in place
    ? place.responseHeader
    : /xsrf/i.test(Object.values(place).join())
      ? 'X-XSRF-TOKEN'
      : 'X-CSRF-Token'

/** Angular, Laravel and Django have their own names for this header. */
export function csrfHeaderFor({ name }: SetCookie): string {
  if (/xsrf/i.test(name)) return 'X-XSRF-TOKEN'
  return name === 'csrftoken' ? 'X-CSRFToken' : 'X-CSRF-Token'
}
