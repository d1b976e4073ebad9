import { jwt } from '../jwt.js'
import { type Foreign, USER } from './foreign.js'
import { createSessions, isAda, random, standIn } from './stand-in.js'

/** One path for two grants, which the query distinguishes, and a key in its own header. */
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

const TOKEN = '/realms/app/protocol/openid-connect/token'
const LOGOUT = '/realms/app/protocol/openid-connect/logout'
const web = { encoding: 'form', body: { client_id: 'web' } } as const

/** OAuth with forms, each with a client, and cookies for sign-in pages that our pages do not use. */
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

/** All responses inside `data`, lifetimes in milliseconds, and the cookies of a load balancer. */
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

/** A JWT for a month, no refresh and no sign-out, and a session that Koa uses for itself. */
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
  // A missing token gets 403. Tokens are valid for 30 days.
  flaws: ['token.lifetime-long', 'answers.unauthorized'],
  suggests: ["fields: { accessToken: 'jwt' }"],
  tried: ['sign-in', 'request'],
}

/** Products that users install. */
export const products: Record<string, Foreign> = {
  'GoTrue of Supabase': goTrue,
  Keycloak: keycloak,
  Directus: directus,
  Strapi: strapi,
}
