import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from './client.js'
import type { Observations, Step } from './observations.js'
import type { Session } from './session.js'

/**
 * Checks whether responses bring newer tokens (sliding sessions). Without a refresh, waits for the second half of the
 * token's life, if that begins soon enough: some APIs send the next token only then.
 *
 * @returns the session with the newest token
 */
export async function slide(client: Client, observations: Observations, session: Session): Promise<Session> {
  const { plan } = observations
  const { me } = plan.endpoints
  const [access] = observations.answer('sign-in').grant.access
  if (!access || !me || !observations.isUser('me')) return session
  const slid = take(observations, session, 'me-refreshed', 'me')
  const isRefreshing = observations.exchange('refresh')?.answer?.isOk
  const { exp, iat } = access.jwt ?? {}
  const half = exp !== undefined && iat !== undefined ? (exp - iat) / 2 : undefined
  if (plan.renewHeader || isRefreshing || half === undefined || half > plan.grace) return slid
  await delay(half * 1000)
  await client.ask({ step: 'me-later', endpoint: me, session, bearer: true, csrf: false })
  return take(observations, session, 'me-later')
}

/** Takes the token that a response has brought in a header, if no sign-in or refresh has issued it. */
function take(observations: Observations, session: Session, ...steps: Step[]): Session {
  const issued = observations.grants().flatMap(({ answer }) => answer.grant.access)
  for (const step of steps) {
    const renewed = observations.exchange(step)?.answer?.grant.renewed
    if (!renewed || issued.some(({ token }) => token.equals(renewed.token))) continue
    observations.plan.renewHeader ??= renewed.header
    return { ...session, access: renewed.token }
  }
  return session
}
