import type { RequestListener } from 'node:http'
import type { DoctorOptions } from '../../../js/doctor/options.js'
import type { Act } from '../../../js/doctor/trial/index.js'
import { jwt } from '../listener.js'
import { createSessions, isAda, random, standIn } from './stand-in.js'

/** An API as one framework makes it, and what doctor has to say of it. */
export interface Foreign {
  listener: () => RequestListener
  options: Partial<DoctorOptions>
  /** Errors that are some, each with the reason beside it. */
  flaws?: string[]
  /** What the report takes it for. */
  stack?: string
  /** Lines of the suggestion. */
  suggests: string[]
  tried: Act[]
}

const USER = { id: 7, email: 'ada@example.com', name: 'Ada' }
const AZURE = [
  'ARRAffinity=4f2a9c;Path=/;HttpOnly;Domain=example.azurewebsites.net',
  'ARRAffinitySameSite=4f2a9c;Path=/;HttpOnly;SameSite=None;Secure',
]

/** Personal access tokens, `1|…`, without refresh; cookies of the session of its pages on every answer. */
const sanctum: Foreign = {
  listener() {
    const tokens = new Set<string>()
    const always = {
      'Set-Cookie': [
        ...AZURE,
        'XSRF-TOKEN=eyJpdiI6IkZ; Path=/; SameSite=Lax; Max-Age=7200',
        'laravel_session=eyJpdiI6Ilg; Path=/; HttpOnly; SameSite=Lax; Max-Age=7200',
      ],
    }
    const unauthenticated = { status: 401, body: { message: 'Unauthenticated.' } }
    return standIn(({ route, body, bearer, header }) => {
      if (route === 'POST /api/login') {
        const errors = { email: ['The provided credentials are incorrect.'] }
        if (!isAda(body.email, body.password))
          return { status: 422, body: { message: 'The provided credentials are incorrect.', errors } }
        const token = `${tokens.size + 1}|${random(40)}`
        tokens.add(token)
        return { status: 200, body: { token, user: USER } }
      }
      if (!tokens.has(bearer ?? '')) {
        if (header('accept') === 'application/json') return unauthenticated
        return { status: 302, headers: { Location: '/login' } }
      }
      if (route === 'GET /api/user') return { status: 200, body: USER }
      if (route !== 'POST /api/logout') return { status: 404, body: { message: 'Not Found' } }
      tokens.delete(bearer ?? '')
      return { status: 204 }
    }, always)
  },
  options: { signIn: '/api/login', refresh: 'none', signOut: 'POST /api/logout', me: '/api/user' },
  stack: 'laravel',
  suggests: ["signIn: '/api/login'", "signOut: '/api/logout'", "fields: { accessToken: 'token' }"],
  tried: ['sign-in', 'request', 'sign-out'],
}

/** Names in camel case, a lifetime as text, and the session of the servlet container on every answer. */
const spring: Foreign = {
  listener() {
    const sessions = createSessions()
    const refused = (status: number) => ({ status, body: { status, error: 'Unauthorized', path: '/' } })
    const granted = ({ access, refresh }: { access: string; refresh: string }) => ({
      status: 200,
      body: {
        tokenType: 'Bearer',
        accessToken: access,
        refreshToken: refresh,
        expiresIn: '900',
        username: 'ada',
      },
    })
    const always = { 'Set-Cookie': ['JSESSIONID=8F1C; Path=/; HttpOnly', 'INGRESSCOOKIE=1a2b; Path=/'] }
    return standIn(({ route, body, bearer }) => {
      if (route === 'POST /api/auth/signin')
        return isAda(body.username, body.password) ? granted(sessions.open()) : refused(401)
      if (route === 'POST /api/auth/refreshtoken') {
        const renewed = sessions.renew(body.refreshToken)
        return renewed ? granted(renewed) : refused(403)
      }
      if (!sessions.isLive(bearer)) return refused(401)
      if (route === 'GET /api/me') return { status: 200, body: USER }
      if (route !== 'POST /api/auth/signout') return { status: 404, body: {} }
      sessions.endOfAccess(bearer)
      return { status: 200, body: { message: 'Log out successful!' } }
    }, always)
  },
  options: {
    signIn: '/api/auth/signin',
    refresh: '/api/auth/refreshtoken',
    signOut: 'POST /api/auth/signout',
    me: '/api/me',
    fields: { email: 'username' },
  },
  suggests: [
    "refreshToken: 'body'",
    "fields: { accessToken: 'accessToken', expiresIn: 'expiresIn', refreshToken: 'refreshToken' }",
  ],
  tried: ['sign-in', 'request', 'refresh', 'sign-out'],
}

