import type { Plan } from '../options.js'
import type { Client } from './client.js'
import { begin, readableCsrfCookie, type Session } from './session.js'

/**
 * Requests the page that provides a CSRF token (`--csrf-page`), as an application does before a sign-in. With a session,
 * requests the token of that session.
 *
 * @returns the session with the cookies and the token of the page; the given session if there is no such page
 */
export async function visit(client: Client, plan: Plan, session?: Session): Promise<Session | undefined> {
  if (!plan.csrfPage) return session
  const answer = await client.ask({ step: 'csrf-page', endpoint: plan.csrfPage, session, csrf: false })
  if (!answer) return session
  const { jar, csrf } = begin(answer, session)
  return { access: session?.access, refresh: session?.refresh, jar, csrf }
}

/** The session after a sign-in. If its CSRF token is in no readable cookie, the new token of the session is requested. */
export const entered = async (client: Client, plan: Plan, session: Session): Promise<Session> =>
  (session.csrf && !readableCsrfCookie(session) && (await visit(client, plan, session))) || session
