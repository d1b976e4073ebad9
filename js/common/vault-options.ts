import type { Csrf, Endpoint, Fields, RefreshOptions } from './endpoint.js'

/** The whole configuration of a vault. It lives in the vault's file and nowhere else. */
export interface VaultOptions {
  /**
   * The exact origins that the token may go to: scheme, host and port.
   * @default [location.origin]
   */
  origins?: readonly string[]
  /** Where credentials go. The token is taken from the `Authorization` response header, else from the body. */
  signIn: Endpoint
  /** Where a new token comes from. Without it, sessions simply expire. */
  refresh?: string | RefreshOptions
  /**
   * The endpoint whose 401 says that the session is over, such as `'/me'`: for an API without refresh, some of whose
   * endpoints answer 401 for reasons of their own.
   * @default any endpoint: without `refresh`, a 401 to a request with the token ends the session as `revoked`
   */
  check?: string
  /** Where a sign-out is told. Without it, it is a local affair. */
  signOut?: Endpoint
  /**
   * Where the refresh token is: in an HttpOnly cookie, which is better, or in the body of the answer, which keeps it in the
   * vault and loses it on reload. It goes back in the body as well, under the name that is given or the last one of
   * `fields.refreshToken`; or in the header that is named: in `Authorization` after the `scheme`.
   * @default 'cookie'
   */
  refreshToken?: 'body' | 'cookie' | { body: string } | { header: string }
  /**
   * What a request proves itself with: an `Authorization: Bearer` header; a session cookie, so that there is no token; or
   * these response headers, the secret one first, which go back with every request and which every answer may renew. As
   * `fetch` would take them along to another origin, no redirect is followed then.
   * @default 'bearer'
   */
  credential?: 'bearer' | 'cookie' | { headers: readonly string[] }
  /**
   * What stands before the token in `Authorization`: `'Token'` for Django REST framework, `''` for nothing.
   * @default 'Bearer'
   */
  scheme?: string
  /**
   * Whether sign-in, refresh and sign-out take cookies along, as `credentials` of `fetch` says. An API without cookies need
   * not allow them in CORS (`Access-Control-Allow-Credentials`), and browsers refuse its answers if it does not.
   * @default 'include'
   */
  credentials?: 'include' | 'omit'
  /**
   * The header on every sign-in, refresh and sign-out that no form of another site can send: with a fixed value, or
   * with the value of a readable cookie. The API must require it, and allow it in CORS. With `credential: 'cookie'` it is
   * on every request that may change something.
   * @default { header: 'X-Requested-With', value: 'tokencell' }
   */
  csrf?: Csrf
  /** Where things are in the body of a token response. */
  fields?: Fields
  /**
   * For how many seconds a shared vault keeps its token when the last page has gone.
   * @default 60
   */
  forgetAfter?: number
  /**
   * Names the database, the lock and the channel. Two apps on one origin with sessions of their own need two names.
   * @default 'tokencell'
   */
  name?: string
}
