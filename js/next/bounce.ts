import type { BffServer } from '../server/index.js'
import { parsePattern, surelyMatches } from '../server/paths.js'

/** The router of Next sends it with each navigation of its own. */
const ROUTER_HEADER = 'rsc'

/**
 * Leaves `GET /refresh` to the browser: the router of Next gets no page there. It then has the browser open the address, which
 * forgets all that the router has rendered with the refused token.
 */
export function openedByBrowser(handle: BffServer['handle'], base = '/api/auth'): BffServer['handle'] {
  const bounce = parsePattern(`${base}/refresh`)
  return async (request, session) => {
    const isByRouter = request.method === 'GET' && request.headers.has(ROUTER_HEADER)
    if (!isByRouter || !bounce || !surelyMatches(bounce, new URL(request.url).pathname))
      return handle(request, session)
    return new Response(null, { status: 204, headers: { 'Cache-Control': 'private, no-store', Vary: 'RSC' } })
  }
}
