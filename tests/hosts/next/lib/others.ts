import { type NextRequest, NextResponse } from 'next/server'

/** Like next-intl: rewrites to a page at another path, and adds a request header and a cookie. */
export function languages(request: NextRequest): NextResponse {
  const headers = new Headers(request.headers)
  headers.set('x-next-intl-locale', 'en')
  const url = request.nextUrl.clone()
  url.pathname = url.pathname.replace(/^\/[^/]+/, '/en')
  const response = NextResponse.rewrite(url, { request: { headers } })
  response.cookies.set('NEXT_LOCALE', 'en', { sameSite: 'lax' })
  response.headers.set('link', `<${url}>; rel="alternate"; hreflang="en"`)
  return response
}

/** Like Clerk: wraps a handler, and adds a request header and a cookie to its response. */
export const around =
  (handler: (request: NextRequest) => Promise<NextResponse>) => async (request: NextRequest) => {
    const response = await handler(request)
    const overridden = response.headers.get('x-middleware-override-headers')
    if (overridden) {
      response.headers.set('x-middleware-override-headers', `${overridden},x-clerk-auth-status`)
      response.headers.set('x-middleware-request-x-clerk-auth-status', 'signed-out')
    }
    response.headers.append('set-cookie', 'AROUND=1; Path=/')
    return response
  }
