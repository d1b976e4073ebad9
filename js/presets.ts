import type { VaultOptions } from './vault/options.js'

/** Express, or any other API with a refresh token in an HttpOnly cookie, as in `examples/api`. */
const refreshCookie = {
  signIn: '/login',
  refresh: '/refresh',
  signOut: '/logout',
} as const satisfies VaultOptions

/** An access and a refresh token in the body. The session ends with the vault, as no cookie outlives it. */
const bodyPair = {
  ...refreshCookie,
  refreshToken: 'body',
  credentials: 'omit',
  csrf: false,
} as const satisfies VaultOptions

/** Rails with Devise and devise-jwt: a token in the `Authorization` header, which nothing renews. */
const deviseJwt = {
  signIn: '/users/sign_in',
  signOut: { method: 'DELETE', path: '/users/sign_out' },
  fields: { user: '' },
  credentials: 'omit',
  csrf: false,
} as const satisfies VaultOptions

/** The same beside a refresh token in a cookie, as in `examples/rails-api`. */
const deviseJwtRefresh = {
  signIn: '/api/v1/login',
  refresh: '/api/v1/refresh',
  signOut: { method: 'DELETE', path: '/api/v1/logout' },
} as const satisfies VaultOptions

/** devise_token_auth: five headers, renewed by every answer; a reload needs its `cookie_enabled`. */
const deviseTokenAuth = {
  credential: { headers: ['access-token', 'token-type', 'client', 'expiry', 'uid'] },
  signIn: '/auth/sign_in',
  refresh: { method: 'GET', path: '/auth/validate_token' },
  signOut: { method: 'DELETE', path: '/auth/sign_out' },
  fields: { user: 'data' },
  csrf: false,
} as const satisfies VaultOptions

/** jwt_sessions with its tokens in headers. */
const jwtSessions = {
  signIn: '/login',
  refresh: '/refresh',
  signOut: { method: 'DELETE', path: '/login' },
  refreshToken: { header: 'X-Refresh-Token' },
  fields: { accessToken: 'access', refreshToken: 'refresh' },
  credentials: 'omit',
  csrf: false,
} as const satisfies VaultOptions

/** Knock: a JWT, and no more. Credentials are `{ auth: { email, password } }`. */
const knock = {
  signIn: '/user_token',
  fields: { accessToken: 'jwt' },
  credentials: 'omit',
  csrf: false,
} as const satisfies VaultOptions

/** A Rails session cookie: there is no token. `me` says whether there is a session, and the CSRF token is in a cookie. */
const railsSession = {
  credential: 'cookie',
  signIn: '/login',
  refresh: { method: 'GET', path: '/me' },
  signOut: { method: 'DELETE', path: '/logout' },
  csrf: { header: 'X-CSRF-Token', cookie: 'CSRF-TOKEN' },
} as const satisfies VaultOptions

/**
 * What widespread backends speak, as data. The paths are those of their guides; what you write after the preset is yours.
 *
 * @example
 * export default openVault({ ...presets.deviseJwt, origins: ['https://api.example.com'] })
 */
export const presets = {
  bodyPair,
  deviseJwt,
  deviseJwtRefresh,
  deviseTokenAuth,
  jwtSessions,
  knock,
  railsSession,
  refreshCookie,
}
