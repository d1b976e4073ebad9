import { situationError } from './errors.js'
import type { Bff } from './options.js'
import { isReplayable, type RequestParts, send } from './request-parts.js'

/** The same limit as that of `fetch`. */
const MOST = 20

/**
 * The headers that a request to another origin keeps. Such a request only reads, and has neither the token nor other
 * headers of the caller.
 */
const TO_OTHERS = ['accept', 'range', 'if-match', 'if-modified-since', 'if-none-match', 'if-range']

/**
 * `fetch` that follows redirects within the API. For requests that only read, it also follows redirects to the listed
 * origins. These get neither a body nor other headers.
 *
 * @throws AuthError `endpoint-outside-origins` for any other origin
 */
export async function fetchWithin(
  { api, redirects }: Pick<Bff, 'api' | 'redirects'>,
  parts: RequestParts,
): Promise<Response> {
  const { redirect } = parts.init
  if (redirect !== undefined && redirect !== 'follow') return send(parts)
  let next: RequestParts = { ...parts, init: { ...parts.init, redirect: 'manual' } }
  for (let times = 0; times <= MOST; times += 1) {
    const response = await send(next)
    const location = response.headers.get('location')
    if (location === null || ![301, 302, 303, 307, 308].includes(response.status))
      return times === 0 ? response : Object.defineProperty(response, 'redirected', { value: true })
    response.body?.cancel().catch(() => {})
    const url = new URL(location, next.url)
    next = { ...redirected(next, response.status), url }
    if (url.origin === api) continue
    const isRead = /^(get|head)$/i.test(next.init.method ?? 'GET')
    if (!isRead) throw situationError('endpoint-outside-origins', 'redirectOfWrite')
    if (!redirects.includes(url.origin)) throw situationError('endpoint-outside-origins', 'redirect')
    next.init = { ...next.init, headers: only(TO_OTHERS, next.init.headers) }
  }
  throw new TypeError(`The API redirected this request more than ${MOST} times.`)
}

/** Fetch §4.4: some redirects change the method to GET, and remove the body and the headers about the body. */
function redirected(parts: RequestParts, status: number): RequestParts {
  const { url, init } = parts
  const method = init.method?.toUpperCase() ?? 'GET'
  const isRead = method === 'GET' || method === 'HEAD'
  const becomesGet = status === 303 ? !isRead : status < 303 && method === 'POST'
  if (!becomesGet) {
    if (!isReplayable(parts))
      throw new TypeError(
        'The API redirected this request, and its body is a stream, which cannot be sent twice.',
      )
    return parts
  }
  const headers = new Headers(init.headers)
  for (const name of [
    'content-encoding',
    'content-language',
    'content-length',
    'content-location',
    'content-type',
  ])
    headers.delete(name)
  return { url, init: { ...init, method: 'GET', body: null, headers } }
}

function only(names: readonly string[], headers: HeadersInit | undefined): Headers {
  return new Headers([...new Headers(headers)].filter(([name]) => names.includes(name)))
}
