import { ERROR_HEADER, SESSION_HEADER } from '../bff-protocol.js'
import { isAuthError } from '../errors.js'
import { bytesOf, limitedBody } from './body.js'
import { createSessionCookie } from './cookie.js'
import { serverError } from './errors.js'
import { refuseForgery } from './forgery.js'
import { type BffOptions, complete } from './options.js'
import { type Pattern, parsePattern, surelyMatches } from './paths.js'
import { createProxy } from './proxy.js'
import { createRenewals } from './renewals.js'
import { openRequestSession, type RequestSession } from './request-session.js'
import { createSeal } from './seal.js'
import { createUpstream } from './upstream.js'

/** A backend for frontend (RFC 10017 §6.1): holds the tokens, and answers the pages of one application. */
export interface BffServer {
  /**
   * Answers a request for one of its routes, or for a path of the API that pages may reach; 404 for others.
   *
   * @param session if it is open already
   */
  handle(request: Request, session?: RequestSession): Promise<Response>
  /**
   * The session of an incoming request, by its `Cookie` header.
   *
   * @param canSetCookies whether the response can take the cookie of a refreshed session: without that, none is refreshed.
   * A function is asked only when one is due
   */
  open(cookieHeader: string | null | undefined, canSetCookies: boolean | (() => boolean)): RequestSession
}

type Route = (request: Request, session: RequestSession) => Promise<Response>

/** Credentials longer than this are none. In bytes. */
const LONGEST_CREDENTIALS = 64 * 1024

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
  const bff = complete(options)
  const seal = createSeal(bff.secrets)
  const cookie = createSessionCookie(bff)
  const upstream = createUpstream(bff)
  const renewals = createRenewals(bff, upstream, seal)
  const proxy = createProxy(bff)
  const open: BffServer['open'] = (header, canSetCookies) =>
    openRequestSession({ bff, cookie, renewals, seal, upstream }, header, canSetCookies)

  const routes: Record<string, Route> = {
    'GET /session': async (_, session) => report(session),
    'POST /refresh': async (_, session) => report(session),
    async 'POST /sign-in'(request, session) {
      const body = await bytesOf(limitedBody(request, LONGEST_CREDENTIALS))
      const answer = await session.signIn(body, request.headers.get('content-type'), bff.forward(request))
      return report(session, { answer })
    },
    async 'POST /sign-out'(_, session) {
      const isTold = await session.signOut()
      return report(session, { isTold })
    },
  }

  const patterns = Object.entries(routes).map(([name, answer]) => {
    const [method, path] = name.split(' ')
    return { method, pattern: parsePattern(bff.base + path) as Pattern, answer }
  })

  async function handle(
    request: Request,
    session = open(request.headers.get('cookie'), true),
  ): Promise<Response> {
    const response = await answer(request, session).catch((error) =>
      // Nobody waits for it any more.
      request.signal.aborted ? new Response(null, { status: 499 }) : explain(error),
    )
    // Whatever has happened: a token that was refreshed must not be lost.
    return session.setCookies().then(
      (setCookies) => finish(response, setCookies),
      (error) => {
        response.body?.cancel().catch(() => {})
        return finish(explain(error), [])
      },
    )
  }

  async function answer(request: Request, session: RequestSession): Promise<Response> {
    refuseForgery(request, bff)
    const { pathname } = new URL(request.url)
    const route = patterns.find(
      ({ method, pattern }) => method === request.method && surelyMatches(pattern, pathname),
    )
    if (route) return route.answer(request, session)
    if (!proxy.knows(pathname)) throw serverError('not-proxied')
    const believed = request.headers.get(SESSION_HEADER)
    if (believed !== null && believed !== ((await session.info()).session ?? ''))
      throw serverError('replaced')
    return proxy.pass(request, session)
  }

  return { handle, open }
}

async function report(session: RequestSession, more: object = {}): Promise<Response> {
  return Response.json({ ...(await session.info()), ...more })
}

/** Whoever reads or changes a session, no cache may keep (RFC 9111 §5.2.2). */
function finish(response: Response, setCookies: readonly string[]): Response {
  response.headers.set('cache-control', 'private, no-store')
  response.headers.set('vary', 'cookie')
  for (const cookie of setCookies) response.headers.append('set-cookie', cookie)
  return response
}

const STATUSES: Record<string, number> = {
  'body-too-large': 413,
  'endpoint-of-session': 403,
  forged: 403,
  'not-proxied': 404,
  replaced: 409,
  unreachable: 503,
}

/** An error for the page: its code, and what the API said. What is wrong with this server is not told outside. */
function explain(error: unknown): Response {
  if (!isAuthError(error)) {
    console.error(error)
    return new Response(null, { status: 500 })
  }
  const { code, message, body, status: given, retryAfter } = error
  const status = STATUSES[code] ?? (code === 'refused' ? given : undefined) ?? 502
  return Response.json(
    { error: code, message, body, status: given, retryAfter },
    { status, headers: { [ERROR_HEADER]: code } },
  )
}
