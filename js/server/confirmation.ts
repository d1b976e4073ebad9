import { authorization } from '../common/authorization.js'
import type { Ask } from './ask.js'
import { memory } from './memory.js'
import type { Bff } from './options.js'
import type { Reference, Session } from './session-types.js'
import { visitorOf } from './visitor.js'

/** How long the API may take. A page waits for it. In milliseconds. */
const TIMEOUT = 8000

/**
 * Asks the API whether a session still exists that this process does not know. A process that has been restarted has
 * forgotten who has signed out. Without a store, an old cookie would then be a session again, although the API has revoked
 * its tokens. The endpoint `user` is asked, because that spends no refresh token.
 */
export function createConfirmation(bff: Bff, ask: Ask) {
  async function request({ access, csrfToken, upstreamCookies, ...session }: Session): Promise<boolean> {
    const { user } = bff
    if (!user) return true
    const visitor = visitorOf({ access, csrfToken, upstreamCookies, ...session })
    const headers = { ...visitor, authorization: authorization(bff.scheme, access) }
    const state = bff.csrfSource ? { csrfToken, upstreamCookies } : {}
    const asked = await ask(user, { ...state, headers, timeout: TIMEOUT })
    return asked.response.status !== 401
  }

  /** @returns `false` if the API refuses the token. An API that does not answer now is asked again the next time */
  return (session: Session): Promise<boolean> => {
    const { confirmations } = memory()
    const key = `${session.id}.${session.generation}`
    const known = confirmations.get(key)
    if (known) return known
    const result = request(session).catch(() => {
      confirmations.delete(key)
      return true
    })
    confirmations.set(key, result, { ttl: bff.cookie.maxAge * 1000 })
    return result
  }
}

/**
 * Whether only a cookie says that this session exists, and this process may have missed its end: another process has begun
 * it, before this one began.
 *
 * @param original the content of the cookie
 */
export function isDoubtful(session: Session | null, original: Session | Reference | null): boolean {
  const { instance } = memory()
  if (!session || !original || !Object.hasOwn(original, 'access')) return false
  return session.by !== instance.id && session.grantedAt <= instance.startedAt
}
