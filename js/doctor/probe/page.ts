import type { Plan } from '../options.js'
import type { Client } from './client.js'
import { begin, readableCsrfCookie, type Session } from './session.js'

/**
 * Asks the page that gives a CSRF token (`--csrf-page`), as an application does before a sign-in; with a session, for the token
 * of that session.
 *
 * @returns the session with what the page has set, `undefined` if there is no such page
 */
export async function visit(client: Client, plan: Plan, session?: Session): Promise<Session | undefined> {
  if (!plan.csrfPage) return session
  const answer = await client.ask({ step: 'csrf-page', endpoint: plan.csrfPage, session, csrf: false })
  if (!answer) return session
  const { jar, csrf } = begin(answer, session)
  return { access: session?.access, refresh: session?.refresh, jar, csrf }
}

/** The session that a sign-in has begun: where its CSRF token is in no cookie, with the one that it has from now on. */
export const entered = async (client: Client, plan: Plan, session: Session): Promise<Session> =>
  (session.csrf && !readableCsrfCookie(session) && (await visit(client, plan, session))) || session
