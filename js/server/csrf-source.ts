import { CSRF_FIELD } from '../common/csrf-token.js'
import type { CsrfSource } from '../common/endpoint.js'
import { ownProperty } from '../common/own-property.js'
import { keepCookies, setCookieHeader } from './api-cookies.js'
import type { Session } from './session-types.js'

/** `csrf` with a token that comes from the API. */
export interface SourcedCsrf {
  header: string
  from: Exclude<CsrfSource, { meta: string }>
  /** The address of the endpoint, if the token is requested from one. */
  url: URL | undefined
}

/** What a session knows about its CSRF token. The API compares the token with its cookies. */
export type CsrfState = Pick<Session, 'csrfToken' | 'upstreamCookies'>

export type CsrfTokens = ReturnType<typeof createCsrfTokens>

/** How long the request for a token may take. In milliseconds. */
const TIMEOUT = 8000
/** The maximum length of a token, which is kept in the session. In characters. */
const MAX_LENGTH = 1024

/** Reads the CSRF token where the API gives it. The token is kept in the session. */
export function createCsrfTokens({ header, from, url }: SourcedCsrf) {
  /** Requests the token. Rejects as `fetch` does if there is no response. */
  async function request(state: CsrfState, headers: Record<string, string>): Promise<CsrfState> {
    const all = new Headers({ Accept: 'application/json', ...headers })
    setCookieHeader(all, state.upstreamCookies)
    const init = { headers: all, cache: 'no-store', redirect: 'manual' } as const
    const response = await fetch(url as URL, { ...init, signal: AbortSignal.timeout(TIMEOUT) })
    const text = await response.text()
    const upstreamCookies = keepCookies(state.upstreamCookies, response.headers)
    const csrfToken = response.ok ? tokenOf(response.headers, parse(text)) : undefined
    return { csrfToken: csrfToken ?? state.csrfToken, upstreamCookies }
  }

  function tokenOf(headers: Headers, body: unknown): string | undefined {
    const { field, responseHeader } = from as { field?: string; responseHeader?: string }
    const path = field ?? (url ? CSRF_FIELD : undefined)
    const inBody = path === undefined ? undefined : ownProperty(body, path)
    const token = responseHeader === undefined ? inBody : headers.get(responseHeader)
    return typeof token === 'string' && token !== '' && token.length <= MAX_LENGTH ? token : undefined
  }

  return {
    header,
    /** Whether the token is requested from an endpoint, and not taken from other responses. */
    isRequested: url !== undefined,
    /** The state for a request that may change data. The token is requested if none is known. */
    async prepare(state: CsrfState, headers: Record<string, string>): Promise<CsrfState> {
      return url && state.csrfToken === undefined ? request(state, headers) : state
    },
    /** Requests the token anew. `undefined` if the API gives the same one, or none. */
    async renew(state: CsrfState, headers: Record<string, string>): Promise<CsrfState | undefined> {
      const next = url && (await request(state, headers).catch(() => undefined))
      return next && next.csrfToken !== state.csrfToken ? next : undefined
    },
    /**
     * The state after a response of the API.
     *
     * @param body of a token response
     */
    after(state: CsrfState, headers: Headers, body?: unknown): CsrfState {
      const csrfToken = (url ? undefined : tokenOf(headers, body)) ?? state.csrfToken
      const upstreamCookies = keepCookies(state.upstreamCookies, headers)
      const isSame = csrfToken === state.csrfToken && upstreamCookies === state.upstreamCookies
      return isSame ? state : { csrfToken, upstreamCookies }
    },
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
