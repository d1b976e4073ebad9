import { isAuthError } from '../common/errors.js'
import type { SessionEvent } from '../common/types.js'

/**
 * Reads the answer of the endpoint `user`. Resolves with its JSON text; `undefined` if the API brings no user, which is
 * reported.
 */
export async function readUser(
  sent: Promise<Response>,
  report: (event: SessionEvent) => void,
): Promise<string | undefined> {
  let status: number | null = null
  try {
    const response = await sent
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
