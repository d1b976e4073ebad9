import type { Answer } from '../answer.js'
import type { Endpoint } from '../options.js'
import type { Client } from './client.js'
import type { Seen } from './seen.js'
import type { Session } from './session.js'

// What nobody has said of an API is found out with the first request of each kind, and noted in the plan for the others.

/** Signs in with JSON, and with a form if the API makes nothing of that: OAuth wants one (RFC 6749 §4.3.2). */
export async function signInFirst(client: Client, seen: Seen, json: object) {
  const { endpoints } = seen.plan
  const answer = await client.ask({ step: 'sign-in', endpoint: endpoints.signIn, json })
  if (!answer || endpoints.signIn.encoding || ![400, 415, 422].includes(answer.status)) return answer
  const endpoint = { ...endpoints.signIn, encoding: 'form' as const }
  const other = await client.ask({ step: 'sign-in-as-form', endpoint, json })
  if (!other?.isOk) return answer
  endpoints.signIn = endpoint
  seen.adopt('sign-in-as-form', 'sign-in')
  return other
}

/** Asks for something protected: with the token under a scheme that the API takes, and with the cookie. */
export async function useToken(client: Client, seen: Seen, me: Endpoint, session: Session) {
  const { plan } = seen
  const ask = () =>
    client.ask({ step: 'me', endpoint: me, session, cookies: false, bearer: true, csrf: false })
  const answer = session.access ? await ask() : undefined
  if (!session.access) seen.skip('signing in gives no token', 'me')
  const scheme = answer?.status === 401 ? schemeOf(answer) : undefined
  if (scheme && plan.scheme === 'Bearer') {
    plan.scheme = scheme
    if (!(await ask())?.isOk) plan.scheme = 'Bearer'
  }
  const byCookie =
    session.jar.size > 0
      ? await client.ask({ step: 'me-by-cookie', endpoint: me, session, csrf: false })
      : undefined
  if (!byCookie) seen.skip('signing in sets no cookie', 'me-by-cookie')
  // What looked like a token is none, as with better-auth.
  if (byCookie?.isOk && !seen.exchange('me')?.answer?.isOk) plan.isCookieSession = true
}

/** Refreshes with the token in the body, and if that is refused in `Authorization`, as flask-jwt-extended wants it. */
export async function refreshFirst(client: Client, seen: Seen, endpoint: Endpoint, session: Session) {
  const { plan } = seen
  const answer = await client.refresh('refresh', endpoint, session)
  if (answer?.isOk || !session.refresh || plan.refreshToken) return answer
  plan.refreshToken = { header: 'Authorization' }
  const other = await client.refresh('refresh-in-header', endpoint, session)
  if (other?.isOk) {
    seen.adopt('refresh-in-header', 'refresh')
    return other
  }
  plan.refreshToken = undefined
  return answer
}

/** The scheme that the API asks for in place of `Bearer`; those of browsers are for people. */
function schemeOf(answer: Answer): string | undefined {
  const [scheme] = /^[\w-]+/.exec(answer.header('www-authenticate') ?? '') ?? []
  return scheme && !/^(basic|bearer|digest|negotiate)$/i.test(scheme) ? scheme : undefined
}
