import type { VaultOptions } from './common/vault-options.js'

/** Express, or any other API with the refresh token in an HttpOnly cookie. `examples/api` is such an API. */
const refreshCookie = {
  signIn: '/login',
  refresh: '/refresh',
  signOut: '/logout',
} as const satisfies VaultOptions

/** An access token and a refresh token in the body. The session ends with the vault, because there is no cookie. */
const bodyPair = {
  ...refreshCookie,
  refreshToken: 'body',
  credentials: 'omit',
  csrf: false,
} as const satisfies VaultOptions

/** Rails with Devise and devise-jwt: a token in the `Authorization` header. There is no refresh. */
const deviseJwt = {
  signIn: '/users/sign_in',
  signOut: { method: 'DELETE', path: '/users/sign_out' },
  fields: { user: '' },
  credentials: 'omit',
  csrf: false,
} as const satisfies VaultOptions

/**
 * Rails with Devise and the engine of `examples/rails-api`: a token in the `Authorization` header, and a refresh token in a
 * cookie.
 */
const deviseJwtRefresh = {
  signIn: '/api/v1/login',
  refresh: '/api/v1/refresh',
  signOut: { method: 'DELETE', path: '/api/v1/logout' },
} as const satisfies VaultOptions

/**
 * devise_token_auth: five headers, which every response may replace. The session survives a reload only if `cookie_enabled`
 * is set in devise_token_auth.
 */
const deviseTokenAuth = {
  credential: { headers: ['access-token', 'token-type', 'client', 'expiry', 'uid'] },
  signIn: '/auth/sign_in',
  refresh: { method: 'GET', path: '/auth/validate_token' },
  signOut: { method: 'DELETE', path: '/auth/sign_out' },
  fields: { user: 'data' },
  csrf: false,
} as const satisfies VaultOptions

/** jwt_sessions, with tokens sent in headers. */
const jwtSessions = {
  signIn: '/login',
  refresh: '/refresh',
  signOut: { method: 'DELETE', path: '/login' },
  refreshToken: { header: 'X-Refresh-Token' },
  fields: { accessToken: 'access', refreshToken: 'refresh' },
  credentials: 'omit',
  csrf: false,
} as const satisfies VaultOptions

/** Knock: only a JWT, without refresh or sign-out. Credentials are `{ auth: { email, password } }`. */
const knock = {
  signIn: '/user_token',
  fields: { accessToken: 'jwt' },
  credentials: 'omit',
  csrf: false,
} as const satisfies VaultOptions

/**
 * A Rails session cookie. There is no token. The endpoint `/me` shows whether there is a session, and the CSRF token is in
 * a cookie.
 */
const railsSession = {
  credential: 'cookie',
  signIn: '/login',
  refresh: { method: 'GET', path: '/me' },
  signOut: { method: 'DELETE', path: '/logout' },
  csrf: { header: 'X-CSRF-Token', cookie: 'CSRF-TOKEN' },
} as const satisfies VaultOptions

/** djangorestframework-simplejwt: a pair of tokens in the body. The sign-out needs the app `token_blacklist`. */
const simplejwt = {
  signIn: '/api/token/',
  refresh: '/api/token/refresh/',
  signOut: '/api/token/blacklist/',
  refreshToken: 'body',
  fields: { accessToken: 'access', refreshToken: 'refresh' },
  credentials: 'omit',
  csrf: false,
} as const satisfies VaultOptions

/** dj-rest-auth with `USE_JWT` and `JWT_AUTH_REFRESH_COOKIE`. */
const djRestAuth = {
  signIn: '/dj-rest-auth/login/',
  refresh: '/dj-rest-auth/token/refresh/',
  signOut: '/dj-rest-auth/logout/',
  fields: { accessToken: 'access' },
  csrf: false,
} as const satisfies VaultOptions

/**
 * flask-jwt-extended with tokens in cookies. Each token has its own CSRF cookie. The API answers 422 to a token that it
 * cannot read.
 */
const flaskJwtExtended = {
  credential: 'cookie',
  signIn: '/token/auth',
  refresh: {
    path: '/token/refresh',
    csrf: { header: 'X-CSRF-TOKEN', cookie: 'csrf_refresh_token' },
    endsOn: [400, 401, 403, 422],
  },
  signOut: '/token/remove',
  csrf: { header: 'X-CSRF-TOKEN', cookie: 'csrf_access_token' },
} as const satisfies VaultOptions

/** fastapi-users with a JWT as bearer token. There is no refresh. Credentials are `{ username, password }`. */
const fastapiUsers = {
  signIn: { path: '/auth/jwt/login', encoding: 'form' },
  signOut: '/auth/jwt/logout',
  credentials: 'omit',
  csrf: false,
} as const satisfies VaultOptions

/** better-auth: a session cookie, without a token. The server compares `Origin` with its `trustedOrigins`. */
const betterAuth = {
  credential: 'cookie',
  signIn: '/api/auth/sign-in/email',
  refresh: { method: 'GET', path: '/api/auth/get-session' },
  signOut: '/api/auth/sign-out',
  csrf: false,
} as const satisfies VaultOptions

/**
 * Vault options for common backends. The paths are those of the backends' guides. Options that you write after the preset
 * replace its options.
 *
 * @example
 * export default openVault({ ...presets.deviseJwt, origins: ['https://api.example.com'] })
 */
export const presets = {
  betterAuth,
  bodyPair,
  deviseJwt,
  deviseJwtRefresh,
  deviseTokenAuth,
  djRestAuth,
  fastapiUsers,
  flaskJwtExtended,
  jwtSessions,
  knock,
  railsSession,
  refreshCookie,
  simplejwt,
}
