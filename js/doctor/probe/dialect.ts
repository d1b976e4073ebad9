import type { Answer } from '../answer.js'
import type { Endpoint } from '../options.js'
import type { Client } from './client.js'
import { searchCsrf } from './csrf-search.js'
import { neededCookies } from './needed.js'
import type { Observations } from './observations.js'
import { begin, candidates, type Session } from './session.js'

// The first request of each kind detects what is not known about an API. The plan keeps the result for the other
// requests.

/**
 * Signs in with JSON. If the API requires a CSRF token, looks for one. If the API does not understand JSON, signs in with a
 * form: OAuth requires one (RFC 6749 §4.3.2).
 *
 * @returns the response, and the session that the request was sent with
 */
export async function signInFirst(
  client: Client,
  observations: Observations,
  json: object,
  session: Session | undefined,
) {
  const { endpoints } = observations.plan
  const attempt = (session: Session | undefined) =>
    client.ask({ step: 'sign-in', endpoint: endpoints.signIn, json, session })
  const answer = await attempt(session)
  const found = await searchCsrf(client, observations, { session, refused: answer, attempt })
  if (found) return found
  if (!answer || endpoints.signIn.encoding || ![400, 415, 422].includes(answer.status))
    return { answer, session }
  const endpoint = { ...endpoints.signIn, encoding: 'form' as const }
  const other = await client.ask({ step: 'sign-in-as-form', endpoint, json, session })
  if (!other?.isOk) return { answer, session }
  endpoints.signIn = endpoint
  observations.adopt('sign-in-as-form', 'sign-in')
  return { answer: other, session }
}

/** Requests something protected: with the token, under a scheme that the API accepts, and with the cookies. */
export async function useToken(client: Client, observations: Observations, me: Endpoint, session: Session) {
  const { plan } = observations
  const ask = () =>
    client.ask({ step: 'me', endpoint: me, session, cookies: false, bearer: true, csrf: false })
  const answer = session.access ? await ask() : undefined
  if (!session.access) observations.skip('the response to the sign-in contains no token', 'me')
  const scheme = answer?.status === 401 ? schemeOf(answer) : undefined
  if (scheme && plan.scheme === 'Bearer') {
    plan.scheme = scheme
    if (!(await ask())?.isOk) plan.scheme = 'Bearer'
  }
  if (session.jar.size === 0)
    return observations.skip('the response to the sign-in sets no cookie', 'me-by-cookie')
  const byCookies = (session: Session) =>
    client.ask({ step: 'me-by-cookie', endpoint: me, session, csrf: false })
  const cookies = await byCookies(session)
  // If the cookies work, but not the token, the value is not a token, as with better-auth.
  const isByCookie = observations.isUser('me-by-cookie')
  // If there is a refresh, it shows which cookies are needed.
  if (!isByCookie && !plan.endpoints.refresh) plan.sessionCookies = []
  if (observations.isUser('me')) return
  if (isByCookie) plan.isCookieSession = true
  else if (session.access && isUnauthorized(answer) && isUnauthorized(cookies)) {
    // Some APIs bind the token to a cookie with a fingerprint: neither counts without the other.
    await client.ask({ step: 'me', endpoint: me, session, bearer: true, csrf: false })
    plan.isTokenBound = observations.isUser('me')
  }
  if (!isByCookie && !plan.isTokenBound) return
  const bearer = plan.isTokenBound
  const { names } = await neededCookies(session, async (session) => {
    await client.ask({ step: 'without-a-cookie', endpoint: me, session, bearer, csrf: false })
    return observations.isUser('without-a-cookie') ? session : undefined
  })
  plan.sessionCookies = names
}

const isUnauthorized = (answer: Answer | undefined) => answer?.status === 401 || answer?.status === 403

/**
 * Refreshes with the cookies alone. If that fails, sends the token of the body in a body. If that fails, sends it in
 * `Authorization`, as flask-jwt-extended requires. Then detects which cookies the refresh needs.
 *
 * @returns the session after the refresh, `undefined` if there is none
 */
export async function refreshFirst(
  client: Client,
  observations: Observations,
  endpoint: Endpoint,
  first: Session,
) {
  const { plan } = observations
  const refused = (await byCookies(first)) ?? (await byToken(first))
  const attempt = async (session: Session) => (await byCookies(session)) ?? byToken(session)
  const found = await searchCsrf(client, observations, { session: first, refused, attempt })
  const answer = found?.answer ?? refused
  if (!answer?.isOk) return { answer, session: undefined }
  const session = begin(answer, found?.session ?? first)
  const { names, session: last } = await neededCookies(session, async (session) => {
    const answer = await client.refresh('without-a-cookie', endpoint, session)
    return answer?.isOk ? begin(answer, session) : undefined
  })
  plan.sessionCookies = [...new Set([...names, ...(plan.sessionCookies ?? [])])]
  return { answer, session: last }

  /** A token in the body is not sent, because a client that has the cookie would not send it. */
  async function byCookies(first: Session) {
    if (candidates(first).length === 0) return undefined
    const answer = await client.ask({ step: 'refresh-by-cookie', endpoint, session: first })
    const isEnough = answer?.isOk && (plan.isCookieSession || answer.grant.access.length > 0)
    if (first.refresh && !isEnough) return undefined
    observations.adopt('refresh-by-cookie', 'refresh')
    if (isEnough) plan.isRefreshedByCookie = true
    return answer
  }

  async function byToken(first: Session) {
    const answer = await client.refresh('refresh', endpoint, first)
    if (answer?.isOk || !first.refresh || plan.refreshToken) return answer
    plan.refreshToken = { header: 'Authorization' }
    const other = await client.refresh('refresh-in-header', endpoint, first)
    if (other?.isOk) {
      observations.adopt('refresh-in-header', 'refresh')
      return other
    }
    plan.refreshToken = undefined
    return answer
  }
}

/** The scheme that the API requires instead of `Bearer`. Schemes that browsers handle themselves are ignored. */
function schemeOf(answer: Answer): string | undefined {
  const [scheme] = /^[\w-]+/.exec(answer.header('www-authenticate') ?? '') ?? []
  return scheme && !/^(basic|bearer|digest|negotiate)$/i.test(scheme) ? scheme : undefined
}
