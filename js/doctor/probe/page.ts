import type { Answer } from '../answer.js'
import type { Endpoint, Plan } from '../options.js'
import type { Client } from './client.js'
import type { Step } from './observations.js'
import { begin, readableCsrfCookie, type Session } from './session.js'

/** Browsers send this when they open a page. Rails has no page for a request that accepts only JSON. */
const AS_PAGE = { Accept: 'text/html' }

/**
 * Requests the page that provides a CSRF token (`--csrf-page`), as an application does before a sign-in. With a session,
 * requests the token of that session.
 *
 * @returns the session with the cookies and the token of the page; the given session if there is no such page
 */
export async function visit(client: Client, plan: Plan, session?: Session): Promise<Session | undefined> {
  if (!plan.csrfPage) return session
  const found = await askForCsrf(client, 'csrf-page', plan.csrfPage, session)
  if (!found) return session
  plan.csrfPage = found.endpoint
  return found.session
}

/** Requests a CSRF token from this endpoint: as JSON, and if that brings none, as a page. */
export async function askForCsrf(
  client: Client,
  step: Step,
  endpoint: Endpoint,
  session: Session | undefined,
): Promise<{ endpoint: Endpoint; session: Session; hasCsrf: boolean } | undefined> {
  const ask = (endpoint: Endpoint, session: Session | undefined) =>
    client.ask({ step, endpoint, session, csrf: false })
  const answer = await ask(endpoint, session)
  if (!answer) return undefined
  const first = { endpoint, ...taken(answer, session) }
  const isWhole = answer.isOk && (answer.type === 'json' || answer.type === 'html')
  const isRefused = [401, 403, 404, 405].includes(answer.status)
  if (first.hasCsrf || endpoint.headers || isWhole || isRefused) return first
  const asPage = { ...endpoint, headers: AS_PAGE }
  const page = await ask(asPage, first.session)
  const second = page && { endpoint: asPage, ...taken(page, first.session) }
  return second?.hasCsrf ? second : first
}

/** The session after a response of a page for CSRF tokens. Only the cookies and the CSRF token count. */
function taken(answer: Answer, session: Session | undefined) {
  const { jar, csrf } = begin(answer, session)
  const cookie = readableCsrfCookie(begin(answer))
  return {
    session: { access: session?.access, refresh: session?.refresh, jar, csrf },
    hasCsrf: answer.isOk && (cookie !== undefined || answer.grant.csrf !== undefined),
  }
}

/** The session after a sign-in. If its CSRF token is in no readable cookie, the new token of the session is requested. */
export const entered = async (client: Client, plan: Plan, session: Session): Promise<Session> =>
  (session.csrf && !readableCsrfCookie(session) && (await visit(client, plan, session))) || session
