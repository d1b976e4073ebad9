import { isAuthError } from '../common/errors.js'
import { GENERATION_HEADER } from '../protocol/server-session.js'
import { createCookies } from './cookie.js'
import { checkCsrf } from './csrf.js'
import { createCsrfTokens } from './csrf-source.js'
import { type ServerErrorCode, serverError, situationError } from './errors.js'
import { errorName } from './events.js'
import { backToForm } from './forms.js'
import { type BffOptions, resolveOptions } from './options.js'
import { isClear, type Pattern, parsePattern, surelyMatches } from './paths.js'
import { createProxy } from './proxy.js'
import { createRenewals } from './renewals.js'
import { asDocument, explain, finish, statusOf } from './replies.js'
import { openRequestSession, type RequestSession } from './request-session.js'
import { createSeal } from './seal.js'
import { checkSession, createSessionRoutes } from './session-routes.js'
import { createSessions, createShared } from './sessions.js'
import { createSignOut } from './sign-out.js'
import { createUpstream } from './upstream.js'
import { type Visitor, visitorHeaders } from './visitor.js'

/** A backend for frontend (RFC 10017 §6.1): keeps the tokens, and answers the pages of one application. */
export interface BffServer {
  /**
   * Answers a request for one of its routes, or for a path of the API that pages may reach; 404 for others.
   *
   * @param session the session of the request, if it is open already
   */
  handle(request: Request, session?: RequestSession): Promise<Response>
  /**
   * Opens the session of an incoming request, from its `Cookie` header.
   *
   * @param canSetCookies whether the response can set the cookie of a refreshed session. If it cannot, and there is no
   * store, no session is refreshed. A function is called only when a refresh is due
   * @param visitor the request, or its headers. They tell the API about the visitor, and in development the port for the
   * cookie
   */
  open(
    cookieHeader: string | null | undefined,
    canSetCookies: boolean | (() => boolean),
    visitor: Visitor,
  ): RequestSession
}

/**
 * @throws AuthError that names the option that is wrong
 *
 * @example
 * export const bff = createBff({
 *   api: 'https://api.example.com',
 *   signIn: '/api/v1/login',
 *   refresh: '/api/v1/refresh',
 *   signOut: { method: 'DELETE', path: '/api/v1/logout' },
 *   proxy: ['/api/v1/notes/**'],
 *   secret: process.env.AUTH_SECRET,
 * })
 */
export function createBff(options: BffOptions): BffServer {
  const bff = resolveOptions(options)
  const seal = createSeal(bff.secrets)
  const cookiesOf = createCookies(bff)
  const csrfTokens = bff.csrfSource && createCsrfTokens(bff.csrfSource)
  const upstream = createUpstream(bff, csrfTokens)
  const shared = createShared(bff, seal)
  const sessions = createSessions(bff, shared)
  const renewals = createRenewals(bff, upstream, shared)
  const signOutUpstream = createSignOut(bff, renewals, upstream)
  const proxy = createProxy(bff)
  const dependencies = { bff, csrfTokens, renewals, seal, sessions, signOutUpstream, upstream }
  const open: BffServer['open'] = (header, canSetCookies, visitor) => {
    const forwarded = visitorHeaders(visitor, bff.trustProxy)
    return openRequestSession({ ...dependencies, ...cookiesOf(visitor) }, header, canSetCookies, forwarded)
  }

  const patterns = Object.entries(createSessionRoutes(bff)).map(([name, answer]) => {
    const [method, path] = name.split(' ')
    const pattern = parsePattern(bff.basePath + path) as Pattern
    const takesForms = path === '/sign-in' || path === '/sign-out'
    // A link on any site may open a page that redirects to this route. The route changes nothing, and redirects to pages
    // of the application only.
    return { method, pattern, answer, takesForms, takesLinks: name === 'GET /refresh' }
  })

  async function handle(
    request: Request,
    session = open(request.headers.get('cookie'), true, request),
  ): Promise<Response> {
    const response = await answer(request, session).catch((error) =>
      // The request was aborted.
      request.signal.aborted ? new Response(null, { status: 499 }) : explain(error),
    )
    // In every case: a refreshed token must not be lost.
    return session.setCookies().then(
      (setCookies) => finish(response, setCookies),
      (error) => {
        response.body?.cancel().catch(() => {})
        return finish(explain(error), [])
      },
    )
  }

  async function answer(request: Request, session: RequestSession): Promise<Response> {
    const { pathname } = new URL(request.url)
    const route = patterns.find(
      ({ method, pattern }) => method === request.method && surelyMatches(pattern, pathname),
    )
    const proof = route?.takesLinks ? 'element' : checkCsrf(request, bff, route?.takesForms ?? false)
    session.tellApi(bff.forward(request))
    if (route) {
      return route.answer(request, session, proof).catch((error: unknown) => {
        const back = proof === 'form' && isAuthError(error) && backToForm(request, { error: error.code }, bff)
        if (!back) throw error
        return back
      })
    }
    if (!proxy.knows(pathname)) throw notProxied(pathname)
    await checkSession(request, session)
    const passed = await proxy.pass(request, session).catch((error: unknown) => {
      emitFailure(error)
      throw error
    })
    passed.headers.delete(GENERATION_HEADER)
    if (session.generation !== null) passed.headers.set(GENERATION_HEADER, String(session.generation))
    return proof === 'element' ? asDocument(passed) : passed
  }

  function notProxied(pathname: string) {
    if (!isClear(pathname)) return situationError('not-proxied', 'unclear')
    const isRoute = pathname.startsWith(`${bff.basePath}/`)
    return isRoute ? situationError('not-proxied', 'route') : serverError('not-proxied')
  }

  /** No event is needed if the page has caused the error, or if a refresh has failed, which has its own event. */
  function emitFailure(error: unknown) {
    if (!isAuthError(error) || statusOf(error) < 500) return
    const { code, status, cause } = error
    if (!cause && code !== 'redirect-not-listed' && code !== 'status-unknown') return
    const details = { ...(status && { status }), ...(cause ? { error: errorName(cause) } : {}) }
    bff.emit({ type: 'request-failed', code: code as ServerErrorCode, ...details })
  }

  return { handle, open }
}
