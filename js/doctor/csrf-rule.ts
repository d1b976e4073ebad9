import { CSRF_FIELD } from '../common/csrf-token.js'
import type { CsrfSource, FixedCsrf } from '../common/endpoint.js'
import type { CsrfPlace } from './grant.js'
import type { Csrf, Plan } from './options.js'
import type { Observations } from './probe/observations.js'
import { begin, csrfHeaderFor, csrfHeaderOf, readableCsrfCookie } from './probe/session.js'

/** The CSRF rule that a readable cookie implies, if no rule was given. */
export function repeatedCookie(
  observations: Observations,
  isRefresh: boolean,
): Exclude<FixedCsrf, false> | undefined {
  const answer = observations.exchange('sign-in')?.answer
  const page = observations.exchange('csrf-page')?.answer
  const cookie =
    answer && isRequired(observations)
      ? readableCsrfCookie(begin(answer, page && begin(page)), isRefresh)
      : undefined
  return cookie && { header: csrfHeaderFor(cookie), cookie: cookie.name }
}

/** Django sets a CSRF cookie for its own pages. If a request without the header works, the API does not require it. */
function isRequired(observations: Observations): boolean {
  if (!observations.plan.isCsrfOpen || !observations.needsCookies) return false
  const refreshes = observations.answered('forged-refresh', 'plain-refresh')
  const signOuts = observations.answered('forged-sign-out', 'plain-sign-out')
  // A sign-out that was answered with success, but did not end the session, was refused.
  return !(refreshes.length > 0 ? refreshes : signOuts).some(
    ({ step, answer }) => answer.isOk && !observations.idle.has(step),
  )
}

/** The CSRF rule that a token from a page, an endpoint or another response implies. */
function sourcedToken(observations: Observations): Exclude<Csrf, false> | undefined {
  if (!isRequired(observations)) return undefined
  const { csrfPage } = observations.plan
  if (!csrfPage) {
    const csrf = observations.exchange('sign-in')?.answer?.grant.csrf
    // A `<meta>` element is in pages, and not in the response to a sign-in.
    if (!csrf || 'meta' in csrf.place) return undefined
    return { header: csrfHeaderOf(csrf.place), from: csrf.place }
  }
  const csrf = observations.exchange('csrf-page')?.answer?.grant.csrf
  const path = csrfPage.url.pathname + csrfPage.url.search
  return csrf && { header: csrfHeaderOf(csrf.place), from: requested(csrf.place, path) }
}

/** The place of a token that is requested from this path. Usual values are left out. */
function requested(place: CsrfPlace, endpoint: string): CsrfSource {
  if ('meta' in place) return { ...place, ...(endpoint !== '/' && { endpoint }) }
  return 'field' in place && place.field === CSRF_FIELD ? { endpoint } : { endpoint, ...place }
}

/** The CSRF rule that doctor has found: a readable cookie to repeat, else a token that the API gives in another place. */
export const foundRule = (observations: Observations, isRefresh: boolean) =>
  repeatedCookie(observations, isRefresh) ?? sourcedToken(observations)

/** Before there is a cookie to repeat, many APIs require at least a header that forms cannot send. */
export function signInRule(observations: Observations): FixedCsrf | undefined {
  const { csrfPage, endpoints } = observations.plan
  const isRefused = observations.exchange('plain-sign-in')?.answer?.isOk === false
  if (csrfPage || endpoints.signIn.csrf !== undefined || !isRefused || !foundRule(observations, false))
    return undefined
  return { header: 'X-Requested-With', value: 'tokencell' }
}

/** The CSRF rule for an endpoint, as in the suggested options. */
export function csrfRuleOf(observations: Observations, name: keyof Plan['endpoints']): Csrf {
  const { csrf, endpoints } = observations.plan
  const ofSignIn = name === 'signIn' ? signInRule(observations) : undefined
  return endpoints[name]?.csrf ?? ofSignIn ?? foundRule(observations, name === 'refresh') ?? csrf
}
