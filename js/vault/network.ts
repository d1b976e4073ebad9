import type { AuthError } from '../common/errors.js'
import { platformFetch } from '../common/platform-fetch.js'
import { policyError } from '../common/policy-error.js'
import { vaultError } from './errors.js'
import { directiveAgainst, originOf } from './policy.js'

/** How long to wait for a sign that an origin can be reached. In milliseconds. */
const PATIENCE = 3000

/** The browser's `fetch`, and a function that finds out why there was no response. */
export function createNetwork() {
  /** Whether responses of an origin can be read, according to earlier requests. Aborted requests are not counted. */
  const isReadable = new Map<string, boolean>()

  return {
    async fetch(url: string, init: RequestInit): Promise<Response> {
      const origin = originOf(url)
      const response = await platformFetch(url, init).catch((error: unknown) => {
        if (!init.signal?.aborted && !isReadable.has(origin)) isReadable.set(origin, false)
        throw error
      })
      isReadable.set(origin, true)
      return response
    },
    /**
     * Finds out why a request to this URL has failed: because of a Content Security Policy, or of CORS. Returns
     * `undefined` for other reasons, which scripts cannot find out.
     *
     * @param mayAsk whether a test request to the origin is allowed
     */
    async reasonOf(url: string, mayAsk: boolean): Promise<AuthError | undefined> {
      const origin = originOf(url)
      const directive = await directiveAgainst(origin)
      if (directive) return policyError({ directive })
      const isUnread = mayAsk && origin !== location.origin && isReadable.get(origin) === false
      return isUnread && (await answers(origin)) ? vaultError('cors-refused') : undefined
    },
  }
}

/** Whether the server answers at all. A request without CORS shows that, and nothing more (Fetch, "no-cors"). */
async function answers(origin: string): Promise<boolean> {
  const init: RequestInit = { mode: 'no-cors', credentials: 'omit', cache: 'no-store' }
  const answer = platformFetch(`${origin}/`, { ...init, signal: AbortSignal.timeout(PATIENCE) })
  return answer.then(
    () => true,
    () => false,
  )
}
