import type { NextRequest, NextResponse } from 'next/server.js'
import type { Rule } from '../common/guard.js'
import type { SessionInfo } from '../protocol/server-session.js'
import { createApp } from './app.js'
import { answerBelow, basePathOf } from './base-path.js'
import { openedByBrowser } from './bounce.js'
import { createBffOf } from './environment.js'
import { createGuard } from './guard.js'
import type { NextAuthOptions } from './options.js'
import { createPages } from './pages.js'
import { createWithProxy, type Middleware } from './proxy.js'
import { createRules } from './rules.js'

// The interface `Register` of 'tokencell' counts only where that module is part of the program.
export type {} from '../index.js'

export type { SessionInfo } from '../protocol/server-session.js'
export type { NextAuthOptions, Page, Pages } from './options.js'
export type { PageSession } from './pages.js'

type Handler = (request: Request) => Promise<Response>

export interface NextAuth {
  /** Route handlers: for `/api/auth/*`, and for the paths of the API that pages may reach. */
  handlers: Record<'DELETE' | 'GET' | 'HEAD' | 'PATCH' | 'POST' | 'PUT', Handler>
  /** `proxy.ts` of Next 16, `middleware.ts` of Next 15: refreshes before a page is rendered, and guards. */
  proxy(request: NextRequest): Promise<NextResponse>
  /**
   * The same around middleware of others, which sees the refreshed session. It is not asked for visitors who are sent away.
   *
   * @example
   * export const proxy = auth.withProxy(createMiddleware(routing)) // of next-intl
   */
  withProxy<Rest extends unknown[]>(
    middleware: Middleware<Rest>,
  ): (request: NextRequest, ...rest: Rest) => Promise<NextResponse>
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
   *
   * While a page is opened, a 401 leads through `GET /api/auth/refresh`, which refreshes and comes back, at most once in 10 s: do not catch
   * what `fetch` throws there, as of `redirect()`. It needs the proxy, which knows the page.
   */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>
  /**
   * The same as `getSession`, with a token that is new: in an action or a route handler, after a change that the token does not
   * know of yet, such as another role. While rendering, the token stays as it is.
   */
  refresh(): Promise<SessionInfo>
  /**
   * Signs in, in a server action or a route handler: with the fields of a form as the browser sends it, or with an object. Fields
   * such as `user[email]` become `{ user: { email } }`, and `redirect` is left out.
   *
   * Resolves with the API's answer, every token removed. Rejects as `signIn` of the client does: with AuthError `refused`, …
   *
   * @example
   * async function enter(form: FormData) {
   *   'use server'
   *   await auth.signIn(form)
   *   redirect('/notes')
   * }
   */
  signIn(credentials: FormData | URLSearchParams | Readonly<Record<string, unknown>>): Promise<unknown>
  /** Signs out, likewise. If the API cannot be told now, it is told with the next sign-out. */
  signOut(): Promise<void>
  /** For the Pages Router. */
  pages: ReturnType<typeof createPages>
}

/**
 * The session of a Next application, kept on its own server: no token in the browser.
 *
 * @throws AuthError that names the option that is wrong; of `api` and `secret` at the first request only
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
export function createNextAuth(given: NextAuthOptions): NextAuth {
  const { pages = {}, guard: _, roles, ...options } = given
  const bff = createBffOf(options)
  const guard = createGuard(pages, roles)
  const withProxy = createWithProxy(bff, guard, createRules(given))
  const whole = openedByBrowser(bff.handle, options.base)
  const handle: Handler = (request) => answerBelow(basePathOf(request), request, whole)
  return {
    handlers: { GET: handle, HEAD: handle, POST: handle, PUT: handle, PATCH: handle, DELETE: handle },
    withProxy,
    proxy: withProxy(() => undefined),
    ...createApp(bff, guard, options),
    pages: createPages(bff, guard),
  }
}
