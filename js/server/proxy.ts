import { isAuthError } from '../common/errors.js'
import { createAnswers } from './answer.js'
import { tokensOf } from './api-requests.js'
import { bytesOf, limitedBody } from './body.js'
import { serverError, situationError } from './errors.js'
import type { Bff } from './options.js'
import { hasSlash, type Pattern, parsePattern, patternError, surelyMatches } from './paths.js'
import { createRefusals } from './refusals.js'
import type { RequestSession } from './request-session.js'
import { tokenIn } from './token-responses.js'

/**
 * The headers that a page may send to the API, in addition to `headers` of the options. All others are removed, including
 * cookies and hop-by-hop headers.
 */
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

/** A body of known length up to this is kept in memory, so that it can be sent again. In bytes. */
const BUFFER_LIMIT = 256 * 1024

/**
 * Passes requests of pages on to the API. Only the requests that the options list are passed on, with allowed headers
 * only.
 */
export function createProxy(bff: Bff) {
  const rules = bff.proxy.map(parseRule)
  const isRefused = createRefusals(bff)
  const answer = createAnswers(bff)
  const names = new Set([...FROM_PAGE, ...bff.headers])

  return {
    /** Whether pages may reach this path of the API, with any method. */
    knows: (pathname: string) => rules.some(({ pattern }) => surelyMatches(pattern, pathname)),

    /** @throws AuthError `not-proxied`, `endpoint-of-session`, `body-too-large`, `redirect-not-listed`, `unreachable` */
    async pass(request: Request, session: RequestSession): Promise<Response> {
      const { pathname, search } = new URL(request.url)
      const { method } = request
      const rule = rules.find(
        (one) => (!one.method || one.method === method) && surelyMatches(one.pattern, pathname),
      )
      if (!rule) throw serverError('not-proxied')
      if (isRefused(pathname, method)) throw serverError('endpoint-of-session')
      const headers = new Headers()
      for (const [name, value] of request.headers) if (names.has(name)) headers.set(name, value)

      const init: RequestInit & { duplex?: 'half' } = {
        method,
        headers,
        redirect: 'manual',
        signal: request.signal,
      }
      if (request.body) Object.assign(init, await bodyOf(request, headers))
      const response = await session
        .fetch(bff.api + pathFor(rule, pathname) + search, init)
        .catch((error: unknown) => {
          // If the body has caused the error, `fetch` has the error of the body as its cause.
          const cause = error instanceof Error && isAuthError(error.cause) ? error.cause : error
          throw cause instanceof TypeError ? serverError('unreachable', { cause }) : cause
        })
      const tokens = tokensOf(response)
      const answered = answer(response, tokens)
      const token = await tokenIn(answered, tokens, hasWildcard(rule) ? bff.tokenPaths : undefined)
      if (token) {
        answered.body?.cancel().catch(() => {})
        throw situationError('endpoint-of-session', token)
      }
      return answered
    },
  }

  /** Adds the length to the headers if it is known: some servers refuse a body without a length (411). */
  async function bodyOf(
    request: Request,
    headers: Headers,
  ): Promise<{ body: BodyInit | null; duplex?: 'half' }> {
    const body = limitedBody(request, bff.bodyLimit)
    const length = Number(request.headers.get('content-length') ?? Number.NaN)
    if (length <= BUFFER_LIMIT) return { body: await bytesOf(body) }
    if (Number.isSafeInteger(length)) headers.set('content-length', String(length))
    return { body: ofLength(body, length), duplex: 'half' }
  }
}

/** Cloudflare Workers accept a length only with their own kind of stream. */
function ofLength(body: ReadableStream<Uint8Array> | null, length: number) {
  const { FixedLengthStream: Fixed } = globalThis as {
    FixedLengthStream?: new (length: number) => TransformStream<Uint8Array, Uint8Array>
  }
  return Fixed && Number.isSafeInteger(length) ? (body?.pipeThrough(new Fixed(length)) ?? null) : body
}

/** A rule without a wildcard names one endpoint, whose responses pages may have, also with tokens of other services. */
const hasWildcard = ({ pattern }: Rule) => pattern.isOpen || pattern.segments.includes('*')

interface Rule {
  method: string | undefined
  pattern: Pattern
}

function parseRule(rule: string): Rule {
  const [, method, path = ''] = /^(?:([A-Z]+) +)?(\S+)$/.exec(rule) ?? []
  const pattern = parsePattern(path)
  if (!pattern) throw patternError('proxy', `"/api/v1/notes/**" or "GET /api/v1/users/*"`, rule)
  return { method, pattern }
}

/**
 * The path with the ending of the rule, because frameworks add or remove a slash at the end of every path: Next with
 * `trailingSlash: true` requests `/me/` where the API has `/me`. With `**` the ending stays unchanged. With `**` and a
 * slash, the path gets a slash.
 */
function pathFor({ pattern }: Rule, pathname: string): string {
  if (pattern.isOpen && !pattern.hasSlash) return pathname
  const bare = hasSlash(pathname) ? pathname.slice(0, -1) : pathname
  return pattern.hasSlash ? `${bare}/` : bare
}
