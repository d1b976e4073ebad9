// The API of the benchmark, in a process of its own. Sends its port to its parent.

import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'

const [folder] = process.argv.slice(2)
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' }
/** What the API needs for a refresh, as a query of a database does. In milliseconds. */
const REFRESH_TIME = 20

let refreshToken = ''
let accessTokens = new Set()
let counts = {}
const reset = () => {
  counts = { refreshes: 0, refused: 0, reused: 0 }
}
reset()

const cookiesOf = ({ headers: { cookie = '' } }) =>
  Object.fromEntries(cookie.split('; ').map((part) => part.split('=')))

/** Starts a session, or goes on with it: both tokens are new. */
function grant() {
  refreshToken = randomUUID()
  const token = randomUUID()
  accessTokens.add(token)
  return token
}

/** Ends the session if the token was used before (RFC 9700, section 4.14.2). */
async function rotate(presented) {
  counts.refreshes += 1
  await new Promise((resolve) => setTimeout(resolve, REFRESH_TIME))
  if (presented && presented === refreshToken) return grant()
  counts[presented ? 'reused' : 'refused'] += 1
  refreshToken = ''
  accessTokens = new Set()
  return undefined
}

const json = (response, status, body, headers = {}) =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))

const bytes = (response, url) => {
  const body = Buffer.alloc(Number(url.searchParams.get('n') ?? 1024))
  response
    .writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': body.length })
    .end(body)
}

function granted(response, token) {
  if (!token) return json(response, 401, {})
  const headers = { 'set-cookie': `refresh=${refreshToken}; Path=/; HttpOnly; SameSite=Lax` }
  return json(response, 200, { access_token: token, expires_in: 900 }, headers)
}

/** The protocol of supertokens: tokens in cookies, and a header that says when the session ends. */
function grantedWithCookies(response, token) {
  if (!token) return json(response, 401, {}, { 'front-token': 'remove' })
  const front = { uid: 'ada', ate: Date.now() + 900_000, up: {} }
  return json(
    response,
    200,
    {},
    {
      'set-cookie': [
        `sAccessToken=${token}; Path=/; HttpOnly; SameSite=Lax`,
        `sRefreshToken=${refreshToken}; Path=/st; HttpOnly; SameSite=Lax`,
      ],
      'front-token': Buffer.from(JSON.stringify(front)).toString('base64'),
      'access-control-expose-headers': 'front-token',
    },
  )
}

const routes = {
  '/login': (_, response) => granted(response, grant()),
  '/refresh': async (request, response) => granted(response, await rotate(cookiesOf(request).refresh)),
  '/data': (request, response, url) => {
    const token = request.headers.authorization?.replace('Bearer ', '')
    return accessTokens.has(token) ? bytes(response, url) : json(response, 401, {})
  },
  '/st/login': (_, response) => grantedWithCookies(response, grant()),
  '/st/session/refresh': async (request, response) =>
    grantedWithCookies(response, await rotate(cookiesOf(request).sRefreshToken)),
  '/st/data': (request, response, url) =>
    accessTokens.has(cookiesOf(request).sAccessToken) ? bytes(response, url) : json(response, 401, {}),
  '/expire': (_, response) => {
    accessTokens = new Set()
    reset()
    return json(response, 200, {})
  },
  '/counts': (_, response) => json(response, 200, counts),
}

function file(pathname, response) {
  const name = path.join(folder, path.normalize(pathname))
  try {
    const body = readFileSync(name)
    response.writeHead(200, { 'content-type': TYPES[path.extname(name)] ?? 'text/plain' }).end(body)
  } catch {
    response.writeHead(404).end()
  }
}

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://bench')
  const route = routes[url.pathname]
  return route ? route(request, response, url) : file(url.pathname, response)
})
// The default lets a browser reuse a connection that the server is about to close.
server.keepAliveTimeout = 60_000
server.listen(0, 'localhost', () => process.send(server.address().port))
process.on('disconnect', () => process.exit())
