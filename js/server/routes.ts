import { ERROR_HEADER, SESSION_HEADER } from '../bff-protocol.js'
import { isAuthError } from '../errors.js'
import { bytesOf, limitedBody } from './body.js'
import { createSessionCookie } from './cookie.js'
import { serverError } from './errors.js'
import { type Proof, refuseForgery } from './forgery.js'
import { backToForm, readForm, seeOther } from './forms.js'
import { type BffOptions, complete } from './options.js'
import { type Pattern, parsePattern, surelyMatches } from './paths.js'
import { createProxy } from './proxy.js'
import { createRenewals } from './renewals.js'
import { openRequestSession, type RequestSession } from './request-session.js'
import { createSeal } from './seal.js'
import { createUpstream } from './upstream.js'

/** A backend for frontend (RFC 10017 §6.1): holds the tokens, and answers the pages of one application. */
export interface BffServer {
  /** Answers a request for one of its routes, or for a path of the API that pages may reach; 404 for others. */
  handle(request: Request): Promise<Response>
  /**
   * The session of an incoming request, by its `Cookie` header.
   *
   * @param canSetCookies whether the response can take the cookie of a refreshed session: without that, none is refreshed.
   * A function is asked only when one is due
   */
  open(cookieHeader: string | null | undefined, canSetCookies: boolean | (() => boolean)): RequestSession
}

type Route = (request: Request, session: RequestSession, proof: Proof) => Promise<Response>

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
    async 'POST /sign-in'(request, session, proof) {
      const body = await bytesOf(limitedBody(request, LONGEST_CREDENTIALS))
      const contentType = request.headers.get('content-type') ?? ''
      if (proof === 'form') {
        const form = readForm(await formOf(body, contentType), bff.signIn.encoding)
        await session.signIn(form.body, form.contentType, bff.forward(request))
        return seeOther(form.redirect ?? '/')
      }
      const answer = await session.signIn(body, contentType || null, bff.forward(request))
      return report(session, { answer })
    },
    async 'POST /sign-out'(request, session, proof) {
      const body = await bytesOf(limitedBody(request, LONGEST_CREDENTIALS))
      const isTold = await session.signOut()
      if (proof !== 'form') return report(session, { isTold })
      const form = await formOf(body, request.headers.get('content-type') ?? '')
      return seeOther(readForm(form).redirect ?? '/')
    },
  }

  const patterns = Object.entries(routes).map(([name, answer]) => {
    const [method, path] = name.split(' ')
    const pattern = parsePattern(bff.base + path) as Pattern
    return { method, pattern, answer, takesForms: path === '/sign-in' || path === '/sign-out' }
  })

  async function handle(request: Request): Promise<Response> {
    const session = open(request.headers.get('cookie'), true)
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
    const { pathname } = new URL(request.url)
    const route = patterns.find(
      ({ method, pattern }) => method === request.method && surelyMatches(pattern, pathname),
    )
    const proof = refuseForgery(request, bff, route?.takesForms ?? false)
    if (route) {
      return route.answer(request, session, proof).catch((error: unknown) => {
        const back = proof === 'form' && isAuthError(error) && backToForm(request, error.code, bff)
        if (!back) throw error
        return back
      })
    }
    if (!proxy.knows(pathname)) throw serverError('not-proxied')
    const believed = request.headers.get(SESSION_HEADER)
    if (believed !== null && believed !== ((await session.info()).session ?? ''))
      throw serverError('replaced')
    const passed = await proxy.pass(request, session)
    return proof === 'element' ? asDocument(passed) : passed
  }

  return { handle, open }
}

async function report(session: RequestSession, more: object = {}): Promise<Response> {
  return Response.json({ ...(await session.info()), ...more })
}

/** @throws AuthError `body-malformed` */
async function formOf(body: ArrayBuffer, contentType: string): Promise<FormData> {
  const headers = { 'content-type': contentType }
  return new Response(body, { headers }).formData().catch((cause) => {
    throw serverError('body-malformed', { status: 400, cause })
  })
}

/**
 * What a link may open. A document of the API, such as a page that a user has uploaded, would else run with the rights of the
 * application. Chromium shows no PDF in a sandbox.
 */
function asDocument(response: Response): Response {
  const { headers } = response
  headers.set('x-content-type-options', 'nosniff')
  if (!/^application\/pdf\b/i.test(headers.get('content-type') ?? ''))
    headers.append('content-security-policy', 'sandbox')
  return response
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
