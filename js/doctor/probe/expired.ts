import { setTimeout as delay } from 'node:timers/promises'
import type { Plan } from '../options.js'
import { Secret } from '../secret.js'
import type { Client } from './client.js'
import { refreshOf } from './client.js'
import type { Observations } from './observations.js'
import { begin, type Session } from './session.js'

/**
 * Signs out with an expired access token, as after a night. An API that checks only this token may answer with success,
 * although it has not ended the session.
 *
 * @returns the session, if it has not ended
 */
export async function signOutExpired(
  client: Client,
  observations: Observations,
  session: Session | undefined,
): Promise<Session | undefined> {
  const { plan } = observations
  const { signOut, refresh } = plan.endpoints
  const isRefreshing = refresh && !observations.isCheck && observations.exchange('refresh')?.answer?.isOk
  if (!session?.access || !signOut || !isRefreshing || plan.isCookieSession) {
    observations.skip(
      'this check needs an access token, a working refresh and a sign-out',
      'sign-out-expired',
      'refresh-after-expired',
    )
    return session
  }
  const bearer = await expired(session.access, plan, observations)
  const asking = { session, bearer, ...refreshOf(plan, session) }
  const answer = await client.ask({ step: 'sign-out-expired', endpoint: signOut, ...asking })
  const after = await client.refresh('refresh-after-expired', refresh, session)
  if (after?.isOk) return begin(after, session)
  // A refused sign-out does not end the session, so the refresh should have worked.
  return answer?.isOk ? undefined : session
}

/** Returns the token itself, if it expires soon enough to wait for. Otherwise returns a similar token that is not valid. */
async function expired(token: Secret, { grace }: Plan, observations: Observations): Promise<Secret> {
  const { access, expiresIn } = observations.answer('sign-in').grant
  const { exp, iat } = access[0]?.jwt ?? {}
  const lifetime = expiresIn?.seconds ?? (exp !== undefined && iat !== undefined ? exp - iat : undefined)
  if (lifetime !== undefined && lifetime <= grace) {
    await delay(lifetime * 1000 + 50)
    return token
  }
  return new Secret(stale(token.reveal()))
}

/**
 * For a JWT, returns one that expired an hour ago, without a valid signature. For another token, returns one that was
 * never issued.
 */
function stale(token: string): string {
  const [header = '', payload, signature] = token.split('.')
  try {
    const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString())
    const hourAgo = Math.floor(Date.now() / 1000) - 3600
    const old = Buffer.from(JSON.stringify({ ...claims, iat: hourAgo - 900, exp: hourAgo })).toString(
      'base64url',
    )
    return `${header}.${old}.${signature}`
  } catch {
    return `${token.slice(0, -4)}${token.endsWith('0000') ? '1111' : '0000'}`
  }
}
