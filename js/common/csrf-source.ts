import { CSRF_FIELD, isCsrfRefusal } from './csrf-token.js'
import type { CompleteEndpoint, Csrf, CsrfSource } from './endpoint.js'
import { contentOf } from './meta.js'
import { ownProperty } from './own-property.js'

/** `csrf` with a token that comes from the API or its page. */
export type SourcedCsrf = Extract<Csrf, { from: CsrfSource }>

type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** How long a token response is read for its CSRF token. In milliseconds. */
const TIMEOUT = 30_000

interface Dependencies {
  csrf: SourcedCsrf
  /** The origins of the API. */
  origins: ReadonlySet<string>
  /** The endpoints whose responses may contain the token. */
  endpoints: readonly (Pick<CompleteEndpoint, 'path'> | undefined)[]
  fetch: Fetch
  /** Creates the error for a token that could not be requested. */
  error: (code: 'unreachable', detail: { cause: unknown }) => Error
}

export type CsrfTokens = ReturnType<typeof createCsrfSource>

/**
 * Keeps the CSRF token that the API or its page gives.
 *
 * `fetch` is the only place that reads tokens from responses and repeats refused requests, so that requests of pages and
 * exchanges behave in the same way.
 */
export function createCsrfSource({ csrf, origins, endpoints, fetch, error }: Dependencies) {
  const { header, from } = csrf
  let token: string | null = null
  /** Whether a request has been sent with the token. */
  let isUsed = false
  let reading: Promise<string | null> | undefined

  const [base = ''] = origins

  const isOurs = (url: string) => origins.has(new URL(url).origin)
  const isExchange = (url: string) =>
    endpoints.some((endpoint) => endpoint && new URL(endpoint.path, base).href === url)

  async function request(): Promise<string | null> {
    if (!isRequested(from)) return token
    const isPage = 'meta' in from
    const headers = { Accept: isPage ? 'text/html' : 'application/json' }
    const signal = AbortSignal.timeout(TIMEOUT)
    const init: RequestInit = { credentials: 'include', cache: 'no-store', headers, signal }
    const response = await fetch(new URL(from.endpoint ?? '/', base).href, init).catch((cause) => {
      throw error('unreachable', { cause })
    })
    if (isPage) return contentOf(await response.text(), from.meta)
    if (from.responseHeader) return response.headers.get(from.responseHeader)
    return memberOf(await response.text(), from.field ?? CSRF_FIELD)
  }

  /** Reads the token anew. Concurrent callers share one reading. */
  function renew(): Promise<string | null> {
    reading ??= request()
      .then((value) => {
        take(value)
        return token
      })
      .finally(() => {
        reading = undefined
      })
    return reading
  }

  function take(value: string | null) {
    if (value === null || value === token) return
    token = value
    isUsed = false
  }

  /** Takes the token from a response, if it brings one. */
  async function learn(url: string, response: Response) {
    if (isRequested(from)) return
    if ('responseHeader' in from) {
      take(response.headers.get(from.responseHeader))
    } else if (isExchange(url)) {
      const text = await response
        .clone()
        .text()
        .catch(() => '')
      take(memberOf(text, from.field))
    }
  }

  async function repeat(url: string, init: RequestInit, response: Response, sent: string): Promise<Response> {
    const fresh = await renew().catch(() => null)
    if (fresh === null || fresh === sent) return response
    isUsed ||= fresh === token
    const headers = new Headers(init.headers)
    headers.set(header, fresh)
    return fetch(url, { ...init, headers })
  }

  return {
    /** The token for a request; `null` if the API has not given one yet. */
    read: (): Promise<string | null> => (token !== null ? Promise.resolve(token) : renew()),
    /** `fetch` for everything that the vault sends. A request that is refused because of its token is sent once more. */
    async fetch(url: string, init: RequestInit): Promise<Response> {
      const sent = new Headers(init.headers).get(header)
      // A token that was read just for this request is not the reason for a refusal.
      const mayBeOld = isUsed && sent === token
      isUsed ||= sent === token
      const response = await fetch(url, init)
      if (!isOurs(url)) return response
      await learn(url, response)
      const isRefused = sent !== null && isCsrfRefusal(response)
      const isRepeatable = !(init.body instanceof ReadableStream) && !init.signal?.aborted
      return isRefused && isRepeatable && mayBeOld ? repeat(url, init, response, sent) : response
    },
  }
}

/** The text at this dotted path of a JSON text. */
function memberOf(text: string, path: string): string | null {
  try {
    const value = ownProperty(JSON.parse(text), path)
    return typeof value === 'string' && value !== '' ? value : null
  } catch {
    return null
  }
}

/** Whether the token is requested from an endpoint or a page, and not taken from other responses. */
const isRequested = (from: CsrfSource): from is Extract<CsrfSource, { endpoint?: string }> =>
  'endpoint' in from || 'meta' in from
