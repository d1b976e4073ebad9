import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { VaultOptions } from '../../js/common/vault-options.js'
import { presets } from '../../js/presets.js'
import { ADA } from './fixtures.js'

const USER = { id: 1, name: 'Ada', email: ADA.email }

interface Asked {
  body: Record<string, unknown>
  header(name: string): string | undefined
  cookie(name: string): string | undefined
}

interface Answer {
  status?: number
  headers?: Record<string, string | string[]>
  body?: unknown
}

/** A server with one account that implements the API of one of the presets. */
export interface Dialect {
  routes: Record<string, (asked: Asked) => Answer | Promise<Answer>>
  /** The credentials in the shape that this backend expects. */
  credentials: object
  /** Values that page scripts must never see. */
  secrets: string[]
  /** Whether the server still knows a session. */
  isOpen(): boolean
  /** Makes the server refuse the current access token. */
  expire(): void
  /** The number of refreshes so far. Not set for a backend without a refresh. */
  refreshes?: () => number
  /** Whether the session is in a cookie, which outlives the vault. */
  survivesReload: boolean
  /** Whether the backend has a sign-out endpoint. */
  hasSignOut: boolean
}

const secret = (dialect: Pick<Dialect, 'secrets'>) => {
  const text = randomBytes(24).toString('base64')
  dialect.secrets.push(text)
  return text
}

const jwt = (dialect: Pick<Dialect, 'secrets'>) => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const iat = Math.floor(Date.now() / 1000)
  const token = `${part({ alg: 'HS256' })}.${part({ sub: '1', iat, exp: iat + 900 })}.${randomBytes(24).toString('base64url')}`
  dialect.secrets.push(token)
  return token
}

const isAda = (given: unknown) => {
  const { email, password } = (given ?? {}) as Partial<typeof ADA>
  return email === ADA.email && password === ADA.password
}

const NO = { status: 401, body: { error: 'unauthorized' } }

/** The protected resources. */
const resources = (
  isAllowed: (asked: Asked) => boolean,
  headers: () => NonNullable<Answer['headers']> = () => ({}),
) => ({
  'GET /me': (asked: Asked) => (isAllowed(asked) ? { headers: headers(), body: { user: USER } } : NO),
  'POST /notes': (asked: Asked) => (isAllowed(asked) ? { status: 201, headers: headers(), body: {} } : NO),
})

/** A backend with one valid access token at a time, sent as a bearer token. */
function bearer() {
  const state = { access: undefined as string | undefined, refreshes: 0 }
  const dialect = {
    secrets: [] as string[],
    isOpen: () => state.access !== undefined,
    expire: () => {
      state.access = jwt(dialect)
    },
    survivesReload: false,
    hasSignOut: true,
  }
  const holds = ({ header }: Asked) =>
    state.access !== undefined && header('authorization') === `Bearer ${state.access}`
  return { state, dialect, holds }
}

