import type { BffServer } from '../server/index.js'
import { parsePattern, surelyMatches } from '../server/paths.js'

/** The router of Next sends it with each navigation of its own. */
const ROUTER_HEADER = 'rsc'

/**
 * Leaves `GET /refresh` to the browser. The router of Next has the browser open an address where it gets no page, which forgets all
 * that the router has rendered or prefetched with the refused token. A body, because Next complains where there is none.
 */
export function openedByBrowser(handle: BffServer['handle'], base = '/api/auth'): BffServer['handle'] {
  const bounce = parsePattern(`${base}/refresh`)
  return async (request, session) => {
    const isByRouter = request.method === 'GET' && request.headers.has(ROUTER_HEADER)
    if (!isByRouter || !bounce || !surelyMatches(bounce, new URL(request.url).pathname))
      return handle(request, session)
    const headers = {
      'Cache-Control': 'private, no-store',
      'Content-Type': 'text/plain',
      Vary: ROUTER_HEADER,
    }
    return new Response('For the browser to open.', { headers })
  }
}
