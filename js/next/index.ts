import type { NextRequest, NextResponse } from 'next/server.js'
import type { Rule } from '../common/guard.js'
import type { SignInOptions, SignInResult } from '../common/types.js'
import type { SessionInfo } from '../protocol/server-session.js'
import { ownCopy } from '../server/own.js'
import { createApp } from './app.js'
import { answerBelow, basePathOf } from './base-path.js'
import { openedByBrowser } from './bounce.js'
import { createBffOf } from './environment.js'
import { createGuard } from './guard.js'
import type { NextAuthOptions, Pages } from './options.js'
import { createPages } from './pages.js'
import { createWithProxy, type Middleware } from './proxy.js'
import { createRules } from './rules.js'

// The interface `Register` of 'tokencell' takes effect only if that module is part of the program.
export type {} from '../index.js'

export type { SessionInfo } from '../protocol/server-session.js'
export type { NextAuthOptions, Page, Pages } from './options.js'
export type { PageSession } from './pages.js'

type Handler = (request: Request) => Promise<Response>

export interface NextAuth {
  /** Route handlers: for `/api/auth/*`, and for the paths of the API that pages may reach. */
  handlers: Record<'DELETE' | 'GET' | 'HEAD' | 'PATCH' | 'POST' | 'PUT', Handler>
  /**
   * `proxy.ts` of Next 16, `middleware.ts` of Next 15: refreshes the session before a page is rendered, and checks
   * `guard`.
   */
  proxy(request: NextRequest): Promise<NextResponse>
  /**
   * The same around another middleware, which sees the refreshed session. The middleware is not called for visitors who
   * may not see the page.
   *
   * @example
   * export const proxy = auth.withProxy(createMiddleware(routing)) // of next-intl
   */
  withProxy<Rest extends unknown[]>(
    middleware: Middleware<Rest>,
  ): (request: NextRequest, ...rest: Rest) => Promise<NextResponse>
  /** Returns the session, in a server component, an action or a route handler. `AuthProvider` takes it as it is. */
  getSession(): Promise<SessionInfo>
  /**
   * Returns the session if the rule admits the visitor. Other visitors are sent to another page, as by `redirect()`.
   * @default { requiresAuth: true }
   */
  requireSession(rule?: Rule): Promise<SessionInfo>
  /**
   * `fetch` to the API with the token, in a server component, an action or a route handler. A stream that continues after
   * its handler has returned cannot set a cookie, and Next reports no error. Call `getSession()` first, which refreshes a
   * token that is due.
   *
   * While a page is opened, a 401 redirects to `GET /api/auth/refresh`, which refreshes and redirects back, at most once
   * in 10 s. Do not catch the error that `fetch` throws there: it is that of `redirect()`. This needs the proxy, which
   * knows the path of the page.
   */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>
  /**
   * The same as `getSession`, with a new token, in an action or a route handler. Use it after a change that the current
   * token does not contain yet, such as another role. While rendering, the token is not refreshed.
   *
   * With a body, for example to change the tenant, the members are sent to the API in a refresh of its own. If the API
   * refuses it, this rejects with AuthError `refused`, and the session continues.
   */
  refresh(body?: Readonly<Record<string, unknown>>): Promise<SessionInfo>
  /**
   * Signs in, in a server action or a route handler: with the fields of a form as the browser sends it, or with an
   * object. Fields such as `user[email]` become `{ user: { email } }`, and `redirect` is left out.
   *
   * `by` names one of the `exchanges`, and `remember: false` lets the session end with the browser. Resolves and rejects as
   * `signIn` of the client does: with `{ status, body }`, where `body` is the response of the API without its tokens, or
   * with AuthError `refused`, …
   *
   * @example
   * async function enter(form: FormData) {
   *   'use server'
   *   await auth.signIn(form)
   *   redirect('/notes')
   * }
   */
  signIn(
    credentials: FormData | URLSearchParams | Readonly<Record<string, unknown>>,
    options?: SignInOptions,
  ): Promise<SignInResult>
  /**
   * Signs out, in a server action or a route handler. If the API cannot be informed now, it is informed at the next
   * sign-out.
   */
  signOut(): Promise<void>
  /** For the Pages Router. */
  pages: ReturnType<typeof createPages>
}

/**
 * The session of a Next application, kept on its own server: no token in the browser.
 *
 * @throws AuthError that names the option that is wrong; for `api` and `secret`, only at the first request
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
  const own = ownCopy(given)
  const { pages = Object.create(null) as Pages, guard: _, roles, ...options } = own
  const bff = createBffOf(options)
  const guard = createGuard(pages, roles)
  const withProxy = createWithProxy(bff, guard, createRules(own))
  const whole = openedByBrowser(bff.handle, options.basePath)
  const handle: Handler = (request) => answerBelow(basePathOf(request), request, whole)
  return {
    handlers: { GET: handle, HEAD: handle, POST: handle, PUT: handle, PATCH: handle, DELETE: handle },
    withProxy,
    proxy: withProxy(() => undefined),
    ...createApp(bff, guard, options),
    pages: createPages(bff, guard),
  }
}
