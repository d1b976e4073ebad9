import type { Csrf, EndpointOptions, RefreshOptions } from '../common/endpoint.js'
import type { VaultOptions } from '../common/vault-options.js'

export type { Csrf } from '../common/endpoint.js'

import { isHere, type Topology, topology } from './topology.js'

/** An error in a command. The message says how to fix it. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The settings of a vault for an endpoint. Usual values are left out. */
export interface Endpoint extends Pick<RefreshOptions, 'body' | 'csrf' | 'encoding' | 'endsOn'> {
  method: string
  url: URL
  /** The headers that the application passes to `auth.fetch`. */
  headers?: Record<string, string>
}

/** How a refresh token is sent: under a name in the body, or in a header. */
export type RefreshTokenPlace = { body: string } | { header: string }

export interface Credentials {
  email: string
  password: string
}

/** The options of the command line. */
export interface DoctorOptions {
  /** The URL that the endpoints are relative to. */
  url: string
  /** The options of a vault. The options of the command line take precedence. */
  vault?: VaultOptions | undefined
  /**
   * The origin of the pages.
   * @default that of the API
   */
  origin?: string | undefined
  signIn?: string | undefined
  /** `none` if there is no such endpoint. The same is true of `signOut` and `me`. */
  refresh?: string | undefined
  signOut?: string | undefined
  me?: string | undefined
  /** Without credentials, only requests without an account are checked. */
  credentials?: Credentials | undefined
  /** The places of the credentials in the JSON body: `{ email: 'user[email]' }`. */
  fields?: Partial<Record<keyof Credentials, string>>
  /**
   * Whether the sign-in takes a form (`application/x-www-form-urlencoded`).
   * @default detected by the probe
   */
  form?: boolean
  /** Additional members of the sign-in body: `{ grant_type: 'password' }`. */
  members?: Record<string, string>
  /** `Header: value`, `Header=name-of-a-cookie` or `none`. */
  csrf?: string | undefined
  /** Requested before a sign-in, to get the CSRF token in a cookie: `/sanctum/csrf-cookie`. */
  csrfPage?: string | undefined
  /** Additional headers that `me` requires: `{ 'X-Tenant': '1' }`. */
  meHeaders?: Record<string, string>
  /**
   * For how many seconds the API may accept a spent refresh token. doctor waits until this time is over. 0: does not
   * wait.
   * @default 30
   */
  grace?: number
  /**
   * The timeout of each request, in seconds.
   * @default 10
   */
  timeout?: number
  /** Whether to check, with many sign-ins, if sign-ins are limited. */
  rateLimit?: boolean
  /** Whether to look for endpoints that were not named. */
  guess?: boolean
  /** Accepts any certificate. */
  insecure?: boolean
  /** Signs in over plain http to another machine. */
  allowInsecureHttp?: boolean
}

/** The options, parsed and completed. */
export type Plan = ReturnType<typeof plan>

