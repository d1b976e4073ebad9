import { auth } from './lib/auth'

export const proxy = auth.proxy

// Pages, and route handlers of one's own, whose answers it keeps out of caches; those of the session do so themselves. Files that
// are the same for everybody may stay in caches.
export const config = {
  matcher: [
    '/((?!api/auth/|api/v1/|_next/|.*\\.(?:css|gif|ico|jpg|js|mp4|pdf|png|svg|txt|webmanifest|webp|woff2|xml)$).*)',
  ],
}
