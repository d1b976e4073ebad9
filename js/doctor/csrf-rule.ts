import type { Csrf, Plan } from './options.js'
import type { Seen } from './probe/seen.js'
import { begin, csrfHeaderFor, readableCsrfCookie } from './probe/session.js'

/** The CSRF rule that a readable cookie implies, if no rule was given. */
export function repeatedCookie(seen: Seen, isRefresh: boolean): Exclude<Csrf, false> | undefined {
  const answer = seen.exchange('sign-in')?.answer
  const page = seen.exchange('csrf-page')?.answer
  // Django sets such a cookie for its own pages. If a request without the header works, the API does not require it.
  const without = seen.exchange('plain-refresh') ?? seen.exchange('plain-sign-out')
  const cookie =
    seen.plan.isCsrfOpen && answer && seen.needsCookies && !without?.answer?.isOk
      ? readableCsrfCookie(begin(answer, page && begin(page)), isRefresh)
      : undefined
  return cookie && { header: csrfHeaderFor(cookie), cookie: cookie.name }
}

/** Before there is a cookie to repeat, many APIs require at least a header that forms cannot send. */
export function signInRule(seen: Seen): Csrf | undefined {
  const { csrfPage, endpoints } = seen.plan
  const isRefused = seen.exchange('plain-sign-in')?.answer?.isOk === false
  if (csrfPage || endpoints.signIn.csrf !== undefined || !isRefused || !repeatedCookie(seen, false))
    return undefined
  return { header: 'X-Requested-With', value: 'tokencell' }
}

/** The CSRF rule for an endpoint, as in the suggested options. */
export function csrfRuleOf(seen: Seen, name: keyof Plan['endpoints']): Csrf {
  const { csrf, endpoints } = seen.plan
  const ofSignIn = name === 'signIn' ? signInRule(seen) : undefined
  return endpoints[name]?.csrf ?? ofSignIn ?? repeatedCookie(seen, name === 'refresh') ?? csrf
}
