import { serverError } from './errors.js'

/** As many as `fetch` follows. */
const MOST = 20

/**
 * `fetch` that follows redirects within this origin, and none that leave it: neither a body nor a header goes elsewhere.
 *
 * @throws AuthError `endpoint-outside-origins`
 */
export async function fetchWithin(origin: string, url: URL, init: RequestInit): Promise<Response> {
  if (init.redirect === 'manual' || init.redirect === 'error') return fetch(url, init)
  let to = url
  let next: RequestInit = { ...init, redirect: 'manual' }
  for (let times = 0; times <= MOST; times += 1) {
    const response = await fetch(to, next)
    const location = response.headers.get('location')
    if (location === null || ![301, 302, 303, 307, 308].includes(response.status)) return response
    response.body?.cancel().catch(() => {})
    to = new URL(location, to)
    if (to.origin !== origin) throw serverError('endpoint-outside-origins')
    next = redirected(next, response.status)
  }
  throw new TypeError(`More than ${MOST} redirects`)
}

/** Fetch §4.4: some redirects make a GET of it, without the body and what is said of that. */
function redirected(init: RequestInit, status: number): RequestInit {
  const method = init.method?.toUpperCase() ?? 'GET'
  const isRead = method === 'GET' || method === 'HEAD'
  const becomesGet = status === 303 ? !isRead : status < 303 && method === 'POST'
  if (!becomesGet) {
    if (init.body instanceof ReadableStream)
      throw new TypeError('A stream cannot be sent to another place again')
    return init
  }
  const headers = new Headers(init.headers)
  for (const name of ['content-encoding', 'content-language', 'content-location', 'content-type'])
    headers.delete(name)
  return { ...init, method: 'GET', body: null, headers }
}
