import type { SetCookie } from '../cookies.js'
import { candidates, type Session, without } from './session.js'

/** Whether a request works with a session, and the session after it. */
type Attempt = (session: Session) => Promise<Session | undefined>

/** How much a cookie looks like that of a session. */
function likeness({ name, httpOnly }: SetCookie): number {
  if (/refresh|^rt$/i.test(name)) return 3
  if (/sess|sid|auth|token|jwt/i.test(name)) return 2
  return httpOnly ? 1 : 0
}

/**
 * Finds the cookies that a request cannot do without, by leaving out one after the other, the least likely first. What a load
 * balancer or an analysis of visitors has set is none of them.
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
  // A strict API may take a cookie that is missing for theft. Only the first refusal is sure then.
  if (!last) return { names: needed.slice(-1), session: undefined }
  return { names: needed, session: { ...last, jar: new Map([...first.jar, ...last.jar]) } }
}
