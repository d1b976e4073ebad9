import type { Credentials, Endpoint } from '../options.js'
import { Secret } from '../secret.js'
import { useAnother } from './another.js'
import type { Client } from './client.js'
import { refreshOf } from './client.js'
import { forge } from './csrf.js'
import { searchCsrf } from './csrf-search.js'
import { refreshFirst, signInFirst, useToken } from './dialect.js'
import { body, form, strange } from './limit.js'
import type { Observations } from './observations.js'
import { entered, visit } from './page.js'
import { begin, candidates, type Session, withToken } from './session.js'
import { slide } from './sliding.js'
import { FORGED_REFRESHES, REFRESHES, SIGN_OUTS, SIGNED_IN } from './steps.js'
import { findUser } from './user-endpoint.js'

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

  const visitor = await visit(client, plan)
  const { answer: first, session: visited } = await signInFirst(client, observations, json, visitor)
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
  session = await slide(client, observations, session)
  await findUser(client, observations, session)
  await signOut(client, observations, session)

  left.push(await useAnother(client, observations, json))
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
      cookies: plan.isCookieSession || plan.isTokenBound,
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
  const { signOut } = plan.endpoints
  const attempt = (session: Session) =>
    client.ask({ step: 'sign-out', endpoint: signOut, session, bearer: true, ...refreshOf(plan, session) })
  const refused = await attempt(session)
  const found = await searchCsrf(client, observations, { session, refused, attempt })
  const answer = found?.answer ?? refused
  if ((answer?.status === 404 || answer?.status === 405) && plan.endpoints.signOut.method === 'DELETE') {
    const endpoint = { ...plan.endpoints.signOut, method: 'POST' }
    const asking = { session, bearer: true, ...refreshOf(plan, session) }
    const posted = await client.ask({ step: 'sign-out', endpoint, ...asking })
    if (posted && posted.status !== 404 && posted.status !== 405) plan.endpoints.signOut = endpoint
  }
  if (refresh && !observations.isCheck && observations.exchange('refresh')?.answer?.isOk) {
    const after = await client.refresh('refresh-after', refresh, session)
    if (after?.isOk) await close(client, observations, begin(after, session))
  }
  const cookies = plan.isCookieSession || plan.isTokenBound
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
