import type { Observations } from './probe/observations.js'

/** What the vault loses without an endpoint for the user. */
export type UserGap = 'always' | 'reload'

/**
 * Whether pages would have no user although one is signed in. `always`: the response to the sign-in contains none.
 * `reload`: a reload begins with a refresh, whose response contains none. The option `user` fills both gaps.
 */
export function userGap(observations: Observations): UserGap | undefined {
  const { plan } = observations
  const place = observations.exchange('sign-in')?.answer?.grant.user
  if (place === undefined) return 'always'
  // A session that is only in the memory of the vault ends with it, as its user does.
  const survives = plan.isRefreshedByCookie || plan.isCookieSession
  const refresh = reloaded(observations)
  return survives && refresh?.isOk && refresh.grant.user !== place ? 'reload' : undefined
}

/** The response that a reload begins with. Without a refresh, a session cookie is checked with `me`. */
function reloaded(observations: Observations) {
  const step = observations.plan.endpoints.refresh ? 'refresh' : 'me-by-cookie'
  return observations.exchange(step)?.answer
}

/** Whether the vault needs the option `user`, and no vault file sets it. */
export const needsUserEndpoint = (observations: Observations) =>
  observations.plan.vault?.user === undefined && userGap(observations) !== undefined