export const dialects: Record<string, () => Dialect> = {
  deviseJwt() {
    const { state, dialect, holds } = bearer()
    return Object.assign(dialect, {
      credentials: { user: ADA },
      routes: {
        ...resources(holds),
        'POST /users/sign_in': ({ body }: Asked) => {
          if (!isAda(body.user)) return NO
          state.access = jwt(dialect)
          return { headers: { authorization: `Bearer ${state.access}` }, body: USER }
        },
        'DELETE /users/sign_out': (asked: Asked) => {
          if (holds(asked)) state.access = undefined
          return { status: 204 }
        },
      },
    })
  },

  knock() {
    const { state, dialect, holds } = bearer()
    return Object.assign(dialect, {
      credentials: { auth: ADA },
      hasSignOut: false,
      routes: {
        ...resources(holds),
        'POST /user_token': ({ body }: Asked) => {
          if (!isAda(body.auth)) return { status: 404 }
          state.access = jwt(dialect)
          return { status: 201, body: { jwt: state.access } }
        },
      },
    })
  },

  bodyPair() {
    const { state, dialect, holds } = bearer()
    let refresh: string | undefined
    const grant = () => {
      state.access = jwt(dialect)
      refresh = secret(dialect)
      return { body: { access_token: state.access, refresh_token: refresh, expires_in: 900, user: USER } }
    }
    return Object.assign(dialect, {
      credentials: ADA,
      refreshes: () => state.refreshes,
      routes: {
        ...resources(holds),
        'POST /login': ({ body }: Asked) => (isAda(body) ? grant() : NO),
        'POST /refresh': ({ body }: Asked) => {
          if (refresh === undefined || body.refresh_token !== refresh) return NO
          state.refreshes++
          return grant()
        },
        'POST /logout': ({ body }: Asked) => {
          if (body.refresh_token === refresh) state.access = refresh = undefined
          return { status: 204 }
        },
      },
    })
  },

  jwtSessions() {
    const { state, dialect, holds } = bearer()
    let refresh: string | undefined
    const grant = () => {
      state.access = jwt(dialect)
      const at = new Date(Date.now() + 900_000).toISOString()
      return { csrf: randomBytes(24).toString('base64'), access: state.access, access_expires_at: at }
    }
    return Object.assign(dialect, {
      credentials: ADA,
      refreshes: () => state.refreshes,
      routes: {
        ...resources(holds),
        'POST /login': ({ body }: Asked) => {
          if (!isAda(body)) return NO
          refresh = jwt(dialect)
          return {
            body: { ...grant(), refresh, refresh_expires_at: new Date(Date.now() + 1e9).toISOString() },
          }
        },
        // The response has no new refresh token: the one of the sign-in stays valid.
        'POST /refresh': ({ header }: Asked) => {
          if (refresh === undefined || header('x-refresh-token') !== refresh) return NO
          state.refreshes++
          return { body: grant() }
        },
        'DELETE /login': (asked: Asked) => {
          if (!holds(asked)) return NO
          state.access = refresh = undefined
          return { body: 'ok' }
        },
      },
    })
  },

  deviseTokenAuth: () => deviseTokenAuth(),

  railsSession() {
    let session: string | undefined
    let csrf: string | undefined
    const dialect = { secrets: [] as string[] }
    const isTheirs = ({ cookie }: Asked) => session !== undefined && cookie('_app_session') === session
    const isGenuine = (asked: Asked) => isTheirs(asked) && asked.header('x-csrf-token') === csrf
    return Object.assign(dialect, {
      credentials: ADA,
      survivesReload: true,
      hasSignOut: true,
      isOpen: () => session !== undefined,
      expire: () => {
        session = undefined
      },
      routes: {
        ...resources(isTheirs),
        'POST /notes': (asked: Asked) => (isGenuine(asked) ? { status: 201, body: {} } : { status: 422 }),
        'POST /login': ({ body }: Asked) => {
          if (!isAda(body)) return NO
          session = randomBytes(24).toString('hex')
          dialect.secrets.push(session)
          // Like in Rails, the value has characters that must be escaped in a cookie.
          csrf = `+/${randomBytes(24).toString('base64')}==`
          const cookies = [
            `_app_session=${session}; Path=/; HttpOnly; SameSite=Lax`,
            `CSRF-TOKEN=${encodeURIComponent(csrf)}; Path=/; SameSite=Lax`,
          ]
          return { headers: { 'set-cookie': cookies }, body: { user: USER } }
        },
        'DELETE /logout': (asked: Asked) => {
          if (!isGenuine(asked)) return { status: 422 }
          session = undefined
          return { status: 204 }
        },
      },
    })
  },
}

