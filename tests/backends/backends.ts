import type { Exchange } from './gateway.js'

export interface Person {
  email: string
  password: string
}

/** The properties of a backend that the tests need, in addition to its vault file. */
export interface Backend {
  /** The file of the server, relative to this folder. */
  server: string
  settings?: Record<string, string>
  vault: string
  /** The credentials in the shape that the backend expects. */
  credentials: (person: Person) => Record<string, string>
  /** The response to a wrong password. */
  wrong: { status: number; body: object }
  /** A path that answers 401 to anonymous users. */
  protected: string
  /** The paths for sign-in and sign-out, as in the vault file. */
  signIn: string
  signOut: string
  /** The path that issues a new token, or a new cookie for cookies. */
  refresh?: string
  /** Reads the refresh token of a request. Set if each refresh invalidates its token. */
  rotates?: (exchange: Exchange) => string | undefined
  /** The status after a reload, for a vault in the page. */
  afterReload: 'authenticated' | 'unauthenticated'
  /** `false` if the tokens never expire. */
  expires?: false
  /** Whether the client knows when its token expires. */
  knowsExpiry: boolean
  /** The token that the server refuses after a sign-out. */
  forgets: 'access' | 'nothing' | 'refresh'
  /** `at once` if the server checks the session at every request, so that a revocation takes effect immediately. */
  revokes: 'at once' | 'with the refresh'
  /** The arguments for doctor. */
  doctor: string[]
  /** The real errors of the backend that doctor finds. A comment at each says why. */
  flaws?: string[]
}

const asUsername = ({ email, password }: Person) => ({ username: email, password })
const member = (name: string) => (exchange: Exchange) => JSON.parse(exchange.body)[name]
const cookie = (name: string) => (exchange: Exchange) =>
  new RegExp(`(?:^|; )${name}=([^;]+)`).exec(exchange.headers.cookie ?? '')?.[1]

/** The arguments for doctor: the endpoints, and the field name of the e-mail address. */
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
    // The server accepts a form from any site for the sign-in, and sets its cookies.
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
    // The server answers 422 to an unreadable token (all tokens after a change of the secret). A sign-out revokes one token.
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
    // The server answers 422 to an unreadable token. A sign-out only removes the cookies.
    flaws: ['sign-out.revokes', 'answers.bad-token'],
  },
  'fastapi-users with a JWT': {
    ...fastapi,
    vault: 'fastapi-users/jwt.vault.ts',
    signIn: '/auth/jwt/login',
    signOut: '/auth/jwt/logout',
    doctor: asked('/auth/jwt/login', 'none', 'POST /auth/jwt/logout', '/users/me', 'username'),
    afterReload: 'unauthenticated',
    // The token has `exp` without `iat`, and CORS hides `Date`. So a 401 ends the session.
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
    // The server accepts a form from any site for the sign-in.
    flaws: ['csrf.sign-in'],
    afterReload: 'authenticated',
    knowsExpiry: false,
    forgets: 'access',
  },
}

/** The backend of the quick run: it starts quickly and needs no Python. */
export const quickest = 'better-auth'
