import type { NextRequest, NextResponse } from 'next/server.js'
import type { SessionInfo } from '../bff-protocol.js'
import type { Rule } from '../guard.js'
import { type BffServer, createBff } from '../server/index.js'
import { createApp } from './app.js'
import { createGuard } from './guard.js'
import { createRules, type NextAuthOptions } from './options.js'
import { createPages } from './pages.js'
import { createProxy } from './proxy.js'

export type { SessionInfo } from '../bff-protocol.js'
export type { NextAuthOptions, Page, Pages } from './options.js'
export type { PageSession } from './pages.js'

type Handler = BffServer['handle']

export interface NextAuth {
  /** Route handlers: for `/api/auth/*`, and for the paths of the API that pages may reach. */
  handlers: Record<'DELETE' | 'GET' | 'HEAD' | 'PATCH' | 'POST' | 'PUT', Handler>
  /** `proxy.ts` of Next 16, `middleware.ts` of Next 15: refreshes before a page is rendered, and guards. */
  proxy(request: NextRequest): Promise<NextResponse>
  /** How things stand, in a server component, an action or a route handler; for `AuthProvider`, as it is. */
  getSession(): Promise<SessionInfo>
  /**
   * The same for those whom the rule lets in. Others are sent to the page that is for them, as by `redirect()`.
   * @default { requiresAuth: true }
   */
  requireSession(rule?: Rule): Promise<SessionInfo>
  /**
   * `fetch` to the API with the token, in a server component, an action or a route handler. A stream that goes on after its
   * handler has returned takes no cookie, and Next does not say so: ask `getSession()` before, which refreshes what is due.
   */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>
  /** For the Pages Router. */
  pages: ReturnType<typeof createPages>
}

/**
 * The session of a Next application, kept on its own server: no token in the browser.
 *
 * @throws AuthError that names the option that is wrong
 *
 * @example
 * // auth.ts
 * export const auth = createNextAuth({
 *   api: 'https://api.example.com',
 *   signIn: '/api/v1/login',
 *   refresh: '/api/v1/refresh',
 *   secret: process.env.AUTH_SECRET,
 *   proxy: ['/api/v1/**'],
 *   guard: { '/account/**': { requiresAuth: true } },
 * })
 * // app/api/auth/[...auth]/route.ts and app/api/v1/[...path]/route.ts
 * export const { GET, POST, PUT, PATCH, DELETE } = auth.handlers
 * // proxy.ts
 * export const proxy = auth.proxy
 */
export function createNextAuth({
  pages = {},
  guard: rules = {},
  roles,
  ...options
}: NextAuthOptions): NextAuth {
  const bff = createBff(options)
  const guard = createGuard(pages, roles)
  const { handle } = bff
  return {
    handlers: { GET: handle, HEAD: handle, POST: handle, PUT: handle, PATCH: handle, DELETE: handle },
    proxy: createProxy(bff, guard, createRules(rules)),
    ...createApp(bff, guard),
    pages: createPages(bff, guard),
  }
}
