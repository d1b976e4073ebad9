import { FIELDS } from '../fields.js'
import { vaultError } from './errors.js'

/** A path or URL; a relative one is meant for the first of `origins`. The method defaults to POST. */
export type Endpoint = string | { method?: string; path: string }

/** The whole configuration of a vault. It lives in the vault's file and nowhere else. */
export interface VaultOptions {
  /**
   * The exact origins that the token may go to: scheme, host and port.
   * @default [location.origin]
   */
  origins?: string[]
  /** Where credentials go. The token is taken from the `Authorization` response header, else from the body. */
  signIn: Endpoint
  /** Where a new token comes from. Without it, sessions simply expire. */
  refresh?: Endpoint
  /** Where a sign-out is told. Without it, it is a local affair. */
  signOut?: Endpoint
  /**
   * Where the refresh token is: in an HttpOnly cookie, which is better, or in the body, which keeps it in the cell
   * and loses it on reload. It goes back in the body as well, under the last name of `fields.refreshToken`, or in the header that is named:
   * in `Authorization` after the `scheme`.
   * @default 'cookie'
   */
  refreshToken?: 'body' | 'cookie' | { header: string }
  /**
   * What a request proves itself with: an `Authorization: Bearer` header; a session cookie, so that there is no token; or
   * these response headers, the secret one first, which go back with every request and which every answer may renew. As
   * `fetch` would take them along to another origin, no redirect is followed then.
   * @default 'bearer'
   */
  credential?: 'bearer' | 'cookie' | { headers: string[] }
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
  csrf?: { header: string; value: string } | { header: string; cookie: string } | false
  /** Where things are in the body of a token response, as dotted paths. */
  fields?: {
    /** @default 'access_token' */
    accessToken?: string
    /** @default 'expires_in' */
    expiresIn?: string
    /** @default 'refresh_token' */
    refreshToken?: string
    /**
     * Why a refresh was refused, which becomes the `cause` of the snapshot.
     * @default 'reason'
     */
    reason?: string
    /**
     * `''` if the body is the user.
     * @default 'user'
     */
    user?: string
  }
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

/**
 * Fills in the defaults. What the values mean, and whether they make sense, the core decides.
 *
 * @throws AuthError `option-invalid` for a name that is no option
 */
export function complete(options: VaultOptions) {
  const {
    origins,
    signIn,
    refresh,
    signOut,
    refreshToken,
    credential,
    scheme,
    credentials,
    csrf,
    fields,
    forgetAfter,
    name,
    ...unknown
  } = options
  const { accessToken, expiresIn, refreshToken: refreshField, reason, user, ...unknownFields } = fields ?? {}
  for (const option of Object.keys({ ...unknown, ...unknownFields })) {
    throw vaultError('option-invalid', { option })
  }
  return {
    name: name ?? 'tokencell',
    forgetAfter: forgetAfter ?? 60,
    origins: origins ?? [location.origin],
    signIn: endpoint(signIn),
    refresh: endpoint(refresh),
    signOut: endpoint(signOut),
    refreshToken: typeof refreshToken === 'object' ? 'body' : (refreshToken ?? 'cookie'),
    refreshHeader: typeof refreshToken === 'object' ? headerOf(refreshToken) : undefined,
    credential: credentialOf(credential),
    scheme: schemeOf(scheme),
    credentials: credentialsOf(credentials),
    csrf: csrf ?? { header: 'X-Requested-With', value: 'tokencell' },
    fields: {
      accessToken: accessToken ?? FIELDS.accessToken,
      expiresIn: expiresIn ?? FIELDS.expiresIn,
      refreshToken: refreshField ?? FIELDS.refreshToken,
      reason: reason ?? FIELDS.reason,
      user: user ?? FIELDS.user,
    },
  }
}

function endpoint(endpoint: Endpoint | undefined) {
  return typeof endpoint === 'string'
    ? { method: 'POST', path: endpoint }
    : endpoint && { method: 'POST', ...endpoint }
}

const HEADER = /^[\w!#$%&'*+.^`|~-]+$/

function headerOf({ header }: { header: string }): string {
  if (!HEADER.test(header)) throw vaultError('option-invalid', { option: 'refreshToken' })
  return header
}

function schemeOf(scheme = 'Bearer'): string {
  if (scheme !== '' && !HEADER.test(scheme)) throw vaultError('option-invalid', { option: 'scheme' })
  return scheme
}

function credentialsOf(credentials = 'include'): string {
  if (credentials !== 'include' && credentials !== 'omit')
    throw vaultError('option-invalid', { option: 'credentials' })
  return credentials
}

/** One of two words, or the names of headers between commas (RFC 9110 §5.1). */
function credentialOf(credential: VaultOptions['credential']): string {
  if (credential === undefined || credential === 'bearer' || credential === 'cookie')
    return credential ?? 'bearer'
  const { headers } = credential as { headers?: unknown[] }
  if (!Array.isArray(headers) || headers.length === 0 || !headers.every((name) => HEADER.test(String(name))))
    throw vaultError('option-invalid', { option: 'credential' })
  return headers.join().toLowerCase()
}
