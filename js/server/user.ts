import { ownProperty } from '../common/own-property.js'
import { visible } from './grant.js'
import type { Bff } from './options.js'

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
 * @param headers of the request: the token, and what the API learns about the visitor
 */
export async function loadUser(bff: Bff, headers: Record<string, string>): Promise<LoadedUser> {
  if (!bff.user) return { user: undefined, status: null }
  const { url, method, fields } = bff.user
  let status: number | null = null
  try {
    const response = await fetch(url, {
      method,
      headers: { Accept: 'application/json', ...headers },
      cache: 'no-store',
      // Do not follow redirects: the token is for the API only.
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT),
    })
    status = response.status
    const body = visible({ headers: response.headers, body: await response.json() }, bff)
    const user = ownProperty(body, fields.user) ?? body
    const isKnown = response.ok && typeof user === 'object' && user !== null && Object.keys(user).length > 0
    return { user: isKnown ? user : undefined, status }
  } catch {
    return { user: undefined, status }
  }
}
