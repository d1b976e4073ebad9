import type { Answer } from '../answer.js'
import type { Endpoint } from '../options.js'
import type { Client } from './client.js'
import { neededCookies } from './needed.js'
import type { Observations } from './observations.js'
import { begin, candidates, type Session } from './session.js'

// The first request of each kind detects what is not known about an API. The plan keeps the result for the other
// requests.

/** Signs in with JSON. If the API does not understand JSON, signs in with a form: OAuth requires one (RFC 6749 §4.3.2). */
export async function signInFirst(
  client: Client,
  observations: Observations,
  json: object,
  session: Session | undefined,
) {
  const { endpoints } = observations.plan
  const answer = await client.ask({ step: 'sign-in', endpoint: endpoints.signIn, json, session })
  if (!answer || endpoints.signIn.encoding || ![400, 415, 422].includes(answer.status)) return answer
  const endpoint = { ...endpoints.signIn, encoding: 'form' as const }
  const other = await client.ask({ step: 'sign-in-as-form', endpoint, json, session })
  if (!other?.isOk) return answer
  endpoints.signIn = endpoint
  observations.adopt('sign-in-as-form', 'sign-in')
  return other
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
  await byCookies(session)
  // If the cookies work, but not the token, the value is not a token, as with better-auth.
  const isByCookie = observations.isUser('me-by-cookie')
  // If there is a refresh, it shows which cookies are needed.
  if (!isByCookie && !plan.endpoints.refresh) plan.sessionCookies = []
  if (!isByCookie || observations.isUser('me')) return
  plan.isCookieSession = true
  const { names } = await neededCookies(session, async (session) => {
    await client.ask({ step: 'without-a-cookie', endpoint: me, session, csrf: false })
    return observations.isUser('without-a-cookie') ? session : undefined
  })
  plan.sessionCookies = names
}

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
  const answer = (await byCookies()) ?? (await byToken())
  if (!answer?.isOk) return { answer, session: undefined }
  const session = begin(answer, first)
  const { names, session: last } = await neededCookies(session, async (session) => {
    const answer = await client.refresh('without-a-cookie', endpoint, session)
    return answer?.isOk ? begin(answer, session) : undefined
  })
  plan.sessionCookies = [...new Set([...names, ...(plan.sessionCookies ?? [])])]
  return { answer, session: last }

  /** A token in the body is not sent, because a client that has the cookie would not send it. */
  async function byCookies() {
    if (candidates(first).length === 0) return undefined
    const answer = await client.ask({ step: 'refresh-by-cookie', endpoint, session: first })
    const isEnough = answer?.isOk && (plan.isCookieSession || answer.grant.access.length > 0)
    if (first.refresh && !isEnough) return undefined
    observations.adopt('refresh-by-cookie', 'refresh')
    if (isEnough) plan.isRefreshedByCookie = true
    return answer
  }

  async function byToken() {
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