/** @throws UsageError that names the option */
export function plan(options: DoctorOptions) {
  const api = parseUrl('<url>', options.url)
  const page = parseOrigin(options.origin ?? api.origin)
  const { credentials, allowInsecureHttp = false, vault } = options
  const endpoint = (name: keyof typeof USUAL, text: string | undefined) => {
    const [option, usual, method] = USUAL[name]
    if (text === undefined && vault) return name === 'me' ? checkOf(vault, api) : fromVault(vault, name, api)
    return parseEndpoint(option, text ?? usual, api, method)
  }
  const plan = {
    api,
    page,
    topology: topology(page, api.origin) satisfies Topology,
    endpoints: {
      signIn: withBody(endpoint('signIn', options.signIn) as Endpoint, options),
      refresh: endpoint('refresh', options.refresh),
      signOut: endpoint('signOut', options.signOut),
      me: withHeaders(endpoint('me', options.me), options.meHeaders),
    },
    credentials,
    fields: { email: 'email', password: 'password', ...options.fields },
    csrf: options.csrf === undefined && vault?.csrf !== undefined ? vault.csrf : parseCsrf(options.csrf),
    /** Whether the probe may find that the API requires a readable cookie to be repeated. */
    isCsrfOpen: options.csrf === undefined && !vault,
    csrfPage: csrfPageOf(options, api),
    /** The scheme before the token in `Authorization`. Without a vault file, the probe detects it. */
    scheme: vault?.scheme ?? 'Bearer',
    /** Whether cookies are sent and kept. */
    cookies: vault?.credentials ?? ('include' as const),
    /**
     * The names of the cookies that the session needs, the session cookie first. The probe detects them by leaving one
     * cookie out at a time. `undefined`: the probe could not detect them.
     */
    sessionCookies: undefined as readonly string[] | undefined,
    /**
     * Whether a refresh works with the cookies alone, so that a refresh token in a body is not sent back. The probe
     * detects this.
     */
    isRefreshedByCookie: false,
    /** Whether the session is a cookie, so that values which look like tokens are not tokens. The probe may detect this. */
    isCookieSession: vault?.credential === 'cookie',
    /** Whether the token counts only together with a cookie. The probe detects this. */
    isTokenBound: false,
    /** The response header that brings newer tokens (sliding sessions). The probe may detect it. */
    renewHeader: vault?.renewHeader,
    /** The endpoint that returns the user, and the place of the user in its response. The probe looks for it. */
    user: undefined as { endpoint: Endpoint; place: string | undefined } | undefined,
    vault,
    /** Where a refresh token from a body is sent, if not under its own name. The probe may detect this. */
    refreshToken: placeOf(vault?.refreshToken),
    /** The places of tokens, if an option names them. */
    tokens: {
      access: vault?.fields?.accessToken,
      refresh: vault?.fields?.refreshToken,
      csrf: sourceOf(vault)?.field,
    },
    grace: options.grace ?? 30,
    timeout: options.timeout ?? 10,
    rateLimit: options.rateLimit ?? false,
    guess: options.guess ?? false,
    /** Which endpoints were named. The probe does not guess these. */
    isNamed: {
      signIn: (options.signIn ?? vault) !== undefined,
      refresh: (options.refresh ?? vault) !== undefined,
      signOut: (options.signOut ?? vault) !== undefined,
      me: options.me !== undefined,
    },
    insecure: options.insecure ?? false,
  }
  if (credentials && api.protocol === 'http:' && !isHere(api) && !allowInsecureHttp)
    throw new UsageError(
      `${api.origin} uses plain http on another machine: others on the network could read the password. ` +
        'Use the https URL, or --plain-http if you trust the network, or --anonymous.',
    )
  return plan
}

function withBody(endpoint: Endpoint, { form, members }: DoctorOptions): Endpoint {
  const body = { ...endpoint.body, ...members }
  return {
    ...endpoint,
    ...(form && { encoding: 'form' as const }),
    ...(Object.keys(body).length > 0 && { body }),
  }
}

const withHeaders = (
  endpoint: Endpoint | undefined,
  headers: Record<string, string> = {},
): Endpoint | undefined => endpoint && { ...endpoint, headers }

/** For each endpoint: its option, its usual path, and its usual method. */
const USUAL = {
  signIn: ['--sign-in', 'login', 'POST'],
  refresh: ['--refresh', 'refresh', 'POST'],
  signOut: ['--sign-out', 'DELETE logout', 'POST'],
  me: ['--me', 'GET me', 'GET'],
} as const

/** Returns an endpoint of a vault file, with the origin of this API: the file contains the origin in production. */
function fromVault(
  vault: VaultOptions,
  name: 'refresh' | 'signIn' | 'signOut',
  api: URL,
): Endpoint | undefined {
  const given = vault[name]
  if (given === undefined) return undefined
  const own: EndpointOptions & RefreshOptions = typeof given === 'string' ? { path: given } : given
  const { pathname, search } = new URL(own.path, vault.origins?.[0] ?? api)
  const { method = 'POST', body, csrf, encoding, endsOn } = own
  return {
    method: method.toUpperCase(),
    url: new URL(pathname + search, api.origin),
    ...(body && { body }),
    ...(csrf !== undefined && { csrf }),
    ...(encoding && { encoding }),
    ...(endsOn && { endsOn }),
  }
}

