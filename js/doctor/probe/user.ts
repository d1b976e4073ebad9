import type { Credentials, Endpoint } from '../options.js'
import { Secret } from '../secret.js'
import type { Client } from './client.js'
import { refreshOf } from './client.js'
import { refreshFirst, signInFirst, useToken } from './dialect.js'
import { signOutExpired } from './expired.js'
import { forge } from './forgery.js'
import { body, form, strange } from './limit.js'
import { entered, visit } from './page.js'
import { probeReuse } from './reuse.js'
import type { Seen, Step } from './seen.js'
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
export async function probeAsUser(client: Client, seen: Seen, { email, password }: Credentials) {
  const { plan } = seen
  const { refresh, me } = plan.endpoints
  const json = body(plan, email, password)
  const left: (Session | undefined)[] = []

  const visited = await visit(client, plan)
  const first = await signInFirst(client, seen, json, visited)
  const { signIn } = plan.endpoints
  if (!first?.isOk || (!first.grant.access.length && candidates(begin(first)).length === 0))
    return seen.skip('signing in failed', ...SIGNED_IN)
  let session = await entered(client, plan, begin(first, visited))
  const other = await visit(client, plan)
  await client.ask({ step: 'wrong-credentials', endpoint: signIn, session: other, ...strange(plan) })
  if (me) await useToken(client, seen, me, session)
  if (plan.isCookieSession) {
    first.grant.access = []
    session = { ...session, access: undefined }
  }
  if (refresh && seen.isCheck) await askForSession(client, seen, refresh, session)
  else if (refresh && canRefresh(session))
    session = (await useRefresh(client, seen, refresh, session)) ?? session
  else
    seen.skip(
      refresh ? 'signing in gives nothing to refresh with' : 'there is no refresh (--refresh none)',
      ...REFRESHES,
    )
  await signOut(client, seen, session)

  left.push(await useAnother())
  const granted = (session: Session) => left.push(session)
  await forge(client, seen, {
    name: 'sign-in',
    endpoint: signIn,
    session: await visit(client, plan),
    asking: { json },
    form: form(plan, email, password),
    granted,
  })
  for (const session of left) if (session) await close(client, seen, session)

  /** A second session, for requests that may end a session. */
  async function useAnother(): Promise<Session | undefined> {
    let session = await again()
    const endpoint = plan.endpoints.signOut
    session = await signOutExpired(client, seen, session)
    session ??= await again()
    if (session && endpoint && seen.needsCookies) {
      const asking = refreshOf(plan, session)
      session = await forge(client, seen, {
        name: 'sign-out',
        endpoint,
        session,
        asking,
        form: new URLSearchParams(),
      })
      session ??= await again()
    } else
      seen.skip(
        'no cookie is needed: a browser adds nothing that could be abused',
        'forged-sign-out',
        'plain-sign-out',
        'foreign-sign-out',
      )
    const isRefreshing = refresh && !seen.isCheck && seen.exchange('refresh')?.answer?.isOk
    if (session && isRefreshing) return probeReuse(client, seen, refresh, session)
    seen.skip('there is no refresh that works', 'spend', 'family')
    return session
  }

  async function again() {
    const session = await visit(client, plan)
    const answer = await client.ask({ step: 'sign-in-again', endpoint: signIn, json, session })
    if (answer?.isOk) return entered(client, plan, begin(answer, session))
    seen.skip(`signing in again was answered with ${answer?.status ?? 'nothing'}`, ...SIGNED_IN)
    return undefined
  }
}

const canRefresh = (session: Session) => session.refresh !== undefined || candidates(session).length > 0

/** Checks whether there is a session, without changing it. */
async function askForSession(client: Client, seen: Seen, endpoint: Endpoint, session: Session) {
  await client.ask({ step: 'refresh', endpoint, session, csrf: false })
  seen.skip('a session cookie is asked for, not refreshed', ...REFRESHES.filter((step) => step !== 'refresh'))
}

/** Refreshes, also in ways that the API should refuse. */
async function useRefresh(client: Client, seen: Seen, endpoint: Endpoint, first: Session) {
  const { answer, session: refreshed } = await refreshFirst(client, seen, endpoint, first)
  if (!answer?.isOk) {
    seen.skip(`the refresh was answered with ${answer?.status ?? 'nothing'}`, ...REFRESHES)
    return undefined
  }
  const { plan } = seen
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
  if (!seen.needsCookies) {
    seen.skip('no cookie is needed: a browser adds nothing by itself', 'refresh-by-get', ...FORGED_REFRESHES)
    return session
  }
  const get = { method: 'GET', url: endpoint.url }
  const byGet =
    endpoint.method === 'GET'
      ? undefined
      : await client.ask({ step: 'refresh-by-get', endpoint: get, session })
  if (byGet?.isOk) session = begin(byGet, session)
  session = await forge(client, seen, { name: 'refresh', endpoint, session, form: new URLSearchParams() })
  return session
}

async function signOut(client: Client, seen: Seen, session: Session) {
  const { plan } = seen
  const { refresh, me } = plan.endpoints
  if (!plan.endpoints.signOut) return seen.skip('there is no sign-out (--sign-out none)', ...SIGN_OUTS)
  const asking = { step: 'sign-out', session, bearer: true, ...refreshOf(plan, session) } as const
  const answer = await client.ask({ ...asking, endpoint: plan.endpoints.signOut })
  if ((answer?.status === 404 || answer?.status === 405) && plan.endpoints.signOut.method === 'DELETE') {
    const endpoint = { ...plan.endpoints.signOut, method: 'POST' }
    const posted = await client.ask({ ...asking, endpoint })
    if (posted && posted.status !== 404 && posted.status !== 405) plan.endpoints.signOut = endpoint
  }
  if (refresh && !seen.isCheck && seen.exchange('refresh')?.answer?.isOk) {
    const after = await client.refresh('refresh-after', refresh, session)
    if (after?.isOk) await close(client, seen, begin(after, session))
  }
  const cookies = plan.isCookieSession
  if (me && (session.access || cookies))
    await client.ask({ step: 'me-after', endpoint: me, session, cookies, bearer: true, csrf: false })
}

async function close(client: Client, seen: Seen, session: Session) {
  const { plan } = seen
  const endpoint = plan.endpoints.signOut
  if (!endpoint) return
  const current = await entered(client, plan, session)
  await client.ask({ step: 'close', endpoint, session: current, bearer: true, ...refreshOf(plan, session) })
}
