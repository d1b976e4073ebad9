import { getRequestHeader, getRequestURL, getResponseHeader, type H3Event, setResponseHeader } from 'h3'
import { addHeaders } from '../../../bff/headers.js'
import type { AppHeaders } from '../../../common/app-headers.js'
import { CSRF_HEADER } from '../../../protocol/server-session.js'
import { useBff } from './bff.js'
import type { EventSession } from './context.js'

/** Headers of a visitor's request that do not apply to another request that is made while answering it. */
const OF_THIS_REQUEST =
  /^(accept(-encoding)?|connection|content-.*|expect|if-.*|origin|range|sec-.*|te|transfer-encoding|upgrade)$/

/** Opens the session of a request. Every change of the session is added to the response at once. */
export function openEventSession(event: H3Event, localFetch: typeof fetch): EventSession {
  const bff = useBff(event)
  const { headers, node } = event
  const visitor = { headers, address: node.req.socket?.remoteAddress }
  const session = bff.open(getRequestHeader(event, 'cookie'), () => !node.res.headersSent, visitor)

  async function writeCookies() {
    if (node.res.headersSent) return
    setResponseHeader(event, 'cache-control', 'private, no-store')
    const own = await session.setCookies()
    if (own.length === 0) return
    const nameOf = (header: string) => header.split('=')[0]
    const names = own.map(nameOf)
    const set = [getResponseHeader(event, 'set-cookie') ?? []].flat().map(String)
    const others = set.filter((header) => !names.includes(nameOf(header)))
    setResponseHeader(event, 'set-cookie', [...others, ...own])
  }

  const handing =
    <Args extends unknown[], T>(work: (...args: Args) => Promise<T>) =>
    async (...args: Args) => {
      try {
        return await work(...args)
      } finally {
        await writeCookies()
      }
    }

  async function fetchAsPage(
    input: RequestInfo | URL,
    init?: RequestInit,
    ofApp?: AppHeaders,
  ): Promise<Response> {
    const here = getRequestURL(event)
    const request =
      input instanceof Request ? new Request(input, init) : new Request(new URL(input, here), init)
    const { origin, pathname, search } = new URL(request.url)
    if (origin !== here.origin) return fetch(request)
    const headers = new Headers()
    for (const [name, value] of event.headers) if (!OF_THIS_REQUEST.test(name)) headers.set(name, value)
    const own = new Headers(request.headers)
    addHeaders(own, ofApp)
    for (const [name, value] of own) headers.set(name, value)
    headers.set(CSRF_HEADER, 'tokencell')
    headers.set('sec-fetch-site', 'same-origin')
    const body = request.body && Buffer.from(await request.arrayBuffer())
    if (body) headers.set('content-length', String(body.length))
    const { context } = event
    return localFetch(pathname + search, { method: request.method, headers, body, context } as RequestInit)
  }

  return {
    info: handing(session.info),
    fetch: handing(session.fetch),
    answer: (request) => bff.handle(request, session),
    fetchAsPage: handing(fetchAsPage),
  }
}
