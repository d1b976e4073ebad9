import { ownProperty } from '../common/own-property.js'
import type { Ask, Asking } from './ask.js'
import { visible } from './grant.js'
import type { Bff } from './options.js'
import type { Session } from './session-types.js'

/** How long the API may take to send the user. A page waits for it. In milliseconds. */
const TIMEOUT = 8000

export interface LoadedUser {
  /** `undefined` if the API has sent none. */
  user: unknown
  /** The status of the response; `null` if there was none. */
  status: number | null
}

/**
 * Asks the endpoint `user` of the API.
 *
 * @param session whose user it is
 * @param asking the token, what the API learns about the visitor, and the cookies of the API
 */
export async function loadUser(
  bff: Bff,
  ask: Ask,
  session: Session,
  asking: Omit<Asking, 'timeout'>,
): Promise<LoadedUser> {
  if (!bff.user) return { user: undefined, status: null }
  const asked = await ask(bff.user, { ...asking, timeout: TIMEOUT }).catch(() => null)
  if (!asked) return { user: undefined, status: null }
  const { status, ok, headers } = asked.response
  const body = visible({ headers, body: asked.body }, bff, { session })
  const user = ownProperty(body, bff.user.fields.user) ?? body
  const isKnown = ok && typeof user === 'object' && user !== null && Object.keys(user).length > 0
  return { user: isKnown ? user : undefined, status }
}
