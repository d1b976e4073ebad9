import { serverError } from './errors.js'
import { isReplayable, type Outgoing, send } from './outgoing.js'

/** As many as `fetch` follows. */
const MOST = 20

/**
 * `fetch` that follows redirects within this origin, and none that leave it: neither a body nor a header goes elsewhere.
 *
 * @throws AuthError `endpoint-outside-origins`
 */
export async function fetchWithin(origin: string, outgoing: Outgoing): Promise<Response> {
  const { redirect } = outgoing.init
  if (redirect !== undefined && redirect !== 'follow') return send(outgoing)
  let next: Outgoing = { ...outgoing, init: { ...outgoing.init, redirect: 'manual' } }
  for (let times = 0; times <= MOST; times += 1) {
    const response = await send(next)
    const location = response.headers.get('location')
    if (location === null || ![301, 302, 303, 307, 308].includes(response.status))
      return times === 0 ? response : Object.defineProperty(response, 'redirected', { value: true })
    response.body?.cancel().catch(() => {})
    const url = new URL(location, next.url)
    if (url.origin !== origin) throw serverError('endpoint-outside-origins')
    next = { ...redirected(next, response.status), url }
  }
  throw new TypeError(`More than ${MOST} redirects`)
}

/** Fetch §4.4: some redirects make a GET of it, without the body and what is said of that. */
function redirected(outgoing: Outgoing, status: number): Outgoing {
  const { url, init } = outgoing
  const method = init.method?.toUpperCase() ?? 'GET'
  const isRead = method === 'GET' || method === 'HEAD'
  const becomesGet = status === 303 ? !isRead : status < 303 && method === 'POST'
  if (!becomesGet) {
    if (!isReplayable(outgoing)) throw new TypeError('A stream cannot be sent to another place again')
    return outgoing
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
