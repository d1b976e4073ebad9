import type { Csrf, Plan } from './options.js'
import type { Observations } from './probe/observations.js'
import { begin, csrfHeaderFor, readableCsrfCookie } from './probe/session.js'

/** The CSRF rule that a readable cookie implies, if no rule was given. */
export function repeatedCookie(
  observations: Observations,
  isRefresh: boolean,
): Exclude<Csrf, false> | undefined {
  const answer = observations.exchange('sign-in')?.answer
  const page = observations.exchange('csrf-page')?.answer
  // Django sets such a cookie for its own pages. If a request without the header works, the API does not require it.
  const without = observations.exchange('plain-refresh') ?? observations.exchange('plain-sign-out')
  const cookie =
    observations.plan.isCsrfOpen && answer && observations.needsCookies && !without?.answer?.isOk
      ? readableCsrfCookie(begin(answer, page && begin(page)), isRefresh)
      : undefined
  return cookie && { header: csrfHeaderFor(cookie), cookie: cookie.name }
}

/** Before there is a cookie to repeat, many APIs require at least a header that forms cannot send. */
export function signInRule(observations: Observations): Csrf | undefined {
  const { csrfPage, endpoints } = observations.plan
  const isRefused = observations.exchange('plain-sign-in')?.answer?.isOk === false
  if (csrfPage || endpoints.signIn.csrf !== undefined || !isRefused || !repeatedCookie(observations, false))
    return undefined
  return { header: 'X-Requested-With', value: 'tokencell' }
}

/** The CSRF rule for an endpoint, as in the suggested options. */
export function csrfRuleOf(observations: Observations, name: keyof Plan['endpoints']): Csrf {
  const { csrf, endpoints } = observations.plan
  const ofSignIn = name === 'signIn' ? signInRule(observations) : undefined
  return endpoints[name]?.csrf ?? ofSignIn ?? repeatedCookie(observations, name === 'refresh') ?? csrf
}
