import type { SetCookie } from '../cookies.js'
import { candidates, type Session, without } from './session.js'

/** Sends a request with a session. Returns the session after it; `undefined` if the request was refused. */
type Attempt = (session: Session) => Promise<Session | undefined>

/** How likely it is that this is a session cookie. */
function likeness({ name, httpOnly }: SetCookie): number {
  if (/refresh|^rt$/i.test(name)) return 3
  if (/sess|sid|auth|token|jwt/i.test(name)) return 2
  return httpOnly ? 1 : 0
}

/**
 * Finds the cookies that a request needs, by leaving one cookie out at a time, the least likely first. Cookies of a load
 * balancer or of an analytics service are not needed.
 *
 * @returns their names, the likeliest first; and the session after it, `undefined` if the API has ended it meanwhile
 */
export async function neededCookies(
  first: Session,
  attempt: Attempt,
): Promise<{ names: string[]; session: Session | undefined }> {
  const needed: string[] = []
  const dropped: string[] = []
  const withoutDropped = (session: Session) => dropped.reduce((it, name) => without(name, it), session)
  let session = first
  for (const { name } of candidates(first).sort((a, b) => likeness(a) - likeness(b))) {
    const after = await attempt(withoutDropped(without(name, session)))
    if (after) {
      session = after
      dropped.push(name)
    } else needed.unshift(name)
  }
  if (needed.length === 0)
    return { names: needed, session: { ...session, jar: new Map([...first.jar, ...session.jar]) } }
  const last = await attempt(withoutDropped(session))
  // A strict API may treat a missing cookie as theft, and end the session. Then only the first refusal is reliable.
  if (!last) return { names: needed.slice(-1), session: undefined }
  return { names: needed, session: { ...last, jar: new Map([...first.jar, ...last.jar]) } }
}
