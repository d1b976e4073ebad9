import { createHash } from 'node:crypto'
import type { JWTPayload } from 'jose'
import { listen } from './host.js'
import { type Answer, type Asked, handle, type Routes } from './routes.js'
import { createTokens, opaque } from './tokens.js'
import { createUsers, type Role, type User } from './users.js'

interface Options {
  pages?: string
  /** The origins of pages elsewhere, which may send cookies. */
  origins?: readonly string[]
  /** Of a token. In seconds. */
  lifetime?: number
  /** Where the answer of a sign-in has the token. The next tokens come in the header in any case. */
  tokenIn?: 'body' | 'header'
}

/** One for each sign-in. */
interface Session {
  id: string
  userId: number
  userAgent: string | undefined
  createdAt: string
}

/** Who makes a request, and with which claims. */
interface Current {
  user: User
  session: Session
  claims: JWTPayload
}

const FINGERPRINT = 'fingerprint'
const CSRF = 'csrf_token'

const shown = ({ id, email, name, role }: User) => ({ id, email, name, role })
const hash = (text: string) => createHash('sha256').update(text).digest('hex')

/** S0: a headless Rails with sliding sessions. A token counts only together with the cookie of its fingerprint. */
export async function startS0(options: Options = {}) {
  const { pages, origins = [], lifetime = 900, tokenIn = 'header' } = options
  const users = createUsers()
  const tokens = createTokens({ lifetime })
  const sessions = new Map<string, Session>()

  const sign = ({ id, role }: User, sid: string, fgp: unknown) =>
    tokens.sign({ sub: String(id), role, sid, fgp })

  async function grant(asked: Asked, user: User, status = 200): Promise<Answer> {
    const [fingerprint, csrf, id] = [opaque(), opaque(), opaque()]
    const createdAt = new Date().toISOString()
    sessions.set(id, { id, userId: user.id, userAgent: asked.header('user-agent'), createdAt })
    const token = await sign(user, id, hash(fingerprint))
    const headers = {
      'set-cookie': [
        `${FINGERPRINT}=${fingerprint}; Path=/; HttpOnly; Secure; SameSite=Strict`,
        `${CSRF}=${csrf}; Path=/; HttpOnly; Secure; SameSite=Strict`,
      ],
    }
    return tokenIn === 'body'
      ? { status, headers, body: { token, csrf_token: csrf } }
      : { status, headers: { ...headers, authorization: `Bearer ${token}` }, body: { csrf_token: csrf } }
  }

  async function current({ header, cookie }: Asked): Promise<Current | undefined> {
    const claims = await tokens.read(header('authorization'))
    const session = sessions.get(String(claims?.sid))
    const user = users.byId(session?.userId)
    const isBound = claims?.fgp === hash(cookie(FINGERPRINT) ?? '')
    return claims && session && user && isBound ? { claims, session, user } : undefined
  }

  /** Slides: a token in the second half of its life brings the next one, as long as its session exists. */
  async function slide({ claims, session, user }: Current): Promise<Record<string, string>> {
    const age = Date.now() / 1000 - (claims.iat ?? 0)
    if (age < lifetime / 2 || !sessions.has(session.id)) return {}
    return { authorization: `Bearer ${await sign(user, session.id, claims.fgp)}` }
  }

  const withUser = (run: (current: Current, asked: Asked) => Answer) => async (asked: Asked) => {
    const found = await current(asked)
    if (!found) return { status: 401, body: { error: 'unauthorized' } }
    const given = asked.header('x-csrf-token')
    const isGenuine = asked.method === 'GET' || (given !== undefined && given === asked.cookie(CSRF))
    const answer = isGenuine ? run(found, asked) : { status: 403, body: { error: 'invalid_csrf_token' } }
    return { ...answer, headers: { ...answer.headers, ...(await slide(found)) } }
  }

  const routes: Routes = {
    'POST /users': (asked) => {
      const user = users.add(asked.body)
      return user ? grant(asked, user, 201) : { status: 422, body: { errors: ['invalid'] } }
    },
    'POST /users/sign_in': (asked) => {
      const user = users.authenticate(asked.body)
      return user ? grant(asked, user) : { status: 401, body: { error: 'invalid_credentials' } }
    },
    'DELETE /users/sign_out': withUser(({ session }) => {
      sessions.delete(session.id)
      const clear = (name: string) => `${name}=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict`
      return { status: 204, headers: { 'set-cookie': [clear(FINGERPRINT), clear(CSRF)] } }
    }),
    'GET /users/current': withUser(({ user }) => ({ body: shown(user) })),
    'GET /users/current/sessions': withUser(({ session: mine, user }) => {
      const theirs = [...sessions.values()].filter(({ userId }) => userId === user.id)
      const rows = theirs.map(({ id, userAgent, createdAt }) => ({
        id,
        user_agent: userAgent ?? null,
        created_at: createdAt,
        current: id === mine.id,
      }))
      return { body: { sessions: rows } }
    }),
    'DELETE /users/current/sessions/*': withUser(({ user }, { params: [id = ''] }) => {
      if (sessions.get(id)?.userId !== user.id) return { status: 404, body: { error: 'not_found' } }
      sessions.delete(id)
      return { status: 204 }
    }),
    'POST /notes': withUser(() => ({ status: 201, body: {} })),
    'GET /admin/users': withUser(({ user }) =>
      user.role === 'admin'
        ? { body: { users: users.all().map(shown) } }
        : { status: 403, body: { error: 'forbidden' } },
    ),
  }

  function cors({ header }: Asked): Record<string, string> {
    const origin = header('origin') ?? ''
    if (!origins.includes(origin)) return {}
    return {
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers': header('access-control-request-headers') ?? '',
      'access-control-expose-headers': 'Authorization',
      vary: 'Origin',
    }
  }

  return {
    ...(await listen(handle(routes, { headers: cors, pages }))),
    /** Counts at once; the next token that the session slides to says so. */
    setRole: (email: string, role: Role) => void Object.assign(users.named(email), { role }),
    forceLogout(email: string) {
      const { id } = users.named(email)
      for (const session of sessions.values()) if (session.userId === id) sessions.delete(session.id)
    },
    rotateSecret: tokens.rotateSecret,
  }
}
