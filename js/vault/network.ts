import { type AuthError, commonError } from '../common/errors.js'
import { platformFetch } from '../common/platform-fetch.js'
import { vaultError } from './errors.js'
import { directiveAgainst, originOf } from './policy.js'

/** How long an origin may take to show that it can be reached. In milliseconds. */
const PATIENCE = 3000

/** The browser's `fetch`, which finds out why an answer did not come. */
export function createNetwork() {
  /** Whether answers of an origin can be read, as far as requests have shown. A request that was given up shows nothing. */
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
     * Why a request to this URL has failed, as far as a page can find out: a content security policy, or CORS.
     *
     * @param mayAsk whether the origin may be asked for that
     */
    async reasonOf(url: string, mayAsk: boolean): Promise<AuthError | undefined> {
      const origin = originOf(url)
      const directive = await directiveAgainst(origin)
      if (directive) return commonError('policy-refused', { directive })
      const isUnread = mayAsk && origin !== location.origin && isReadable.get(origin) === false
      return isUnread && (await answers(origin)) ? vaultError('cors-refused') : undefined
    },
  }
}

/** Whether a server is there: without CORS a page gets to know that, and nothing more (Fetch, "no-cors"). */
async function answers(origin: string): Promise<boolean> {
  const init: RequestInit = { mode: 'no-cors', credentials: 'omit', cache: 'no-store' }
  const answer = platformFetch(`${origin}/`, { ...init, signal: AbortSignal.timeout(PATIENCE) })
  return answer.then(
    () => true,
    () => false,
  )
}
