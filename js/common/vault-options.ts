import type { Csrf, Endpoint, Fields, RefreshOptions } from './endpoint.js'

export interface IdleOptions {
  /** In seconds. */
  after: number
  /**
   * In seconds.
   * @default 60, or half of `after` if that is less
   */
  warn?: number
}

/** The whole configuration of a vault. It is set only in the vault's file. */
export interface VaultOptions {
  /**
   * The exact origins that the vault may send the token to: scheme, host and port.
   * @default [location.origin]
   */
  origins?: readonly string[]
  /**
   * The endpoint that takes the credentials. The vault reads the token from the `Authorization` response header; without
   * that header, from the body.
   */
  signIn: Endpoint
  /** The endpoint that issues a new token. Without it, a session ends when its token expires. */
  refresh?: string | RefreshOptions
  /**
   * An endpoint that answers 401 only if the session has ended, such as `'/me'`. Set it for an API without refresh if some
   * of its endpoints answer 401 for other reasons.
   * @default any endpoint: without `refresh`, a 401 to a request with the token ends the session as `revoked`
   */
  check?: string
  /**
   * The other endpoints that can begin a session, by their names for `auth.signIn(body, { by })`: sign-up, confirmation,
   * second factor.
   * @example { signUp: '/api/v1/signup', otp: '/api/v1/otp' }
   */
  exchanges?: Readonly<Record<string, Endpoint>>
  /**
   * The endpoint that answers with the user, requested with GET. It is asked when an answer of the API brings no user and
   * none is known. `ready` and guards wait for it, at most 10 s. `fields.user` says where the user is in the answer; by
   * default it is the member `user`, or the whole body.
   */
  user?: Endpoint
  /**
   * The response header in which any response may bring the next token (sliding sessions), such as `'Authorization'`. A
   * cross-origin API must expose it.
   * @default none
   */
  renewHeader?: string
  /**
   * The name of a readable cookie that the API sets beside its session. While it exists, a start asks the API for the
   * session even if this browser remembers none, for example after a sign-in on a page of the server.
   */
  restoreCookie?: string
  /**
   * Signs the user out after `after` seconds without a request of a page, a sign-in or `auth.stay()`, in all tabs. `warn`
   * seconds before that, `snapshot.idle` and the event `idle-warning` begin. Refreshes do not count.
   */
  idle?: IdleOptions
  /** The endpoint that ends the session on the server. Without it, a sign-out is local only. */
  signOut?: Endpoint
  /**
   * Where the refresh token is. `'cookie'`: in an HttpOnly cookie; this is the better choice. All other values: in the
   * body of the response. The token is then only in the vault, and a reload loses it.
   *
   * With `'body'` the vault sends the token back in the body, under the last name in the path `fields.refreshToken`. With
   * `{ body }` it uses the given name instead. With `{ header }` it sends the token in the given header; in
   * `Authorization`, the token stands after the `scheme`.
   * @default 'cookie'
   */
  refreshToken?: 'body' | 'cookie' | { body: string } | { header: string }
  /**
   * How requests are authenticated. `'bearer'`: with an `Authorization: Bearer` header. `'cookie'`: with a session cookie;
   * there is no token. `{ headers }`: with these response headers, the secret one first. The vault sends them back with
   * every request, and every response may replace their values. With `{ headers }` the vault follows no redirect, because
   * `fetch` would send these headers to another origin.
   * @default 'bearer'
   */
  credential?: 'bearer' | 'cookie' | { headers: readonly string[] }
  /**
   * The scheme before the token in `Authorization`: `'Token'` for Django REST framework, `''` for no scheme.
   * @default 'Bearer'
   */
  scheme?: string
  /**
   * Whether sign-in, refresh and sign-out send cookies, as with the option `credentials` of `fetch`. Use `'omit'` for an
   * API without cookies: with `'include'`, browsers block the response of a cross-origin API that does not send
   * `Access-Control-Allow-Credentials`.
   * @default 'include'
   */
  credentials?: 'include' | 'omit'
  /**
   * The header that protects sign-in, refresh and sign-out against CSRF: a form on another site cannot send it. Its value
   * is fixed, or comes from a readable cookie. The API must require the header, and allow it in CORS. With
   * `credential: 'cookie'` every request to the API that may change data has it as well.
   * @default { header: 'X-Requested-With', value: 'tokencell' }
   */
  csrf?: Csrf
  /** Where the values are in the body of a token response. */
  fields?: Fields
  /**
   * For how many seconds a shared vault keeps its token after its last page has closed.
   * @default 60
   */
  forgetAfter?: number
  /**
   * Permits that a page runs this vault, for the placement `page` of `createAuth`. Without it the vault refuses to start in a
   * page: a script that imports the vault's file there could read the next sign-in.
   * @default false
   */
  page?: boolean
  /**
   * The name of the database, the lock and the channel. Two apps on one origin with separate sessions need different names.
   * @default 'tokencell'
   */
  name?: string
}
