import type { CompleteEndpoint } from '../common/endpoint.js'
import { isAuthError } from '../common/errors.js'
import type { SessionEvent } from '../common/types.js'
import { type Outgoing, outgoing } from './outgoing.js'

/** How long the request for the user may take. In milliseconds. */
const TIMEOUT = 30_000

/**
 * Asks the endpoint `user`. This module is loaded with the first user. Resolves with the JSON text of the answer;
 * `undefined` if the API brings no user, which is reported.
 */
export async function requestUser(
  url: string,
  { method, credentials }: CompleteEndpoint,
  send: (request: Outgoing) => Promise<Response>,
  report: (event: SessionEvent) => void,
): Promise<string | undefined> {
  const headers = [['Accept', 'application/json']]
  const init = Object.assign(Object.create(null), { method, credentials, cache: 'no-store', headers })
  let status: number | null = null
  try {
    const response = await send(outgoing({ url, init }, null, AbortSignal.timeout(TIMEOUT)))
    status = response.status
    const text = await response.text()
    // A user without members is none: some APIs answer `null` or `{}` if they know none.
    if (response.ok && Object.keys(JSON.parse(text) ?? {}).length > 0) return text
  } catch (error) {
    // The session has ended or has another user now, so nobody waits for this one.
    if (isAuthError(error) && error.code !== 'unreachable') return undefined
  }
  report({ type: 'user-failed', status })
  return undefined
}
