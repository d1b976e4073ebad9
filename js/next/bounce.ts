import type { BffServer } from '../server/index.js'
import { parsePattern, surelyMatches } from '../server/paths.js'

/** The router of Next sends this header with each navigation of its own. */
const ROUTER_HEADER = 'rsc'

/**
 * Leaves `GET /refresh` to the browser. When the router of Next gets something other than a page, it makes the browser
 * open the address. This discards everything that the router has rendered or prefetched with the refused token. The
 * response has a body, because Next complains if there is none.
 */
export function openedByBrowser(handle: BffServer['handle'], basePath = '/api/auth'): BffServer['handle'] {
  const bounce = parsePattern(`${basePath}/refresh`)
  return async (request, session) => {
    const isByRouter = request.method === 'GET' && request.headers.has(ROUTER_HEADER)
    if (!isByRouter || !bounce || !surelyMatches(bounce, new URL(request.url).pathname))
      return handle(request, session)
    const headers = {
      'Cache-Control': 'private, no-store',
      'Content-Type': 'text/plain',
      Vary: ROUTER_HEADER,
    }
    return new Response('The browser must open this address itself.', { headers })
  }
}
