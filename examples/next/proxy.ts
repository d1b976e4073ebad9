import { auth } from './lib/auth'

export const proxy = auth.proxy

// Pages, and route handlers of one's own, whose answers it keeps out of caches; those of the session do so themselves.
export const config = { matcher: ['/((?!api/auth/|api/v1/|_next/static|_next/image|favicon.ico).*)'] }