/** One address for two grants, told apart by the query; a key in a header of its own. */
const goTrue: Foreign = {
  listener() {
    const sessions = createSessions(() => random(12))
    const granted = ({ access, refresh }: { access: string; refresh: string }) => ({
      status: 200,
      body: {
        access_token: access,
        token_type: 'bearer',
        expires_in: 900,
        expires_at: Math.floor(Date.now() / 1000) + 900,
        refresh_token: refresh,
        user: USER,
      },
    })
    const always = { 'Set-Cookie': ['__cf_bm=abc123; Path=/; HttpOnly; Secure; SameSite=None; Max-Age=1800'] }
    return standIn(({ route, query, body, bearer, header }) => {
      if (route === 'GET /api/me')
        return sessions.isLive(bearer) ? { status: 200, body: USER } : { status: 401 }
      if (header('apikey') !== 'anon')
        return { status: 401, body: { message: 'No API key found in request' } }
      if (route === 'POST /auth/v1/token' && query.get('grant_type') === 'password')
        return isAda(body.email, body.password)
          ? granted(sessions.open())
          : { status: 400, body: { code: 400, error_code: 'invalid_credentials' } }
      if (route === 'POST /auth/v1/token') {
        const renewed = sessions.renew(body.refresh_token)
        return renewed ? granted(renewed) : { status: 400, body: { error_code: 'refresh_token_not_found' } }
      }
      if (route !== 'POST /auth/v1/logout') return { status: 404 }
      if (!sessions.isLive(bearer)) return { status: 403, body: { code: 403, error_code: 'bad_jwt' } }
      sessions.endOfAccess(bearer)
      return { status: 204 }
    }, always)
  },
  options: {
    signIn: '/auth/v1/token?grant_type=password',
    refresh: '/auth/v1/token?grant_type=refresh_token',
    signOut: 'POST /auth/v1/logout',
    me: '/api/me',
    csrf: 'apikey: anon',
  },
  suggests: [
    "signIn: '/auth/v1/token?grant_type=password'",
    "refresh: '/auth/v1/token?grant_type=refresh_token'",
    "csrf: { header: 'apikey', value: 'anon' }",
  ],
  tried: ['sign-in', 'request', 'refresh', 'sign-out'],
}

/** A token in a header, credentials in a user, and the cookie of a session that nothing needs. */
const devise: Foreign = {
  listener() {
    const sessions = createSessions()
    const always = { 'X-Runtime': '0.012', 'Set-Cookie': '_app_session=a1b2; Path=/; HttpOnly; SameSite=Lax' }
    return standIn(({ route, body, bearer }) => {
      if (route === 'POST /users/sign_in') {
        if (!isAda(body.user?.email, body.user?.password))
          return { status: 401, body: { error: 'Invalid Email or password.' } }
        return { status: 200, body: USER, headers: { Authorization: `Bearer ${sessions.open().access}` } }
      }
      if (!sessions.isLive(bearer)) return { status: 401, body: { error: 'You need to sign in' } }
      if (route === 'GET /api/me') return { status: 200, body: USER }
      if (route !== 'DELETE /users/sign_out') return { status: 404 }
      sessions.endOfAccess(bearer)
      return { status: 204 }
    }, always)
  },
  options: {
    signIn: '/users/sign_in',
    refresh: 'none',
    signOut: 'DELETE /users/sign_out',
    me: '/api/me',
    fields: { email: 'user[email]', password: 'user[password]' },
  },
  stack: 'rails',
  suggests: ["signOut: { method: 'DELETE', path: '/users/sign_out' }"],
  tried: ['sign-in', 'request', 'sign-out'],
}

const TOKEN = '/realms/app/protocol/openid-connect/token'
const LOGOUT = '/realms/app/protocol/openid-connect/logout'
const web = { encoding: 'form', body: { client_id: 'web' } } as const

