import type { Credentials, Endpoint } from '../options.js'
import { Secret } from '../secret.js'
import type { Client } from './client.js'
import { refreshOf } from './client.js'
import { forge } from './csrf.js'
import { refreshFirst, signInFirst, useToken } from './dialect.js'
import { signOutExpired } from './expired.js'
import { body, form, strange } from './limit.js'
import type { Observations, Step } from './observations.js'
import { entered, visit } from './page.js'
import { probeReuse } from './reuse.js'
import { begin, candidates, type Session, withToken } from './session.js'

const FORGED_REFRESHES = ['forged-refresh', 'plain-refresh', 'foreign-refresh'] as const
const REFRESHES: Step[] = [
  ...(['refresh', 'me-refreshed', 'refresh-by-get', 'refresh-without-cookie'] as const),
  ...(['refresh-bad-cookie', 'sign-out-expired', 'refresh-after-expired'] as const),
  ...([...FORGED_REFRESHES, 'refresh-after', 'spend', 'family'] as const),
]
const SIGN_OUTS: Step[] = [
  ...(['sign-out', 'refresh-after', 'me-after'] as const),
  ...(['forged-sign-out', 'plain-sign-out', 'foreign-sign-out'] as const),
]
/** The probes that need a session. */
export const SIGNED_IN: Step[] = [
  ...(['me', 'me-by-cookie', 'wrong-credentials'] as const),
  ...(['forged-sign-in', 'plain-sign-in', 'foreign-sign-in'] as const),
  ...REFRESHES,
  ...SIGN_OUTS,
]

