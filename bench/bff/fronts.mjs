// Each function creates one server in front of the API, as a listener of node:http.

import { Agent, request as send } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createBff } from 'tokencell/server'
import { importFrom } from '../../scripts/packages.mjs'
import { folder } from '../peers.mjs'
import { TOKEN } from './token.mjs'

const { getIronSession } = await importFrom(folder, 'iron-session')

const SECRET = 'kX2vN8qLw4Zt7RbYc1Hs6JfMd3Pg9Ue0'
const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY })

/** The least that a server can do: it passes on the request with the token, and the response. */
function bareProxy(api) {
  return (incoming, outgoing) => {
    const { method, url, headers } = incoming
    const { cookie: _, ...others } = headers
    const options = { agent, method, headers: { ...others, authorization: `Bearer ${TOKEN}` } }
    const asked = send(api + url, options, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers)
      answer.pipe(outgoing)
    })
    asked.on('error', () => outgoing.destroy())
    incoming.pipe(asked)
  }
}

/** A proxy that uses `Request`, `Response` and `fetch`, as frameworks do. It shows what these cost alone. */
const fetchProxy = (api) =>
  listenerFor(async ({ method, url }) => {
    const answer = await fetch(api + new URL(url).pathname, {
      method,
      headers: { authorization: `Bearer ${TOKEN}` },
    })
    return passed(answer)
  })

/** The token is in the sealed cookie of iron-session; its documentation suggests a route that fetches with it. */
const ironSession = (api) =>
  listenerFor(async (request) => {
    const headers = new Headers({ 'content-type': 'text/plain' })
    const own = new Response(null, { headers })
    const session = await getIronSession(request, own, {
      password: SECRET,
      cookieName: 'session',
      cookieOptions: { secure: false },
    })
    const { pathname } = new URL(request.url)
    if (pathname === '/api/auth/sign-in') {
      const { access_token, user } = await (await fetch(`${api}/login`, { method: 'POST' })).json()
      Object.assign(session, { token: access_token, user })
      await session.save()
      return own
    }
    if (!session.token) return new Response(null, { status: 401 })
    return passed(await fetch(api + pathname, { headers: { authorization: `Bearer ${session.token}` } }))
  })

function tokencell(api) {
  const bff = createBff({
    api,
    secret: SECRET,
    signIn: '/login',
    proxy: ['/data'],
    cookie: { secure: false },
  })
  return listenerFor((request) => bff.handle(request))
}

export const fronts = {
  'a bare reverse proxy': bareProxy,
  'a proxy with fetch': fetchProxy,
  'iron-session': ironSession,
  'tokencell/server': tokencell,
}

const passed = ({ status, headers, body }) =>
  new Response(body, { status, headers: { 'content-type': headers.get('content-type') ?? 'text/plain' } })

/** The listener of docs/server.md. */
function listenerFor(handle) {
  return async (incoming, outgoing) => {
    const closed = new AbortController()
    outgoing.on('close', () => closed.abort())
    const { status, headers, body } = await handle(toRequest(incoming, closed.signal))
    outgoing.statusCode = status
    for (const [name, value] of headers) outgoing.appendHeader(name, value)
    if (!body) return void outgoing.end()
    await pipeline(Readable.fromWeb(body), outgoing).catch(() => {})
  }
}

function toRequest(incoming, signal) {
  const { method, url, headersDistinct } = incoming
  const headers = new Headers()
  for (const [name, values] of Object.entries(headersDistinct))
    for (const value of values) headers.append(name, value)
  const hasBody = method !== 'GET' && method !== 'HEAD'
  return new Request(`http://${incoming.headers.host}${url}`, {
    method,
    headers,
    signal,
    ...(hasBody && { body: Readable.toWeb(incoming), duplex: 'half' }),
  })
}
