import { auth } from './lib/auth'

export const proxy = auth.proxy

// Pages, and nothing else: the routes below /api refresh by themselves.
export const config = { matcher: ['/((?!api/|_next/static|_next/image|favicon.ico).*)'] }
