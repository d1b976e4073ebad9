import path from 'node:path'
import { parseCookie } from 'cookie'
import cors from 'cors'
import express, { type Handler, type Request, type Response } from 'express'
import type { JWTPayload } from 'jose'
import { listen } from './host.js'
import { createTokens, opaque } from './tokens.js'
import { createUsers, type Role, type User } from './users.js'

interface Options {
  /** The pages on the same origin: a folder with index.html. */
  pages?: string
  /** The origins of pages elsewhere. */
  origins?: readonly string[]
  /** Of an access token. In seconds. */
  lifetime?: number
}

const COOKIE = 'refreshToken'
const WEEK = 7 * 24 * 60 * 60 * 1000
const attributes = { httpOnly: true, secure: true, sameSite: 'strict' } as const

const shown = ({ id, email, role }: User) => ({ id, email, role })

/** S3: Express with a refresh token in a cookie. The access token is stateless: nothing but its expiry ends it. */
export async function startS3({ pages, origins = [], lifetime = 900 }: Options = {}) {
  const users = createUsers()
  const tokens = createTokens({ lifetime })
  /** The valid refresh tokens. */
  const sessions = new Map<string, { userId: number; expires: number }>()

  const sign = ({ id, role }: User) =>
    // RFC 7519 wants text as `sub`; jsonwebtoken, with which such systems sign, takes what it gets.
    tokens.sign({ sub: id as unknown as string, role })

  function setRefreshCookie(response: Response, user: User) {
    const token = opaque()
    sessions.set(token, { userId: user.id, expires: Date.now() + WEEK })
    response.cookie(COOKIE, token, { ...attributes, maxAge: WEEK })
  }

  const grant = async (response: Response, user: User, status = 200) => {
    setRefreshCookie(response, user)
    response.status(status).json({ accessToken: await sign(user), user: shown(user) })
  }

  const refreshToken = (request: Request) => parseCookie(request.headers.cookie ?? '')[COOKIE] ?? ''

  const requireToken: Handler = async (request, response, next) => {
    const claims = await tokens.read(request.headers.authorization)
    if (!claims) return response.status(401).json({ error: 'Invalid or expired token' })
    response.locals.claims = claims
    next()
  }
  const claimsOf = (response: Response) => response.locals.claims as JWTPayload

  const requireAdmin: Handler = (_, response, next) => {
    if (claimsOf(response).role !== 'admin') return response.status(403).json({ error: 'Forbidden' })
    next()
  }

  const app = express()
  if (origins.length > 0) app.use(cors({ origin: origins, credentials: true }))
  app.use(express.json())

  app.post('/api/auth/register', (request, response) => {
    const user = users.add(request.body ?? {})
    if (!user) return response.status(400).json({ error: 'Invalid e-mail or password' })
    return grant(response, user, 201)
  })
  app.post('/api/auth/login', (request, response) => {
    const user = users.authenticate(request.body ?? {})
    if (!user) return response.status(401).json({ error: 'Invalid credentials' })
    return grant(response, user)
  })
  app.post('/api/auth/refresh', async (request, response) => {
    const token = refreshToken(request)
    const session = sessions.get(token)
    sessions.delete(token)
    const user = users.byId(session?.userId)
    if (!session || !user || session.expires < Date.now())
      return response.status(401).json({ error: 'Invalid refresh token' })
    setRefreshCookie(response, user)
    response.json({ accessToken: await sign(user) })
  })
  app.post('/api/auth/logout', requireToken, (request, response) => {
    sessions.delete(refreshToken(request))
    response.clearCookie(COOKIE, attributes).json({ message: 'Logged out' })
  })
  app.get('/api/auth/me', requireToken, (_, response) => {
    const user = users.byId(claimsOf(response).sub)
    if (!user) return response.status(401).json({ error: 'Invalid or expired token' })
    response.json(shown(user))
  })
  app.get('/api/admin/users', requireToken, requireAdmin, (_, response) => {
    response.json({ users: users.all().map(shown) })
  })
  app.use('/api', (_, response) => void response.status(404).json({ error: 'Not found' }))
  if (pages) {
    app.use(express.static(pages))
    app.use((_, response) => response.sendFile(path.resolve(pages, 'index.html')))
  }

  return {
    ...(await listen(app)),
    /** The token says so from its next refresh on. */
    setRole(email: string, role: Role) {
      users.named(email).role = role
    },
    /** Ends all sessions of the user. An access token stays valid until it expires. */
    forceLogout(email: string) {
      const { id } = users.named(email)
      for (const [token, { userId }] of sessions) if (userId === id) sessions.delete(token)
    },
    rotateSecret: tokens.rotateSecret,
  }
}