/** With `cookie_enabled`. For `batch` milliseconds after a rotation, the previous token is accepted as well. */
export function deviseTokenAuth(batch = 0) {
  let current: string | undefined
  let previous: string | undefined
  let renewed = 0
  const dialect = { secrets: [] as string[], rotations: 0, refusals: 0 }
  const renew = () => {
    previous = current
    current = secret(dialect)
    renewed = Date.now()
    const headers = {
      'access-token': current,
      'token-type': 'Bearer',
      client: 'aclient',
      expiry: String(Math.floor(Date.now() / 1000) + 1_209_600),
      uid: ADA.email,
    }
    const cookie = encodeURIComponent(JSON.stringify(headers))
    return { ...headers, 'set-cookie': `auth_cookie=${cookie}; Path=/; HttpOnly; SameSite=Lax` }
  }
  const holds = ({ header, cookie }: Asked) => {
    const fromCookie = cookie('auth_cookie')
    const given = header('access-token')
      ? Object.fromEntries(['access-token', 'client', 'uid'].map((name) => [name, header(name)]))
      : JSON.parse(fromCookie ?? '{}')
    const isBatch = Date.now() - renewed < batch
    const isRight =
      current !== undefined &&
      (given['access-token'] === current || (isBatch && given['access-token'] === previous)) &&
      given.client === 'aclient' &&
      given.uid === ADA.email
    if (!isRight) dialect.refusals++
    return isRight
  }
  const next = () => {
    // Concurrent requests share a token: their responses have a blank token.
    if (Date.now() - renewed < batch) return { 'access-token': ' ', client: 'aclient', uid: ADA.email }
    dialect.rotations++
    return renew()
  }
  return Object.assign(dialect, {
    credentials: ADA,
    survivesReload: true,
    hasSignOut: true,
    isOpen: () => current !== undefined,
    expire: () => {
      current = previous = secret(dialect)
    },
    routes: {
      ...resources(holds, next),
      'POST /auth/sign_in': ({ body }: Asked) =>
        isAda(body) ? { headers: renew(), body: { data: USER } } : NO,
      'GET /auth/validate_token': (asked: Asked) =>
        holds(asked) ? { headers: next(), body: { success: true, data: USER } } : NO,
      'DELETE /auth/sign_out': (asked: Asked) => {
        if (!holds(asked)) return { status: 404 }
        current = undefined
        return { headers: { 'set-cookie': 'auth_cookie=; Path=/; Max-Age=0' }, body: { success: true } }
      },
    },
  })
}

/** The preset of that name, with this server as its origin. */
export const optionsOf = (name: string, url: string): VaultOptions => ({
  ...(new Map<string, VaultOptions>(Object.entries(presets)).get(name) as VaultOptions),
  origins: [url],
})

/** Serves the routes to a page on another origin. Without cookies, its CORS does not allow credentials. */
export async function listen({ routes }: Pick<Dialect, 'routes'>, page: string, hasCookies = true) {
  const server = createServer(async (request, response) => {
    const asked = await read(request)
    response.setHeader('access-control-allow-origin', page)
    if (hasCookies) response.setHeader('access-control-allow-credentials', 'true')
    response.setHeader(
      'access-control-expose-headers',
      'authorization, access-token, token-type, client, expiry, uid',
    )
    if (request.method === 'OPTIONS') {
      response.setHeader('access-control-allow-methods', 'GET, POST, DELETE')
      response.setHeader('access-control-allow-headers', asked.header('access-control-request-headers') ?? '')
      return response.writeHead(204).end()
    }
    const answer = (await routes[`${request.method} ${request.url}`]?.(asked)) ?? { status: 404 }
    const { status = 200, headers = {}, body } = answer
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    if (body !== undefined) response.setHeader('content-type', 'application/json')
    response.writeHead(status).end(body === undefined ? undefined : JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

async function read(request: IncomingMessage): Promise<Asked> {
  let text = ''
  for await (const chunk of request) text += chunk
  const header = (name: string) => request.headers[name] as string | undefined
  const cookies = Object.fromEntries((header('cookie') ?? '').split('; ').map((pair) => pair.split(/=(.*)/s)))
  return {
    body: text.startsWith('{') ? JSON.parse(text) : Object.fromEntries(new URLSearchParams(text)),
    header,
    cookie: (name) => (cookies[name] === undefined ? undefined : decodeURIComponent(cookies[name])),
  }
}
