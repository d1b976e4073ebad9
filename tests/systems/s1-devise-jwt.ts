import { randomUUID } from 'node:crypto'
import { listen } from './host.js'
import { type Answer, type Asked, handle } from './routes.js'
import { createTokens } from './tokens.js'
import { createUsers, type Role, type User } from './users.js'

interface Options {
  pages?: string
  /** The origins of pages elsewhere. CORS allows them no credentials. */
  origins?: readonly string[]
  /** Of a token, in seconds. One hour is the default of devise-jwt. */
  lifetime?: number
}

const shown = ({ id, email, createdAt }: User) => ({ id, email, created_at: createdAt })

/** Devise's own answer, of its failure app. */
const refusal = (error: string): Answer => ({ status: 401, body: { error } })

/** S1: Rails with devise-jwt and its strategy JTIMatcher. There is no refresh. */
export async function startS1({ pages, origins = [], lifetime = 3600 }: Options = {}) {
  const users = createUsers()
  const tokens = createTokens({ lifetime })
  /** One for each user, so that all devices of a user share it. */
  const jtis = new Map<number, string>()

  const jtiOf = ({ id }: User) => {
    const jti = jtis.get(id) ?? randomUUID()
    jtis.set(id, jti)
    return jti
  }
  const rotate = ({ id }: User) => jtis.set(id, randomUUID())

  async function grant(user: User, message: string): Promise<Answer> {
    const claims = { jti: jtiOf(user), sub: String(user.id), scp: 'user', role: user.role }
    return {
      headers: { authorization: `Bearer ${await tokens.sign(claims)}` },
      body: { status: { code: 200, message }, data: shown(user) },
    }
  }

  async function current(asked: Asked) {
    const claims = await tokens.read(asked.header('authorization'))
    const user = users.byId(claims?.sub)
    return user && jtiOf(user) === claims?.jti ? user : undefined
  }

  const withUser = (run: (user: User) => Answer) => async (asked: Asked) => {
    const user = await current(asked)
    return user ? run(user) : refusal('You need to sign in or sign up before continuing.')
  }

  /** Devise reads the credentials below the name of its scope. */
  const credentials = ({ body }: Asked) => Object(body.user) as Record<string, unknown>

  const routes = {
    'POST /api/v1/signup': (asked: Asked) => {
      const user = users.add(credentials(asked))
      if (user) return grant(user, 'Signed up successfully.')
      const message = "User couldn't be created successfully."
      return { status: 422, body: { status: { code: 422, message } } }
    },
    'POST /api/v1/login': (asked: Asked) => {
      const user = users.authenticate(credentials(asked))
      return user ? grant(user, 'Logged in successfully.') : refusal('Invalid Email or password.')
    },
    // Devise answers 204 if no user is signed in, and then revokes nothing.
    'DELETE /api/v1/logout': async (asked: Asked) => {
      const user = await current(asked)
      if (!user) return { status: 204 }
      rotate(user)
      return { body: { status: { code: 200, message: 'Logged out successfully.' } } }
    },
    'GET /api/v1/me': withUser((user) => ({
      body: { status: { code: 200, message: 'OK' }, data: shown(user) },
    })),
    // The role in the database counts; the one in the token is for display.
    'GET /api/v1/admin/users': withUser((user) =>
      user.role === 'admin'
        ? { body: { status: { code: 200, message: 'OK' }, data: users.all().map(shown) } }
        : { status: 403, body: { status: { code: 403, message: 'Forbidden' } } },
    ),
  }

  /** rack-cors with `headers: :any`, `expose: ['Authorization']` and without `credentials`. */
  function cors({ header }: Asked): Record<string, string> {
    const origin = header('origin') ?? ''
    if (!origins.includes(origin)) return {}
    return {
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE, OPTIONS, HEAD',
      'access-control-allow-headers': header('access-control-request-headers') ?? '',
      'access-control-expose-headers': 'Authorization',
      'access-control-max-age': '7200',
      vary: 'Origin',
    }
  }

  return {
    ...(await listen(handle(routes, { headers: cors, pages }))),
    /** Refuses all tokens of the user, because they contain the old role. */
    setRole(email: string, role: Role) {
      const user = users.named(email)
      user.role = role
      rotate(user)
    },
    forceLogout: (email: string) => void rotate(users.named(email)),
    rotateSecret: tokens.rotateSecret,
  }
}
