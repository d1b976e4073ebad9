import { decoded } from '../../common/cookie.js'
import type { Answer } from '../answer.js'
import { isCsrfCookie, type SetCookie } from '../cookies.js'
import type { Endpoint, Plan } from '../options.js'
import type { Secret } from '../secret.js'

/** What a client holds after a token response. Never changed: an older one is what a thief would have. */
export interface Session {
  jar: ReadonlyMap<string, SetCookie>
  access: Secret | undefined
  /** The refresh token, if it comes in the body, and its field. */
  refresh: { token: Secret; place: string } | undefined
  csrf: Secret | undefined
}

/** The session that an answer grants, on top of the one before. */
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
    csrf: grant.csrf?.token ?? before?.csrf,
  }
}

/** The same without this cookie. */
export function without(name: string, session: Session): Session {
  return { ...session, jar: new Map([...session.jar].filter(([it]) => it !== name)) }
}

/** The cookies that may stand for the session: not those that pages repeat against CSRF. */
export const candidates = ({ jar }: Session) => [...jar.values()].filter((cookie) => !isCsrfCookie(cookie))

/** The cookie that stands for the session, by what was found out about this API. */
export function cookieOf({ jar }: Session, { sessionCookies = [] }: Plan): SetCookie | undefined {
  return sessionCookies.map((name) => jar.get(name)).find((cookie) => cookie !== undefined)
}

/** What a session is refreshed with, wherever that is. */
export const refreshTokenOf = (session: Session, plan: Plan): Secret | undefined =>
  cookieOf(session, plan)?.value ?? session.refresh?.token

/** The same with the refresh token of another, wherever that is. */
export function withRefreshOf(session: Session, other: Session, plan: Plan): Session {
  const cookie = cookieOf(other, plan)
  return {
    ...session,
    jar: cookie ? new Map(session.jar).set(cookie.name, cookie) : session.jar,
    refresh: other.refresh,
  }
}

/** The same with this in place of its refresh token. */
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
  const isOpen = plan.isCsrfOpen && endpoint.csrf === undefined
  const isRefresh = endpoint.url.href === plan.endpoints.refresh?.url.href
  const repeated =
    'cookie' in csrf
      ? session?.jar.get(csrf.cookie)
      : isOpen
        ? readableCsrfCookie(session, isRefresh)
        : undefined
  if ('value' in csrf) headers[csrf.header] = csrf.value
  // Before there is a cookie to repeat, many APIs want at least this.
  else headers['X-Requested-With'] = 'tokencell'
  if (repeated)
    headers['cookie' in csrf ? csrf.header : csrfHeaderFor(repeated)] = decoded(repeated.value.reveal())
  else if (session?.csrf && isOpen) headers['X-CSRF-Token'] = session.csrf.reveal()
  return headers
}

/** A cookie that waits to be repeated in a header. Some APIs, as flask-jwt-extended, have one of its own for the refresh. */
export function readableCsrfCookie(
  session: Pick<Session, 'jar'> | undefined,
  isRefresh = false,
): SetCookie | undefined {
  const cookies = [...(session?.jar.values() ?? [])].filter((it) => isCsrfCookie(it) && !it.httpOnly)
  return cookies.find(({ name }) => /refresh/i.test(name) === isRefresh) ?? cookies[0]
}

/** Angular and Laravel have a name of their own for it, and so has Django. */
export function csrfHeaderFor({ name }: SetCookie): string {
  if (/xsrf/i.test(name)) return 'X-XSRF-TOKEN'
  return name === 'csrftoken' ? 'X-CSRFToken' : 'X-CSRF-Token'
}
