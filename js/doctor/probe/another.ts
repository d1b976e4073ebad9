import type { Client } from './client.js'
import { refreshOf } from './client.js'
import { forge } from './csrf.js'
import { signOutExpired } from './expired.js'
import type { Observations } from './observations.js'
import { entered, visit } from './page.js'
import { probeReuse } from './reuse.js'
import { begin, type Session } from './session.js'
import { SIGNED_IN } from './steps.js'

/**
 * Signs in again, for requests that may end a session.
 *
 * @param json the body of a sign-in
 * @returns the session that is left
 */
export async function useAnother(
  client: Client,
  observations: Observations,
  json: object,
): Promise<Session | undefined> {
  const { plan } = observations
  const { refresh, signOut } = plan.endpoints
  const again = () => signInAgain(client, observations, json)
  let session = await signOutExpired(client, observations, await again())
  session ??= await again()
  if (session && signOut && plan.isTokenBound) {
    const asking = { session, bearer: true, csrf: false, ...refreshOf(plan, session) }
    await client.ask({ step: 'plain-sign-out', endpoint: signOut, ...asking })
  } else if (session && signOut && observations.needsCookies) {
    const asking = refreshOf(plan, session)
    const target = {
      name: 'sign-out',
      endpoint: signOut,
      session,
      asking,
      form: new URLSearchParams(),
    } as const
    session = (await forge(client, observations, target)) ?? (await again())
  } else
    observations.skip(
      'the session needs no cookie, so browsers add no credential that another site could abuse',
      'forged-sign-out',
      'plain-sign-out',
      'foreign-sign-out',
    )
  const isRefreshing = refresh && !observations.isCheck && observations.exchange('refresh')?.answer?.isOk
  if (session && isRefreshing) return probeReuse(client, observations, refresh, session)
  observations.skip('the refresh does not work', 'spend', 'family')
  return session
}

async function signInAgain(client: Client, observations: Observations, json: object) {
  const { plan } = observations
  const visitor = await visit(client, plan)
  const { signIn } = plan.endpoints
  const answer = await client.ask({ step: 'sign-in-again', endpoint: signIn, json, session: visitor })
  if (answer?.isOk) return entered(client, plan, begin(answer, visitor))
  observations.skip(`the API responded to another sign-in with ${answer?.status ?? 'nothing'}`, ...SIGNED_IN)
  return undefined
}
