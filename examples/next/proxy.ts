import { auth } from './lib/auth'

export const proxy = auth.proxy

// The proxy runs for pages and for your own route handlers, and prevents caching of their responses. The routes of the session
// set `Cache-Control` themselves. Static files, which are the same for all visitors, may be cached.
export const config = {
  matcher: [
    '/((?!api/auth/|api/v1/|_next/|.*\\.(?:css|gif|ico|jpg|js|mp4|pdf|png|svg|txt|webmanifest|webp|woff2|xml)$).*)',
  ],
}
