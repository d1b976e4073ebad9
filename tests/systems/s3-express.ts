import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import cookieParser from 'cookie-parser'
import express, { type NextFunction, type Request, type Response } from 'express'

/**
 * S3: an Express API with a refresh cookie, as many tutorials write it. It knows nothing of tokencell: a refresh answers with
 * the token and nothing else, the sign-out wants a valid bearer, and a spent refresh token ends its session.
 */

interface Account {
  id: number
  email: string
  password: string
  role: 'admin' | 'user'
}

const SECRET = 'a secret of this test'

/** HS256 (RFC 7515 §A.1). */
const sign = (text: string) => createHmac('sha256', SECRET).update(text).digest('base64url')
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

function issue({ id, role }: Account, lifetime: number): string {
  const iat = Math.floor(Date.now() / 1000)
  const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ sub: id, role, iat, exp: iat + lifetime })}`
  return `${text}.${sign(text)}`
}

function verify(token: string): { sub: number; role: string } | undefined {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const expected = Buffer.from(sign(`${header}.${payload}`))
  const given = Buffer.from(signature)
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
  return claims.exp * 1000 > Date.now() ? claims : undefined
}

export interface System {
  url: string
  /** Requests as `POST /api/auth/login 200`, in their order. */
  requests: string[]
  /** In seconds, for tokens that are issued from now on. */
  lifetime: number
  isDown: boolean
  setRole(email: string, role: Account['role']): void
  /** Ends every session of this user, as an administrator does. */
  forceLogout(email: string): void
  close(): void
}

/** @param origin the page that may call the API, with credentials */
export async function startS3(origin: string): Promise<System> {
  const accounts: Account[] = [
    { id: 1, email: 'ada@example.com', password: 'correct horse', role: 'admin' },
    { id: 2, email: 'bob@example.com', password: 'battery staple', role: 'user' },
  ]
  /** The valid refresh tokens, with their user. */
  const valid = new Map<string, number>()
  const spent = new Map<string, number>()
  const system = { requests: [] as string[], lifetime: 900, isDown: false }
  const app = express()
  app.use((request, response, next) => {
    response.on('finish', () =>
      system.requests.push(`${request.method} ${request.path} ${response.statusCode}`),
    )
    response.set({
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Allow-Credentials': 'true',
      Vary: 'Origin',
    })
    if (request.method === 'OPTIONS')
      return void response
        .set('Access-Control-Allow-Headers', 'authorization,content-type,x-requested-with')
        .set('Access-Control-Allow-Methods', 'GET,POST,DELETE')
        .sendStatus(204)
    if (system.isDown) return void response.sendStatus(503)
    next()
  })
  app.use(express.json(), cookieParser())

  const setCookie = (response: Response, value: string) =>
    response.cookie('refreshToken', value, {
      httpOnly: true,
      secure: true,
      sameSite: 'strict',
      maxAge: 604_800_000,
    })

  function begin(response: Response, account: Account) {
    const token = randomUUID()
    valid.set(token, account.id)
    setCookie(response, token)
    return issue(account, system.lifetime)
  }

  function authenticate(request: Request, response: Response, next: NextFunction) {
    const claims = verify(request.get('authorization')?.replace(/^Bearer /, '') ?? '')
    if (!claims) return void response.status(401).json({ message: 'Invalid token' })
    response.locals.claims = claims
    next()
  }

  const accountOf = (response: Response) =>
    accounts.find(({ id }) => id === response.locals.claims.sub) as Account

  app.post('/api/auth/login', ({ body }, response) => {
    const account = accounts.find(({ email, password }) => email === body.email && password === body.password)
    if (!account) return void response.status(401).json({ message: 'Invalid credentials' })
    const { id, email, role } = account
    response.json({ accessToken: begin(response, account), user: { id, email, role } })
  })
  app.post('/api/auth/register', ({ body }, response) => {
    const account: Account = {
      id: accounts.length + 1,
      email: body.email,
      password: body.password,
      role: 'user',
    }
    accounts.push(account)
    response.status(201).json({ accessToken: begin(response, account) })
  })
  app.post('/api/auth/refresh', ({ cookies }, response) => {
    const id = valid.get(cookies.refreshToken)
    const reused = spent.get(cookies.refreshToken)
    if (reused !== undefined) for (const [token, user] of valid) if (user === reused) valid.delete(token)
    const account = accounts.find((known) => known.id === id)
    if (!account) return void response.status(401).json({ message: 'Invalid refresh token' })
    valid.delete(cookies.refreshToken)
    spent.set(cookies.refreshToken, account.id)
    response.json({ accessToken: begin(response, account) })
  })
  app.post('/api/auth/logout', authenticate, ({ cookies }, response) => {
    valid.delete(cookies.refreshToken)
    response.clearCookie('refreshToken').sendStatus(204)
  })
  app.get('/api/auth/me', authenticate, (_, response) => {
    const { id, email, role } = accountOf(response)
    response.json({ id, email, role })
  })
  app.get('/api/notes', authenticate, (_, response) => void response.json([accountOf(response).email]))
  app.post(
    '/api/tickets',
    authenticate,
    (_, response) => void response.json({ ticket: randomUUID(), ttl: 30 }),
  )
  app.get('/api/admin', authenticate, (_, response) => {
    if (response.locals.claims.role !== 'admin')
      return void response.status(403).json({ message: 'Forbidden' })
    response.json({ users: accounts.length })
  })

  const server = app.listen(0, 'localhost')
  await new Promise((resolve) => server.once('listening', resolve))
  return Object.assign(system, {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    setRole(email: string, role: Account['role']) {
      for (const account of accounts) if (account.email === email) account.role = role
    },
    forceLogout(email: string) {
      const account = accounts.find((known) => known.email === email)
      for (const [token, id] of valid) if (id === account?.id) valid.delete(token)
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  })
}