/** OAuth in forms, a client in each of them, and cookies of sign-in pages that no page of ours ever sees. */
const keycloak: Foreign = {
  listener() {
    const sessions = createSessions(jwt)
    const always = {
      'Set-Cookie': [
        'AUTH_SESSION_ID=f00d.node1; Path=/realms/app/; HttpOnly',
        'KC_RESTART=eyJhbG; Path=/realms/app/',
      ],
    }
    const invalid = (status: number) => ({
      status,
      body: { error: 'invalid_grant', error_description: 'Invalid' },
    })
    return standIn(({ route, body, bearer, isForm }) => {
      if (route === 'GET /api/me')
        return sessions.isLive(bearer) ? { status: 200, body: USER } : { status: 401 }
      if (!isForm || body.client_id !== 'web') return { status: 401, body: { error: 'invalid_client' } }
      if (route === `POST ${LOGOUT}`) {
        sessions.endOfRefresh(body.refresh_token)
        return { status: 204 }
      }
      if (route !== `POST ${TOKEN}`) return { status: 404 }
      const isPassword = body.grant_type === 'password'
      if (isPassword && !isAda(body.username, body.password)) return invalid(401)
      const pair = isPassword ? sessions.open() : sessions.renew(body.refresh_token)
      if (!pair) return invalid(400)
      return {
        status: 200,
        body: {
          access_token: pair.access,
          expires_in: 900,
          refresh_expires_in: 1800,
          refresh_token: pair.refresh,
          token_type: 'Bearer',
          'not-before-policy': 0,
          session_state: random(),
        },
      }
    }, always)
  },
  options: {
    vault: {
      signIn: { path: TOKEN, encoding: 'form', body: { client_id: 'web', grant_type: 'password' } },
      refresh: { path: TOKEN, encoding: 'form', body: { client_id: 'web', grant_type: 'refresh_token' } },
      signOut: { path: LOGOUT, ...web },
      refreshToken: 'body',
    },
    me: '/api/me',
    fields: { email: 'username' },
  },
  suggests: ["body: { client_id: 'web', grant_type: 'refresh_token' } },"],
  tried: ['sign-in', 'request', 'refresh', 'sign-out'],
}

/** All answers in `data`, lifetimes in milliseconds, and the cookies of a load balancer. */
const directus: Foreign = {
  listener() {
    const sessions = createSessions(() => random(64))
    const always = {
      'X-Powered-By': 'Directus',
      'Set-Cookie': [
        'AWSALB=x1; Path=/; Expires=Fri, 01 Jan 2100 00:00:00 GMT',
        'AWSALBCORS=x1; Path=/; SameSite=None; Secure',
      ],
    }
    const refused = { status: 401, body: { errors: [{ message: 'Invalid user credentials.' }] } }
    const granted = ({ access, refresh }: { access: string; refresh: string }) => ({
      status: 200,
      body: { data: { expires: 900_000, refresh_token: refresh, access_token: access } },
    })
    return standIn(({ route, body, bearer }) => {
      if (route === 'POST /auth/login')
        return isAda(body.email, body.password) ? granted(sessions.open()) : refused
      if (route === 'POST /auth/refresh') {
        const renewed = sessions.renew(body.refresh_token)
        return renewed ? granted(renewed) : refused
      }
      if (route === 'POST /auth/logout') {
        sessions.endOfRefresh(body.refresh_token)
        return { status: 204 }
      }
      if (!sessions.isLive(bearer)) return refused
      return route === 'GET /users/me' ? { status: 200, body: { data: USER } } : { status: 404 }
    }, always)
  },
  options: { signIn: '/auth/login', refresh: '/auth/refresh', signOut: 'POST /auth/logout', me: '/users/me' },
  suggests: ["fields: { accessToken: 'data.access_token', refreshToken: 'data.refresh_token' }"],
  tried: ['sign-in', 'request', 'refresh', 'sign-out'],
}

/** A JWT for a month, nothing to refresh or to sign out with, and a session that Koa keeps for itself. */
const strapi: Foreign = {
  listener() {
    const tokens = new Set<string>()
    const always = {
      'X-Powered-By': 'Strapi <strapi.io>',
      'Set-Cookie': ['koa.sess=eyJf; Path=/; HttpOnly', 'koa.sess.sig=8d; Path=/; HttpOnly'],
    }
    const refused = (status: number, name: string) => ({
      status,
      body: { data: null, error: { status, name } },
    })
    return standIn(({ route, body, bearer }) => {
      if (route === 'POST /api/auth/local') {
        if (!isAda(body.identifier, body.password)) return refused(400, 'ValidationError')
        const token = jwt(30 * 86_400)
        tokens.add(token)
        return { status: 200, body: { jwt: token, user: USER } }
      }
      if (route !== 'GET /api/users/me') return refused(404, 'NotFoundError')
      if (bearer === undefined) return refused(403, 'ForbiddenError')
      return tokens.has(bearer) ? { status: 200, body: USER } : refused(401, 'UnauthorizedError')
    }, always)
  },
  options: {
    signIn: '/api/auth/local',
    refresh: 'none',
    signOut: 'none',
    me: '/api/users/me',
    fields: { email: 'identifier' },
  },
  // A missing token is answered with 403. Tokens live for 30 days.
  flaws: ['token.lifetime-long', 'answers.unauthorized'],
  suggests: ["fields: { accessToken: 'jwt' }"],
  tried: ['sign-in', 'request'],
}