/** Signs in, uses the session in every way, and closes all sessions. */
export async function probeAsUser(
  client: Client,
  observations: Observations,
  { email, password }: Credentials,
) {
  const { plan } = observations
  const { refresh, me } = plan.endpoints
  const json = body(plan, email, password)
  const left: (Session | undefined)[] = []

  const visited = await visit(client, plan)
  const first = await signInFirst(client, observations, json, visited)
  const { signIn } = plan.endpoints
  if (!first?.isOk || (!first.grant.access.length && candidates(begin(first)).length === 0))
    return observations.skip('the sign-in failed', ...SIGNED_IN)
  let session = await entered(client, plan, begin(first, visited))
  const other = await visit(client, plan)
  await client.ask({ step: 'wrong-credentials', endpoint: signIn, session: other, ...strange(plan) })
  if (me) await useToken(client, observations, me, session)
  if (plan.isCookieSession) {
    first.grant.access = []
    session = { ...session, access: undefined }
  }
  if (refresh && observations.isCheck) await askForSession(client, observations, refresh, session)
  else if (refresh && canRefresh(session))
    session = (await useRefresh(client, observations, refresh, session)) ?? session
  else
    observations.skip(
      refresh
        ? 'the response to the sign-in has no refresh token and no session cookie'
        : 'the API has no refresh endpoint (--refresh none)',
      ...REFRESHES,
    )
  await signOut(client, observations, session)

  left.push(await useAnother())
  const granted = (session: Session) => left.push(session)
  await forge(client, observations, {
    name: 'sign-in',
    endpoint: signIn,
    session: await visit(client, plan),
    asking: { json },
    form: form(plan, email, password),
    granted,
  })
  for (const session of left) if (session) await close(client, observations, session)

  /** A second session, for requests that may end a session. */
  async function useAnother(): Promise<Session | undefined> {
    let session = await again()
    const endpoint = plan.endpoints.signOut
    session = await signOutExpired(client, observations, session)
    session ??= await again()
    if (session && endpoint && observations.needsCookies) {
      const asking = refreshOf(plan, session)
      session = await forge(client, observations, {
        name: 'sign-out',
        endpoint,
        session,
        asking,
        form: new URLSearchParams(),
      })
      session ??= await again()
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

  async function again() {
    const session = await visit(client, plan)
    const answer = await client.ask({ step: 'sign-in-again', endpoint: signIn, json, session })
    if (answer?.isOk) return entered(client, plan, begin(answer, session))
    observations.skip(
      `the API responded to another sign-in with ${answer?.status ?? 'nothing'}`,
      ...SIGNED_IN,
    )
    return undefined
  }
}

const canRefresh = (session: Session) => session.refresh !== undefined || candidates(session).length > 0

/** Checks whether there is a session, without changing it. */
async function askForSession(
  client: Client,
  observations: Observations,
  endpoint: Endpoint,
  session: Session,
) {
  await client.ask({ step: 'refresh', endpoint, session, csrf: false })
  observations.skip(
    'the session is a cookie, which the client checks but does not refresh',
    ...REFRESHES.filter((step) => step !== 'refresh'),
  )
}

/** Refreshes, also in ways that the API should refuse. */
async function useRefresh(client: Client, observations: Observations, endpoint: Endpoint, first: Session) {
  const { answer, session: refreshed } = await refreshFirst(client, observations, endpoint, first)
  if (!answer?.isOk) {
    observations.skip(`the API responded to a refresh with ${answer?.status ?? 'nothing'}`, ...REFRESHES)
    return undefined
  }
  const { plan } = observations
  let session = refreshed
  if (session && plan.endpoints.me && (answer.grant.access.length > 0 || plan.isCookieSession))
    await client.ask({
      step: 'me-refreshed',
      endpoint: plan.endpoints.me,
      session,
      cookies: plan.isCookieSession,
      bearer: true,
      csrf: false,
    })
  await client.ask({ step: 'refresh-without-cookie', endpoint })
  const unknown = withToken(session ?? first, new Secret('no-such-token'), plan)
  await client.refresh('refresh-bad-cookie', endpoint, unknown)
  if (!session) return undefined
  if (!observations.needsCookies) {
    observations.skip(
      'the session needs no cookie, so browsers add no credential that another site could abuse',
      'refresh-by-get',
      ...FORGED_REFRESHES,
    )
    return session
  }
  const get = { method: 'GET', url: endpoint.url }
  const byGet =
    endpoint.method === 'GET'
      ? undefined
      : await client.ask({ step: 'refresh-by-get', endpoint: get, session })
  if (byGet?.isOk) session = begin(byGet, session)
  session = await forge(client, observations, {
    name: 'refresh',
    endpoint,
    session,
    form: new URLSearchParams(),
  })
  return session
}

async function signOut(client: Client, observations: Observations, session: Session) {
  const { plan } = observations
  const { refresh, me } = plan.endpoints
  if (!plan.endpoints.signOut)
    return observations.skip('the API has no sign-out endpoint (--sign-out none)', ...SIGN_OUTS)
  const asking = { step: 'sign-out', session, bearer: true, ...refreshOf(plan, session) } as const
  const answer = await client.ask({ ...asking, endpoint: plan.endpoints.signOut })
  if ((answer?.status === 404 || answer?.status === 405) && plan.endpoints.signOut.method === 'DELETE') {
    const endpoint = { ...plan.endpoints.signOut, method: 'POST' }
    const posted = await client.ask({ ...asking, endpoint })
    if (posted && posted.status !== 404 && posted.status !== 405) plan.endpoints.signOut = endpoint
  }
  if (refresh && !observations.isCheck && observations.exchange('refresh')?.answer?.isOk) {
    const after = await client.refresh('refresh-after', refresh, session)
    if (after?.isOk) await close(client, observations, begin(after, session))
  }
  const cookies = plan.isCookieSession
  if (me && (session.access || cookies))
    await client.ask({ step: 'me-after', endpoint: me, session, cookies, bearer: true, csrf: false })
}

async function close(client: Client, observations: Observations, session: Session) {
  const { plan } = observations
  const endpoint = plan.endpoints.signOut
  if (!endpoint) return
  const current = await entered(client, plan, session)
  await client.ask({ step: 'close', endpoint, session: current, bearer: true, ...refreshOf(plan, session) })
}
