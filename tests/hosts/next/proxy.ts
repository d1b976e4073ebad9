import type { NextRequest } from 'next/server'
import { auth } from './lib/auth'
import { around, languages } from './lib/others'

/** The ways to combine our proxy with other middleware, by the first segment of the path. */
const ways: Record<string, (request: NextRequest) => Promise<Response>> = {
  inside: auth.withProxy(languages),
  around: around((request) => auth.proxy(request)),
  async changed(request) {
    const response = await auth.proxy(request)
    response.cookies.set('theme', 'dark')
    return response
  },
  /** Our proxy first. The response is the one of the other middleware, with our cookies. */
  async merged(request) {
    const ours = await auth.proxy(request)
    if (!ours.headers.has('x-middleware-next')) return ours
    const response = languages(request)
    for (const cookie of ours.cookies.getAll()) response.cookies.set(cookie)
    return response
  },
  /** The other middleware first. Our proxy gets its response. */
  async handed(request) {
    const response = languages(request)
    return auth.withProxy(() => response)(request)
  },
}

export function proxy(request: NextRequest) {
  const [, way = ''] = request.nextUrl.pathname.split('/')
  return (ways[way] ?? auth.proxy)(request)
}

export const config = {
  matcher: ['/((?!api/auth/|api/classic/|api/v1/|_next/static|_next/image|favicon.ico).*)'],
}
