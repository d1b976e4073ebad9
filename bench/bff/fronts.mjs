// Each function creates one server in front of the API, as a listener of node:http.

import { readFileSync } from 'node:fs'
import { Agent, request as send } from 'node:http'
import path from 'node:path'
import { transform } from 'esbuild'
import { createBff } from 'tokencell/server'
import { importFrom } from '../../scripts/packages.mjs'
import { root } from '../../scripts/run.mjs'
import { folder } from '../peers.mjs'
import { TOKEN } from './token.mjs'

const { getIronSession } = await importFrom(folder, 'iron-session')

/** The listener of docs/server.md, which is TypeScript. */
const listener = readFileSync(path.join(root, 'tests/systems/servers/node-listener.ts'), 'utf8')
const { code } = await transform(listener, { loader: 'ts' })
const { listenerFor } = await import(`data:text/javascript,${encodeURIComponent(code)}`)

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
