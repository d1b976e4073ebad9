import { isAuthError } from '../errors.js'
import { bytesOf, limitedBody } from './body.js'
import { serverError } from './errors.js'
import type { Bff } from './options.js'
import { hasSlash, isClear, type Pattern, parsePattern, surelyMatches } from './paths.js'
import { createRefusals } from './refusals.js'
import type { RequestSession } from './request-session.js'

/** What a page may say to the API, besides `headers` of the options. All else stays here, cookies and hops included. */
const FROM_PAGE = [
  'accept',
  'accept-language',
  'content-language',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'last-event-id',
  'prefer',
  'range',
]

/**
 * What the API may say to a page goes through, but for hops, cookies, tokens, and what `fetch` has undone; and for what
 * caches and servers in front would heed before `private, no-store`.
 */
const NOT_TO_PAGE = new RegExp(
  `^(${[
    'access-control-.*|alt-svc|authorization|clear-site-data|connection|content-encoding|content-length|keep-alive|proxy-.*',
    'refresh|set-cookie2?|strict-transport-security|te|trailer|transfer-encoding|upgrade|vary|via',
    'age|(.+-)?cache-control|edge-control|expires|pragma|surrogate-.*|x-accel-.*|x-lighttpd-.*|x-litespeed-.*|x-sendfile.*',
  ].join('|')})$`,
)

/** A body of known length up to this is held, so that it can be sent again. In bytes. */
const HELD = 256 * 1024

/** Hands requests of pages on to the API: those that the options list, and nothing else of them than belongs there. */
export function createProxy(bff: Bff) {
  const rules = bff.proxy.map(parseRule)
  const isRefused = createRefusals(bff)
  const names = new Set([...FROM_PAGE, ...bff.headers])

  return {
    /** Whether a path is one of the API's, for any method. */
    knows: (pathname: string) => rules.some(({ pattern }) => surelyMatches(pattern, pathname)),

    /** @throws AuthError `not-proxied`, `endpoint-of-session`, `body-too-large`, `unreachable` */
    async pass(request: Request, session: RequestSession): Promise<Response> {
      const { pathname, search } = new URL(request.url)
      const { method } = request
      const rule = rules.find(
        (one) => (!one.method || one.method === method) && surelyMatches(one.pattern, pathname),
      )
      if (!rule) throw serverError('not-proxied')
      if (isRefused(pathname, method)) throw serverError('endpoint-of-session')
      const headers = new Headers(bff.forward(request))
      for (const [name, value] of request.headers) if (names.has(name)) headers.set(name, value)

      const init: RequestInit & { duplex?: 'half' } = {
        method,
        headers,
        redirect: 'manual',
        signal: request.signal,
      }
      if (request.body) Object.assign(init, await bodyOf(request))
      const response = await session
        .fetch(bff.api + pathFor(rule, pathname) + search, init)
        .catch((error: unknown) => {
          // That of a body is the cause of that of `fetch`.
          const cause = error instanceof Error && isAuthError(error.cause) ? error.cause : error
          throw cause instanceof TypeError ? serverError('unreachable', { cause }) : cause
        })
      return answer(response)
    },
  }

  async function bodyOf(request: Request): Promise<{ body: BodyInit | null; duplex?: 'half' }> {
    const body = limitedBody(request, bff.bodyLimit)
    const length = Number(request.headers.get('content-length') ?? Number.NaN)
    return length <= HELD ? { body: await bytesOf(body) } : { body, duplex: 'half' }
  }

  function answer(response: Response): Response {
    const { status, statusText, body } = response
    // No `Response` can be made with it (Fetch), so it cannot be passed on.
    if (status > 599) throw serverError('status-unknown', { status })
    const headers = new Headers()
    for (const [name, value] of response.headers) if (!NOT_TO_PAGE.test(name)) headers.append(name, value)
    const location = response.headers.get('location')
    if (location !== null) {
      const here = ownPath(location, response.url)
      if (here !== undefined) headers.set('location', here)
      else {
        headers.delete('location')
        if (status >= 300 && status < 400) throw serverError('not-proxied')
      }
    }
    return new Response(body, { status, statusText, headers })
  }

  /** Where the API points within itself, the page finds it here; to elsewhere nobody is led. */
  function ownPath(location: string, base: string): string | undefined {
    if (!URL.canParse(location, base || bff.api)) return undefined
    const { origin, pathname, search, hash } = new URL(location, base || bff.api)
    return origin === bff.api && isClear(pathname) ? pathname + search + hash : undefined
  }
}

interface Rule {
  method: string | undefined
  pattern: Pattern
}

function parseRule(rule: string): Rule {
  const [, method, path = ''] = /^(?:([A-Z]+) +)?(\S+)$/.exec(rule) ?? []
  const pattern = parsePattern(path)
  if (!pattern) throw serverError('option-invalid', { option: 'proxy' })
  return { method, pattern }
}

/**
 * The path with the ending that the rule has, since frameworks add or remove a slash at the end of every path: Next with
 * `trailingSlash: true` asks for `/me/` where the API has `/me`. With `**` it stays as it came, with `**` and a slash it gets one.
 */
function pathFor({ pattern }: Rule, pathname: string): string {
  if (pattern.isOpen && !pattern.hasSlash) return pathname
  const bare = hasSlash(pathname) ? pathname.slice(0, -1) : pathname
  return pattern.hasSlash ? `${bare}/` : bare
}
