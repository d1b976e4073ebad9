import { authorization, tokenIn } from '../common/authorization.js'
import { isCsrfRefusal, isWrite } from '../common/csrf-token.js'
import { changesOf, setCookieHeader } from './api-cookies.js'
import type { CookieState } from './cookie-state.js'
import type { CsrfState, CsrfTokens } from './csrf-source.js'
import { type Grant, readToken } from './grant.js'
import { lifetimeOf } from './lifetime.js'
import type { Bff } from './options.js'
import { fetchWithin } from './redirects.js'
import type { Renewals } from './renewals.js'
import { isReplayable, type RequestParts } from './request-parts.js'
import type { Session } from './session-types.js'

interface Dependencies {
  bff: Bff
  csrfTokens: CsrfTokens | undefined
  renewals: Renewals
  cookieState: CookieState
  /** What the API learns about the visitor. */
  forwarded: Readonly<Record<string, string>>
}

const sentAs = new WeakMap<Response, Session>()

/** The tokens of the session that the request for this response was sent with. */
export function tokensOf(response: Response): string[] {
  const { access, refresh } = sentAs.get(response) ?? {}
  return [access, refresh].filter((token) => token !== undefined)
}

/**
 * Sends requests to the API as the user of a session, and takes from each response what the API changes of the session:
 * the next token (`renewHeader`), the CSRF token and the cookies.
 */
export function createApiRequests(dependencies: Dependencies) {
  const { bff, csrfTokens, renewals, cookieState, forwarded } = dependencies

  const headersOf = ({ access }: Session) => ({
    ...forwarded,
    authorization: authorization(bff.scheme, access),
  })

  /** Bypasses all caches, because a cache does not know which user a response belongs to. */
  async function once(parts: RequestParts, as: Session | null, state: CsrfState | null): Promise<Response> {
    const { init } = parts
    const headers = new Headers({ ...forwarded, ...Object.fromEntries(new Headers(init.headers)) })
    headers.delete('Cookie')
    if (as) headers.set('Authorization', authorization(bff.scheme, as.access))
    if (csrfTokens && state) {
      setCookieHeader(headers, state.upstreamCookies)
      if (isWrite(init.method) && state.csrfToken !== undefined)
        headers.set(csrfTokens.header, state.csrfToken)
    }
    const response = await fetchWithin(bff, { ...parts, init: { ...init, headers, cache: 'no-store' } })
    if (as) sentAs.set(response, as)
    const isOfApi = !response.url || new URL(response.url).origin === bff.api
    if (as && state && isOfApi) await learn(as, state, response)
    return response
  }

  async function learn(as: Session, state: CsrfState, { headers, status }: Response) {
    await keep(state, csrfTokens?.after(state, headers) ?? state)
    const grant = bff.renewHeader && status < 400 ? nextGrant(headers, bff.renewHeader, bff) : undefined
    const next = grant && (await renewals.slide(cookieState.session ?? as, as, grant))
    if (next) await cookieState.adopt(next)
  }

  /** Only the difference: the session may have been refreshed, and have newer cookies than `before`. */
  async function keep(before: CsrfState, { csrfToken, upstreamCookies }: CsrfState) {
    const cookies = changesOf(before.upstreamCookies, upstreamCookies)
    const isSame = csrfToken === before.csrfToken
    if (isSame && Object.keys(cookies).length === 0) return
    await cookieState.amend({ cookies, ...(!isSame && { csrfToken }) })
  }

  /** Another token for a request that was refused with this one. */
  async function another(sent: CsrfState, as: Session): Promise<CsrfState | undefined> {
    if (csrfTokens?.isRequested) return csrfTokens.renew(sent, headersOf(as))
    const newest = (await renewals.newer(as, cookieState.openedAt)) ?? cookieState.session
    const isOther = newest?.csrfToken !== undefined && newest.csrfToken !== sent.csrfToken
    return isOther ? newest : undefined
  }

  return async (parts: RequestParts, as: Session | null): Promise<Response> => {
    if (!as || !csrfTokens || !isWrite(parts.init.method)) return once(parts, as, as)
    const prepared = await csrfTokens.prepare(as, headersOf(as))
    await keep(as, prepared)
    const response = await once(parts, as, prepared)
    // A token that was requested just for this request is not the reason for a refusal.
    if (prepared !== as || !isCsrfRefusal(response) || !isReplayable(parts)) return response
    const next = await another(prepared, as)
    if (!next) return response
    await keep(prepared, { csrfToken: next.csrfToken, upstreamCookies: next.upstreamCookies })
    // Not awaited: if a framework keeps a copy of the body, `cancel()` waits until that copy is read.
    response.body?.cancel().catch(() => {})
    return once(parts, as, next)
  }
}

/** The next token in this header; `undefined` if there is none, or one that cannot be used. */
function nextGrant(headers: Headers, name: string, { scheme }: Bff): Grant | undefined {
  try {
    const access = readToken(tokenIn(headers.get(name), scheme))
    const lifetime = lifetimeOf(undefined, access, headers.get('date'))
    return { access, lifetime, refresh: undefined, endsAt: null, user: undefined }
  } catch {
    return undefined
  }
}