const checkOf = ({ check = 'me' }: VaultOptions, api: URL) => parseEndpoint('--me', check, api)

/** The members of `csrf.from`. */
function sourceOf(vault: VaultOptions | undefined) {
  const csrf = vault?.csrf
  return csrf && 'from' in csrf
    ? (csrf.from as Partial<Record<'endpoint' | 'field' | 'meta', string>>)
    : undefined
}

/** The page or endpoint that gives the CSRF token. */
function csrfPageOf({ csrfPage, vault }: DoctorOptions, api: URL): Endpoint | undefined {
  const { endpoint, meta } = sourceOf(vault) ?? {}
  const path = csrfPage ?? endpoint ?? (meta === undefined ? undefined : '/')
  return path === undefined ? undefined : parseEndpoint('--csrf-page', path, api)
}

const placeOf = (refreshToken: VaultOptions['refreshToken']): RefreshTokenPlace | undefined =>
  typeof refreshToken === 'object' ? refreshToken : undefined

function parseUrl(option: string, text: string): URL {
  // `localhost:3000` would be a valid URL, with the scheme `localhost:`.
  const url = /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined
  if (!url)
    throw new UsageError(
      `${option} must be a URL, for example https://api.example.com/api/v1, not "${text.replace(/[^/]*@/, '…@')}"`,
    )
  if (url.username || url.password)
    throw new UsageError(
      `${option} must not contain a user name or a password: set TOKENCELL_DOCTOR_EMAIL and TOKENCELL_DOCTOR_PASSWORD instead`,
    )
  url.search = ''
  url.hash = ''
  return url
}

function parseOrigin(text: string): string {
  const url = parseUrl('--origin', text)
  if (url.pathname !== '/')
    throw new UsageError(
      `--origin must be scheme, host and port, for example "${url.origin}": remove the path`,
    )
  return url.origin
}

/**
 * Parses an endpoint such as `DELETE /logout`. A path that begins with a slash is relative to the root of the API, any
 * other path is relative to the given URL.
 */
function parseEndpoint(option: string, text: string, api: URL, usual: string = 'GET'): Endpoint | undefined {
  if (text === 'none' && option !== '--sign-in') return undefined
  const [, method = usual, path = ''] = /^(?:([A-Za-z]+)\s+)?(\S+)$/.exec(text.trim()) ?? []
  const base = new URL(api)
  if (!base.pathname.endsWith('/')) base.pathname += '/'
  if (!path || !URL.canParse(path, base))
    throw new UsageError(
      `${option} must be a path, for example "/api/v1/login" or "DELETE /logout", not "${text}"`,
    )
  const url = new URL(path, base)
  if (url.origin !== api.origin)
    throw new UsageError(`${option} is on ${url.origin}, but doctor sends credentials only to ${api.origin}`)
  return { method: method.toUpperCase(), url }
}

function parseCsrf(text = 'X-Requested-With: tokencell'): Csrf {
  if (text === 'none') return false
  const [, header = '', separator, value = ''] =
    /^([\w-]+)\s*([:=])\s*([\x21-\x7e]+)$/.exec(text.trim()) ?? []
  if (separator === ':') return { header, value }
  if (separator === '=') return { header, cookie: value }
  throw new UsageError(
    `--csrf must be "X-Requested-With: tokencell", "X-CSRF-Token=name-of-the-cookie" or "none", not "${text}"`,
  )
}

/** `POST /api/v1/login` */
export const named = ({ method, url }: Pick<Endpoint, 'method' | 'url'>) => `${method} ${url.pathname}`
