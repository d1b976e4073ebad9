import { isCsrfRefusal, isWrite } from '../common/csrf-token.js'
import { keepCookies, repeatedCookie, setCookieHeader } from './api-cookies.js'
import type { CsrfState, CsrfTokens } from './csrf-source.js'
import { serverError } from './errors.js'
import type { Target } from './options.js'
import { hasOwn } from './own.js'

/** The maximum length of a token response. In characters. */
export const MAX_BODY = 1024 * 1024

export interface Asking extends Partial<CsrfState> {
  headers?: Record<string, string>
  body?: BodyInit | undefined
  /** In milliseconds. */
  timeout: number
  /** Called when the headers of a 2xx response have arrived, with the cookies that are valid from then on. */
  onCookies?: (upstreamCookies: Record<string, string>) => void
}

export interface Asked extends CsrfState {
  response: Response
  text: string
  /** `undefined` if the text is not JSON. */
  body: unknown
}

export type Ask = ReturnType<typeof createAsk>

/** Sends requests to the endpoints of the API that this server calls itself. */
export function createAsk(csrfTokens: CsrfTokens | undefined) {
  async function once(
    { method, url, csrf }: Target,
    { csrfToken, upstreamCookies }: CsrfState,
    { headers, body, timeout, onCookies }: Asking,
  ): Promise<Asked> {
    // `X-Requested-With` is for APIs that require a CSRF header before they have set a cookie to repeat.
    const all = new Headers({ Accept: 'application/json', 'X-Requested-With': 'tokencell', ...headers })
    const value = csrf ? csrfValue(csrf, csrfToken, upstreamCookies) : undefined
    if (csrf && value !== undefined) all.set(csrf.header, value)
    setCookieHeader(all, upstreamCookies)
    const response = await fetch(url, {
      method,
      headers: all,
      body: body ?? null,
      cache: 'no-store',
      // Do not follow redirects: a token response has one address.
      redirect: 'manual',
      // Not the signal of the visitor's request: if the visitor leaves, a rotated token must not be lost.
      signal: AbortSignal.timeout(timeout),
    })
    const kept = keepCookies(upstreamCookies, response.headers)
    if (response.ok) onCookies?.(kept)
    const text = await response.text()
    if (text.length > MAX_BODY) throw serverError('body-malformed', { status: response.status })
    const parsed = parse(text)
    const after = csrfTokens?.after({ csrfToken, upstreamCookies }, response.headers, parsed)
    return { response, text, body: parsed, csrfToken: after?.csrfToken, upstreamCookies: kept }
  }

  return async (target: Target, asking: Asking): Promise<Asked> => {
    const { csrfToken, upstreamCookies = {} } = asking
    const state: CsrfState = { csrfToken, upstreamCookies }
    const isSourced = target.csrf && hasOwn(target.csrf, 'from') && isWrite(target.method)
    if (!csrfTokens || !isSourced) return once(target, state, asking)
    // Without the headers of the request: one of them may be a refresh token.
    const prepared = await csrfTokens.prepare(state, {})
    const asked = await once(target, prepared, asking)
    const mayBeOld = prepared === state && isCsrfRefusal(asked.response)
    const next = mayBeOld ? await csrfTokens.renew(asked, {}) : undefined
    return next ? once(target, next, asking) : asked
  }
}

function csrfValue(
  csrf: Exclude<Target['csrf'], false>,
  token: string | undefined,
  cookies: Record<string, string>,
): string | undefined {
  if (hasOwn(csrf, 'value')) return csrf.value
  return hasOwn(csrf, 'cookie') ? repeatedCookie(cookies, csrf.cookie) : token
}

export function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
