import type { Exchange } from './gateway.js'

export interface Person {
  email: string
  password: string
}

/** What the tests have to know of a server, beside its vault file. */
export interface Backend {
  /** Below this folder. */
  server: string
  settings?: Record<string, string>
  vault: string
  /** How it wants its credentials. */
  credentials: (person: Person) => Record<string, string>
  /** What it says to a wrong password. */
  wrong: { status: number; body: object }
  /** Answers 401 to those who are not signed in. */
  protected: string
  /** Where sign-ins and sign-outs go, as in the vault file. */
  signIn: string
  signOut: string
  /** Where a new token comes from, or for cookies a new cookie. */
  refresh?: string
  /** The refresh token that a request has with it, where each refresh spends one. */
  rotates?: (exchange: Exchange) => string | undefined
  /** When a page vault is opened again after a reload. */
  afterReload: 'authenticated' | 'unauthenticated'
  /** Whether its tokens expire at all. */
  expires?: false
  /** Whether the client can tell when its token expires. */
  knowsExpiry: boolean
  /** What the server takes no more after a sign-out. */
  forgets: 'access' | 'nothing' | 'refresh'
  /** Whether the server looks sessions up with every request, so that one that is revoked is over at once. */
  revokes: 'at once' | 'with the refresh'
  /** What doctor is told. */
  doctor: string[]
  /** The errors that doctor finds and that are some, each with the reason beside it. */
  flaws?: string[]
}

const asUsername = ({ email, password }: Person) => ({ username: email, password })
const member = (name: string) => (exchange: Exchange) => JSON.parse(exchange.body)[name]
const cookie = (name: string) => (exchange: Exchange) =>
  new RegExp(`(?:^|; )${name}=([^;]+)`).exec(exchange.headers.cookie ?? '')?.[1]

/** The endpoints on the command line of doctor, and the name of the e-mail among the credentials. */
const asked = (signIn: string, refresh: string, signOut: string, me: string, email = 'email') => [
  ...['--sign-in', signIn, '--refresh', refresh, '--sign-out', signOut, '--me', me],
  ...['--field', `email=${email}`],
]

const fastapi = {
  server: 'fastapi-users/server.py',
  credentials: asUsername,
  wrong: { status: 400, body: { detail: 'LOGIN_BAD_CREDENTIALS' } },
  protected: '/users/me',
  revokes: 'at once',
} satisfies Partial<Backend>