/** Opaque tokens, whose refresh tokens are never spent. */
const aspNet: Foreign = {
  listener() {
    const access = new Set<string>()
    const refresh = new Set<string>()
    const granted = () => {
      const pair = { accessToken: `CfDJ8${random(40)}`, refreshToken: `CfDJ8${random(40)}` }
      access.add(pair.accessToken)
      refresh.add(pair.refreshToken)
      return { status: 200, body: { tokenType: 'Bearer', expiresIn: 3600, ...pair } }
    }
    const refused = { status: 401, headers: { 'WWW-Authenticate': 'Bearer' } }
    return standIn(
      ({ route, body, bearer }) => {
        if (route === 'POST /login') return isAda(body.email, body.password) ? granted() : refused
        if (route === 'POST /refresh') return refresh.has(body.refreshToken) ? granted() : refused
        if (!access.has(bearer ?? '')) return refused
        return route === 'GET /manage/info' ? { status: 200, body: { email: USER.email } } : { status: 404 }
      },
      { Server: 'Kestrel', 'Set-Cookie': AZURE },
    )
  },
  options: { signOut: 'none', me: '/manage/info' },
  // A refresh token that was used can be used again.
  flaws: ['refresh.reuse'],
  suggests: ["refreshToken: 'body'"],
  tried: ['sign-in', 'request', 'refresh'],
}

/** A sign-in by form alone, a refresh token in a cookie, and cookies of analytics beside it. */
const fastApi: Foreign = {
  listener() {
    const sessions = createSessions()
    const missing = (name: string) => ({ type: 'missing', loc: ['body', name], msg: 'Field required' })
    const granted = ({ access, refresh }: { access: string; refresh: string }) => ({
      status: 200,
      body: { access_token: access, token_type: 'bearer', expires_in: 900 },
      headers: { 'Set-Cookie': `rt=${refresh}; Path=/auth; HttpOnly; SameSite=Lax; Max-Age=2592000` },
    })
    const always = {
      Server: 'uvicorn',
      'Set-Cookie': [
        '_ga=GA1.1.2; Path=/; Max-Age=63072000',
        'ajs_anonymous_id=91; Path=/; Max-Age=31536000',
      ],
    }
    return standIn(({ route, body, bearer, cookie, isForm, header }) => {
      const isOwn = header('x-requested-with') !== undefined
      if (route === 'POST /auth/token') {
        if (!isForm || !isOwn) return { status: 422, body: { detail: ['username', 'password'].map(missing) } }
        return isAda(body.username, body.password)
          ? granted(sessions.open())
          : { status: 400, body: { detail: 'Incorrect username or password' } }
      }
      if (route === 'POST /auth/refresh') {
        const renewed = isOwn ? sessions.renew(cookie('rt')) : undefined
        return renewed ? granted(renewed) : { status: 401, body: { detail: 'Not authenticated' } }
      }
      if (route === 'POST /auth/logout' && isOwn) {
        sessions.endOfRefresh(cookie('rt'))
        return { status: 204, headers: { 'Set-Cookie': 'rt=""; Path=/auth; Max-Age=0' } }
      }
      const refused = {
        status: 401,
        body: { detail: 'Not authenticated' },
        headers: { 'WWW-Authenticate': 'Bearer' },
      }
      return route === 'GET /users/me' && sessions.isLive(bearer) ? { status: 200, body: USER } : refused
    }, always)
  },
  options: {
    signIn: '/auth/token',
    refresh: '/auth/refresh',
    signOut: 'POST /auth/logout',
    me: '/users/me',
    fields: { email: 'username' },
  },
  stack: 'fastapi',
  suggests: ["signIn: { path: '/auth/token', encoding: 'form' }", "refresh: '/auth/refresh'"],
  tried: ['sign-in', 'request', 'reload', 'refresh', 'sign-out'],
}

export const frameworks: Record<string, Foreign> = {
  'Laravel Sanctum': sanctum,
  'Spring Security': spring,
  'GoTrue of Supabase': goTrue,
  'Devise with JWTs': devise,
  Keycloak: keycloak,
  Directus: directus,
  Strapi: strapi,
  'ASP.NET Core Identity': aspNet,
  'FastAPI with OAuth2PasswordRequestForm': fastApi,
}
