import { type NextRequest, NextResponse } from 'next/server.js'
import type { Rule } from '../guard.js'
import type { BffServer } from '../server/index.js'
import type { createGuard } from './guard.js'

/** The page that a request is for, which server components cannot know. It decides nothing but where to come back to. */
export const PATH_HEADER = 'x-tokencell-path'

/**
 * Before a page is rendered: refreshes what is due, hands the new cookie to the browser and to whatever renders this very
 * request, and sends away those who may not see it. Whoever gets past it is asked again by the page.
 */
export function createProxy(
  bff: BffServer,
  guard: ReturnType<typeof createGuard>,
  ruleFor: (pathname: string) => Rule | undefined,
) {
  return async (request: NextRequest): Promise<NextResponse> => {
    const { pathname, search } = request.nextUrl
    const session = bff.open(request.headers.get('cookie'), true)
    const snapshot = await session.read()
    const rule = ruleFor(pathname)
    // What is posted to a page, such as an action, has a guard of its own and must not be sent elsewhere.
    const isPage = request.method === 'GET' || request.method === 'HEAD'
    const verdict = rule && isPage ? guard(snapshot, rule, pathname + search) : 'allow'

    let response: NextResponse
    if (verdict === 'allow') {
      const headers = new Headers(request.headers)
      headers.set('cookie', await session.cookieHeader())
      headers.set(PATH_HEADER, pathname + search)
      response = NextResponse.next({ request: { headers } })
    } else {
      const url = request.nextUrl.clone()
      const { pathname: to, search: query } = new URL(verdict === 'not-found' ? '/404' : verdict.to, url)
      url.pathname = to
      url.search = query
      response =
        verdict === 'not-found' ? NextResponse.rewrite(url, { status: 404 }) : NextResponse.redirect(url)
    }
    const setCookies = await session.setCookies()
    for (const cookie of setCookies) response.headers.append('set-cookie', cookie)
    // A page that was the same for everybody is not to be kept with somebody's cookie on it (CVE-2025-48947).
    if (rule || setCookies.length > 0 || snapshot.reason !== 'never') {
      response.headers.set('cache-control', 'private, no-store')
    }
    return response
  }
}