export const backends: Record<string, Backend> = {
  'better-auth': {
    server: 'better-auth/server.mjs',
    vault: 'better-auth/auth.vault.ts',
    credentials: ({ email, password }) => ({ email, password }),
    wrong: { status: 401, body: { code: 'INVALID_EMAIL_OR_PASSWORD' } },
    protected: '/api/me',
    signIn: '/api/auth/sign-in/email',
    signOut: '/api/auth/sign-out',
    afterReload: 'authenticated',
    knowsExpiry: false,
    forgets: 'access',
    revokes: 'at once',
    doctor: asked(
      '/api/auth/sign-in/email',
      'GET /api/auth/get-session',
      'POST /api/auth/sign-out',
      '/api/me',
    ),
  },
  'djangorestframework-simplejwt': {
    server: 'simplejwt/server.py',
    vault: 'simplejwt/auth.vault.ts',
    credentials: asUsername,
    wrong: { status: 401, body: { detail: 'No active account found with the given credentials' } },
    protected: '/api/me/',
    signIn: '/api/token/',
    signOut: '/api/token/blacklist/',
    refresh: '/api/token/refresh/',
    rotates: member('refresh'),
    afterReload: 'unauthenticated',
    knowsExpiry: true,
    forgets: 'refresh',
    revokes: 'with the refresh',
    doctor: asked('/api/token/', '/api/token/refresh/', 'POST /api/token/blacklist/', '/api/me/', 'username'),
  },
  'dj-rest-auth with JWTs': {
    server: 'dj-rest-auth/server.py',
    vault: 'dj-rest-auth/jwt.vault.ts',
    credentials: asUsername,
    wrong: { status: 400, body: { non_field_errors: ['Unable to log in with provided credentials.'] } },
    protected: '/api/me/',
    signIn: '/dj-rest-auth/login/',
    signOut: '/dj-rest-auth/logout/',
    refresh: '/dj-rest-auth/token/refresh/',
    rotates: cookie('my-refresh-token'),
    afterReload: 'authenticated',
    knowsExpiry: true,
    forgets: 'refresh',
    revokes: 'with the refresh',
    doctor: asked(
      '/dj-rest-auth/login/',
      '/dj-rest-auth/token/refresh/',
      'POST /dj-rest-auth/logout/',
      '/api/me/',
      'username',
    ),
    // It takes the form of any site, and sets its cookies.
    flaws: ['csrf.sign-in'],
  },
  'dj-rest-auth with the tokens of Django REST framework': {
    server: 'dj-rest-auth/server.py',
    settings: { TOKENS: 'drf' },
    vault: 'dj-rest-auth/token.vault.ts',
    credentials: asUsername,
    wrong: { status: 400, body: { non_field_errors: ['Unable to log in with provided credentials.'] } },
    protected: '/api/me/',
    signIn: '/dj-rest-auth/login/',
    signOut: '/dj-rest-auth/logout/',
    afterReload: 'unauthenticated',
    expires: false,
    knowsExpiry: false,
    forgets: 'access',
    revokes: 'at once',
    doctor: asked('/dj-rest-auth/login/', 'none', 'POST /dj-rest-auth/logout/', '/api/me/', 'username'),
  },
  'flask-jwt-extended in headers': {
    server: 'flask-jwt-extended/server.py',
    vault: 'flask-jwt-extended/headers.vault.ts',
    credentials: asUsername,
    wrong: { status: 401, body: { msg: 'Bad username or password' } },
    protected: '/protected',
    signIn: '/login',
    signOut: '/logout',
    refresh: '/refresh',
    afterReload: 'unauthenticated',
    knowsExpiry: true,
    forgets: 'access',
    revokes: 'at once',
    doctor: asked('/login', '/refresh', 'DELETE /logout', '/protected', 'username'),
    // It answers 422 to a token that it cannot read, as all are after the secret has changed. Its sign-out is for one token.
    flaws: ['sign-out.revokes', 'answers.bad-token'],
  },
  'flask-jwt-extended in cookies': {
    server: 'flask-jwt-extended/server.py',
    vault: 'flask-jwt-extended/cookies.vault.ts',
    credentials: asUsername,
    wrong: { status: 401, body: { login: false } },
    protected: '/protected',
    signIn: '/token/auth',
    signOut: '/token/remove',
    refresh: '/token/refresh',
    afterReload: 'authenticated',
    knowsExpiry: false,
    forgets: 'nothing',
    revokes: 'at once',
    doctor: asked('/token/auth', '/token/refresh', 'POST /token/remove', '/protected', 'username'),
    // The same; and its sign-out takes the cookies away, and no more.
    flaws: ['sign-out.revokes', 'answers.bad-token'],
  },
  'fastapi-users with a JWT': {
    ...fastapi,
    vault: 'fastapi-users/jwt.vault.ts',
    signIn: '/auth/jwt/login',
    signOut: '/auth/jwt/logout',
    doctor: asked('/auth/jwt/login', 'none', 'POST /auth/jwt/logout', '/users/me', 'username'),
    afterReload: 'unauthenticated',
    // It has `exp` without `iat`, and CORS hides `Date`: its 401 ends the session.
    knowsExpiry: false,
    forgets: 'nothing',
  },
  'fastapi-users with a token in the database': {
    ...fastapi,
    vault: 'fastapi-users/database.vault.ts',
    signIn: '/auth/db/login',
    signOut: '/auth/db/logout',
    doctor: asked('/auth/db/login', 'none', 'POST /auth/db/logout', '/users/me', 'username'),
    afterReload: 'unauthenticated',
    knowsExpiry: false,
    forgets: 'access',
  },
  'fastapi-users with a cookie': {
    ...fastapi,
    vault: 'fastapi-users/cookie.vault.ts',
    signIn: '/auth/cookie/login',
    signOut: '/auth/cookie/logout',
    doctor: asked('/auth/cookie/login', 'none', 'POST /auth/cookie/logout', '/users/me', 'username'),
    // It takes a form, and so that of any site.
    flaws: ['csrf.sign-in'],
    afterReload: 'authenticated',
    knowsExpiry: false,
    forgets: 'access',
  },
}

/** Without Python, and quick to start. */
export const quickest = 'better-auth'
