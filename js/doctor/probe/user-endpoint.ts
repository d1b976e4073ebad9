import type { Answer } from '../answer.js'
import type { Endpoint, Plan } from '../options.js'
import { needsUserEndpoint } from '../user-rule.js'
import type { Client } from './client.js'
import type { Observations } from './observations.js'
import type { Session } from './session.js'

/** Usual paths of the endpoint that returns the user. */
const PATHS = ['me', 'users/current', 'current_user', 'auth/me', 'users/me', 'user', 'profile', 'account']
/** An endpoint with such a path returns the user. Another one may be any endpoint that requires a token (`--me`). */
const OF_USER =
  /(^|[/_-])(me|user|current|current[_-]?user|profile|account|whoami|info|session|get-session)\/?$/i

/**
 * Looks for the endpoint that returns the user, if the vault needs one: the token responses do not always contain the user.
 * All requests are GETs. The plan keeps the endpoint.
 */
export async function findUser(client: Client, observations: Observations, session: Session): Promise<void> {
  if (!needsUserEndpoint(observations)) return
  const { plan } = observations
  const { me } = plan.endpoints
  const ofMe = answerOf(observations)
  if (me && ofMe && isUserOf(me, ofMe)) {
    plan.user = { endpoint: me, place: ofMe.grant.user }
    return
  }
  for (const endpoint of places(plan)) {
    if (endpoint.url.href === me?.url.href) continue
    const answer = await client.ask({ step: 'user', endpoint, session, bearer: true, csrf: false })
    if (!answer || answer.status === 429) return
    if (!answer.isOk || answer.grant.user === undefined) continue
    plan.user = { endpoint, place: answer.grant.user }
    return
  }
}

/** The response of `me` to this user. */
const answerOf = (observations: Observations) =>
  observations
    .answered('me-refreshed', 'me', 'me-by-cookie')
    .find(({ answer }) => observations.showsUser(answer))?.answer

/** Whether this response contains the user. The vault cannot send the headers that the application adds. */
function isUserOf({ url, headers }: Endpoint, { content, grant, type }: Answer): boolean {
  if (type !== 'json' || content.says !== 'something' || Object.keys(headers ?? {}).length > 0) return false
  return grant.user !== undefined || OF_USER.test(url.pathname)
}

/** The places below the URL, below the folder of the sign-in and its parents. */
function places({ api, endpoints }: Plan): Endpoint[] {
  const folders = new Set([api.pathname.replace(/\/$/, '')])
  let folder = endpoints.signIn.url.pathname
  while (folder !== '') {
    folder = folder.replace(/\/[^/]*$/, '')
    folders.add(folder)
  }
  return [...folders].flatMap((folder) =>
    PATHS.map((path) => ({ method: 'GET', url: new URL(`${folder}/${path}`, api) })),
  )
}
