import { parseSetCookie } from 'cookie'
import { type NextRequest, NextResponse } from 'next/server.js'
import type { Rule } from '../common/guard.js'
import type { BffServer } from '../server/index.js'
import { whileUnreachable } from '../server/session.js'
import type { createGuard, Verdict } from './guard.js'

/** The path of the requested page, which server components cannot know. It only decides where to redirect back to. */
export const PATH_HEADER = 'x-tokencell-path'

/** When to request a page again that cannot be shown because the store does not answer. In seconds. */
const RETRY_AFTER = '5'

/** Another middleware, with the type that Next takes. If it returns no response, the page is rendered. */
export type Middleware<Rest extends unknown[]> = (
  request: NextRequest,
  ...rest: Rest
  // biome-ignore lint/suspicious/noConfusingVoidType: what Next allows
) => Response | null | undefined | void | Promise<Response | null | undefined | void>

/**
 * Wraps a middleware. First, it refreshes a token that is due, and redirects visitors who may not see the page. Then it
 * passes the new cookie to the middleware, to the code that renders this request, and to the browser. The page itself
 * checks again.
 */
export function createWithProxy(
  bff: BffServer,
  guard: ReturnType<typeof createGuard>,
  ruleFor: (url: URL) => Rule | undefined,
) {
  return <Rest extends unknown[]>(middleware: Middleware<Rest>) =>
    async (request: NextRequest, ...rest: Rest): Promise<NextResponse> => {
      const { pathname, search } = request.nextUrl
      const cookiesBefore = request.headers.get('cookie')
      const session = bff.open(cookiesBefore, true, request)
      const snapshot = await session.read().catch(whileUnreachable)
      const rule = ruleFor(new URL(pathname + search, request.nextUrl))
      // A request that is posted to a page, such as an action, has a guard of its own and must not be redirected.
      const isPage = request.method === 'GET' || request.method === 'HEAD'
      const verdict = rule && isPage ? guard(snapshot, rule, pathname + search) : 'allow'
      const cookieHeader = await session.cookieHeader()
      const setCookies = await session.setCookies()

      let response: NextResponse
      if (verdict === 'allow') {
        updateRequest(request, cookieHeader, setCookies)
        response = asNextResponse(await middleware(request, ...rest))
        passOn(request, response, cookiesBefore)
      } else response = instead(request, verdict)
      addCookies(response, setCookies)
      // A page that is the same for all visitors must not be cached with the cookie of one visitor (CVE-2025-48947).
      if (rule || setCookies.length > 0 || snapshot.reason !== 'never') {
        response.headers.set('cache-control', 'private, no-store')
      }
      return response
    }
}

/** The response for a visitor who may not see the page. */
function instead({ nextUrl }: NextRequest, verdict: Exclude<Verdict, 'allow'>): NextResponse {
  if (verdict === 'unavailable')
    return new NextResponse('This page cannot be shown now. Please try again.', {
      status: 503,
      headers: { 'retry-after': RETRY_AFTER },
    })
  const url = nextUrl.clone()
  const { pathname, search } = new URL(verdict === 'not-found' ? '/404' : verdict.to, url)
  url.pathname = pathname
  url.search = search
  return verdict === 'not-found' ? NextResponse.rewrite(url, { status: 404 }) : NextResponse.redirect(url)
}

/**
 * Changes the request itself, as `request.cookies.set()` does, so that middleware that runs later sees the refreshed
 * session.
 */
function updateRequest(request: NextRequest, cookieHeader: string, setCookies: readonly string[]) {
  for (const { name, value, maxAge } of setCookies.map(parse)) {
    if (maxAge === 0) request.cookies.delete(name)
    else request.cookies.set(name, value)
  }
  // `request.cookies` has rewritten all other cookies, and dropped those that it cannot read.
  if (cookieHeader === '') request.headers.delete('cookie')
  else request.headers.set('cookie', cookieHeader)
  request.headers.set(PATH_HEADER, request.nextUrl.pathname + request.nextUrl.search)
}

/** A `Response` of the platform has no `cookies`, and its headers may be immutable. */
function asNextResponse(response: Awaited<ReturnType<Middleware<[]>>>): NextResponse {
  if (!response) return NextResponse.next()
  if ('cookies' in response) return response as NextResponse
  const { body, status, statusText } = response
  const headers = new Headers(response.headers)
  // `NextResponse` would parse the `set-cookie` headers, and it throws at some values.
  headers.delete('set-cookie')
  const copy = new NextResponse(body, { status, statusText, headers })
  for (const header of response.headers.getSetCookie()) copy.headers.append('set-cookie', header)
  return copy
}

/** With these headers, a response of middleware sets the request headers that the page is rendered with. */
const OVERRIDDEN = 'x-middleware-override-headers'
const overriding = (name: string) => `x-middleware-request-${name}`

/**
 * Passes the headers of the request to the code that renders it. If the middleware has set other headers, made from the
 * request before the refresh, only the session and the path in them change.
 */
function passOn(request: NextRequest, { headers }: NextResponse, cookiesBefore: string | null) {
  if (!headers.has('x-middleware-next') && !headers.has('x-middleware-rewrite')) return
  const given = headers.get(OVERRIDDEN)
  if (given === null) {
    const { headers: own } = NextResponse.next({ request: { headers: request.headers } })
    for (const [name, value] of own) if (name !== 'x-middleware-next') headers.set(name, value)
    return
  }
  const names = new Set(given.split(','))
  const update = (name: string) => {
    const value = request.headers.get(name)
    if (value === null) {
      names.delete(name)
      headers.delete(overriding(name))
    } else {
      names.add(name)
      headers.set(overriding(name), value)
    }
  }
  update(PATH_HEADER)
  if (headers.get(overriding('cookie')) === cookiesBefore) update('cookie')
  headers.set(OVERRIDDEN, [...names].join(','))
}

/**
 * Adds cookies to `response.cookies`, because its `set()` and `delete()` drop every cookie that is in the headers only.
 * All other cookies stay as they were written.
 */
function addCookies(response: NextResponse, setCookies: readonly string[]) {
  if (setCookies.length === 0) return
  const others = response.headers.getSetCookie()
  for (const cookie of setCookies) response.cookies.set(parse(cookie))
  response.headers.delete('set-cookie')
  for (const header of [...others, ...setCookies]) response.headers.append('set-cookie', header)
}

function parse(header: string) {
  const { value = '', ...cookie } = parseSetCookie(header, { decode: (text) => text })
  return { ...cookie, value }
}
