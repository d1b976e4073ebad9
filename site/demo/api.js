// The endpoints of examples/api that the Vue example uses, as a function from a request to its response.

import { jwtVerify, SignJWT } from 'jose'
import { control } from './control.js'
import { readState, save } from './state.js'

/** @typedef {import('./state.js').State} State */

const BASE = '/api/v1'
/** In milliseconds: about that of a server on the same continent. */
const LATENCY = 80

/** @param {Request} request @returns {Promise<Response>} */
export async function respond(request) {
  const state = await readState()
  const { pathname } = new URL(request.url)
  const isControl = !pathname.startsWith(BASE)
  if (!isControl) {
    await new Promise((resolve) => setTimeout(resolve, LATENCY))
    // Like a network that is down: `fetch` rejects with a TypeError.
    if (Date.now() < state.offlineUntil) return Response.error()
  }
  const response = await (isControl ? control(request, state) : route(request, state))
  if (request.method !== 'GET') await save(state)
  return response
}

async function route(request, state) {
  const path = new URL(request.url).pathname.slice(BASE.length + 1)
  const fault = state.faults.find(({ route, times }) => route === path && times > 0)
  if (fault) {
    fault.times -= 1
    return Response.json({ error: 'fault' }, { status: fault.status })
  }
  const name = `${request.method} ${path}`
  if (Object.hasOwn(publicRoutes, name)) return publicRoutes[name](state, request)
  if (!Object.hasOwn(routes, name)) return refuse(404, 'not_found')
  const { roles, answer } = routes[name]
  const claims = await verify(request, state)
  if (!claims) return refuse(401, 'invalid_token', { 'WWW-Authenticate': 'Bearer error="invalid_token"' })
  if (roles && !roles.some((role) => claims.roles.includes(role))) return refuse(403, 'forbidden')
  return answer(state, claims, request)
}

/** The routes without an access token. */
const publicRoutes = {
  async 'POST login'(state, request) {
    const { email, password } = await request.json()
    const user = state.users.find((user) => user.email === email && user.password === password)
    if (!user) return refuse(401, 'credentials')
    // The new cookie replaces the old one, so no client can use that session any more.
    delete state.sessions[sessionOfCookie(state)]
    const id = crypto.randomUUID()
    state.sessions[id] = { userId: user.id }
    return grant(state, id)
  },

  async 'POST refresh'(state) {
    if (state.cookie === null) return refuse(401, 'no_cookie')
    const id = sessionOfCookie(state)
    return id === undefined ? refuse(401, 'revoked') : grant(state, id)
  },

  async 'DELETE logout'(state) {
    const id = sessionOfCookie(state)
    if (id !== undefined) delete state.sessions[id]
    state.cookie = null
    return new Response(null, { status: 204 })
  },
}

/** The routes that need an access token, and perhaps one of some roles. */
const routes = {
  'GET me': { answer: (state, { sub }) => Response.json({ user: toUser(userOf(state, sub)) }) },
  'GET notes': { answer: (state, { sub }) => Response.json({ notes: state.notes[sub] }) },
  'POST notes': {
    async answer(state, { sub }, request) {
      state.lastNote += 1
      const note = { ...(await request.json()), id: String(state.lastNote) }
      state.notes[sub].push(note)
      return Response.json({ note }, { status: 201 })
    },
  },
  'GET reports': {
    roles: ['editor', 'admin'],
    answer: () => Response.json({ reports: [{ id: '1', title: 'Quarterly figures' }] }),
  },
  'GET admin/users': {
    roles: ['admin'],
    answer: (state) => Response.json({ users: state.users.map(toUser) }),
  },
}

/** Issues an access token, and replaces the refresh token. */
async function grant(state, id) {
  const session = state.sessions[id]
  session.refreshToken = crypto.randomUUID()
  state.cookie = session.refreshToken
  const user = userOf(state, session.userId)
  const token = await new SignJWT({ sid: id, roles: user.roles })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(user.id)
    .setIssuedAt()
    .setExpirationTime(`${state.accessTtl} s`)
    .sign(keyOf(state))
  return Response.json({
    user: toUser(user),
    access_token: token,
    token_type: 'Bearer',
    expires_in: state.accessTtl,
  })
}

/** The claims of the access token; `undefined` if it is missing or not valid, or if its session has ended. */
async function verify(request, state) {
  const token = /^Bearer (.+)$/.exec(request.headers.get('Authorization') ?? '')?.[1] ?? ''
  const verified = await jwtVerify(token, keyOf(state)).catch(() => undefined)
  return verified && Object.hasOwn(state.sessions, verified.payload.sid) ? verified.payload : undefined
}

const keyOf = ({ secret }) => new TextEncoder().encode(secret)
const userOf = (state, id) => state.users.find((user) => user.id === id)
const toUser = ({ id, email, name, roles }) => ({ id, email, name, roles })
const sessionOfCookie = ({ sessions, cookie }) =>
  Object.keys(sessions).find((id) => sessions[id].refreshToken === cookie)

const refuse = (status, error, headers = {}) => Response.json({ error }, { status, headers })
