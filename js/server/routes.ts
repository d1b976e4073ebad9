import { isAuthError } from '../common/errors.js'
import { ownPath } from '../common/guard.js'
import { SESSION_HEADER } from '../protocol/server-session.js'
import { bytesOf, limitedBody } from './body.js'
import { createCookies } from './cookie.js'
import { checkCsrf, type Proof } from './csrf.js'
import { type ServerErrorCode, serverError } from './errors.js'
import { errorName } from './events.js'
import { backToForm, formOf, readForm, seeOther } from './forms.js'
import { type BffOptions, resolveOptions } from './options.js'
import { type Pattern, parsePattern, surelyMatches } from './paths.js'
import { createProxy } from './proxy.js'
import { createRenewals } from './renewals.js'
import { asDocument, explain, finish, report, statusOf } from './replies.js'
import { openRequestSession, type RequestSession } from './request-session.js'
import { createSeal } from './seal.js'
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

/** This cookie notes for a while that a page was redirected to `GET /refresh`. It prevents an endless loop of redirects. */
export const BOUNCE_COOKIE = 'tokencell-bounced'
const BOUNCED = `${BOUNCE_COOKIE}=1; Max-Age=10; Path=/; HttpOnly; SameSite=Lax`

type Route = (request: Request, session: RequestSession, proof: Proof) => Promise<Response>

/** The maximum length of credentials. In bytes. */
const MAX_CREDENTIALS = 64 * 1024

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
  const upstream = createUpstream(bff)
  const shared = createShared(bff, seal)
  const sessions = createSessions(bff, shared)
  const renewals = createRenewals(bff, upstream, shared)
  const signOutUpstream = createSignOut(bff, renewals, upstream)
  const proxy = createProxy(bff)
  const dependencies = { bff, renewals, seal, sessions, signOutUpstream, upstream }
  const open: BffServer['open'] = (header, canSetCookies, visitor) => {
    const forwarded = visitorHeaders(visitor, bff.trustProxy)
    return openRequestSession({ ...dependencies, ...cookiesOf(visitor) }, header, canSetCookies, forwarded)
  }

  const routes: Record<string, Route> = {
    'GET /session': async (_, session) => report(session),
    async 'POST /refresh'(_, session) {
      await session.refresh()
      return report(session)
    },
    /**
     * For pages that were rendered with a token that the API refuses. These pages cannot refresh, so they redirect to
     * this route, which redirects back.
     */
    async 'GET /refresh'(request, session) {
      // Without a new token the session continues, and the page shows the error.
      await session.refresh().catch(() => {})
      const response = seeOther(ownPath(new URL(request.url).searchParams.get('to')) ?? '/')
      response.headers.append('set-cookie', BOUNCED)
      return response
    },
    async 'POST /sign-in'(request, session, proof) {
      const body = await bytesOf(limitedBody(request, MAX_CREDENTIALS))
      const contentType = request.headers.get('content-type') ?? ''
      if (proof === 'form') {
        const form = readForm(await formOf(body, contentType), bff.signIn.encoding)
        await session.signIn(form.body, form.contentType)
        return seeOther(form.redirect ?? '/')
      }
      const by = new URL(request.url).searchParams.get('by') ?? undefined
      const result = await session.signIn(body, contentType || null, by)
      return report(session, { answer: result.body, isPending: result.status === 'pending' })
    },
    async 'POST /user'(_, session) {
      await session.reloadUser()
      return report(session)
    },
    async 'POST /sign-out'(request, session, proof) {
      const body = await bytesOf(limitedBody(request, MAX_CREDENTIALS))
      const isConfirmed = await session.signOut()
      if (proof !== 'form') return report(session, { isConfirmed })
      const form = await formOf(body, request.headers.get('content-type') ?? '')
      return seeOther(readForm(form).redirect ?? '/')
    },
  }

  const patterns = Object.entries(routes).map(([name, answer]) => {
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
        const back = proof === 'form' && isAuthError(error) && backToForm(request, error.code, bff)
        if (!back) throw error
        return back
      })
    }
    if (!proxy.knows(pathname)) throw serverError('not-proxied')
    const believed = request.headers.get(SESSION_HEADER)
    if (believed !== null) {
      const { session: current } = await session.info()
      if (believed !== (current ?? '')) throw serverError(current === null ? 'session-ended' : 'replaced')
    }
    const passed = await proxy.pass(request, session).catch((error: unknown) => {
      emitFailure(error)
      throw error
    })
    return proof === 'element' ? asDocument(passed) : passed
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
