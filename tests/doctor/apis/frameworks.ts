import { AZURE, type Foreign, USER } from './foreign.js'
import { createSessions, isAda, random, standIn } from './stand-in.js'

/** Personal access tokens, `1|…`, without refresh. Every response sets the session cookies of its own pages. */
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

/** Names in camel case, a lifetime as text, and the session of the servlet container on every response. */
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
  suggests: ["refreshToken: 'body'", "fields: { expiresIn: 'expiresIn', refreshToken: 'refreshToken' }"],
  tried: ['sign-in', 'request', 'refresh', 'sign-out'],
}

/** A token in a header, credentials inside `user`, and a session cookie that no request needs. */
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

/** Opaque tokens. Refresh tokens are never spent. */
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
  // A refresh token can be used more than once.
  flaws: ['refresh.reuse'],
  suggests: ["refreshToken: 'body'"],
  tried: ['sign-in', 'request', 'refresh'],
}

/** A sign-in that accepts forms only, a refresh token in a cookie, and cookies of analytics. */
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

/** APIs that developers write with a framework. */
export const frameworks: Record<string, Foreign> = {
  'Laravel Sanctum': sanctum,
  'Spring Security': spring,
  'Devise with JWTs': devise,
  'ASP.NET Core Identity': aspNet,
  'FastAPI with OAuth2PasswordRequestForm': fastApi,
}
