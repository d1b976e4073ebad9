import type { Csrf, EndpointOptions, RefreshOptions } from '../common/endpoint.js'
import type { VaultOptions } from '../common/vault-options.js'

export type { Csrf } from '../common/endpoint.js'

import { isHere, type Topology, topology } from './topology.js'

/** What is wrong with a command, and how to mend it. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** What a vault knows of an endpoint, where it is the usual left out. */
export interface Endpoint extends Pick<RefreshOptions, 'body' | 'csrf' | 'encoding' | 'endsOn'> {
  method: string
  url: URL
  /** What the application gives to `auth.fetch`. */
  headers?: Record<string, string>
}

/** Where a refresh token goes: under a name in the body, or into a header. */
export type RefreshTokenPlace = { body: string } | { header: string }

export interface Credentials {
  email: string
  password: string
}

/** What the command line says. */
export interface DoctorOptions {
  /** What the endpoints are below. */
  url: string
  /** What a vault is told. Whatever the command line says besides overrules it. */
  vault?: VaultOptions | undefined
  /** The origin of the pages. @default that of the API */
  origin?: string | undefined
  signIn?: string | undefined
  /** `none` if there is no such endpoint; likewise `signOut` and `me`. */
  refresh?: string | undefined
  signOut?: string | undefined
  me?: string | undefined
  /** Without them, only what a stranger can see is looked at. */
  credentials?: Credentials | undefined
  /** Where the credentials go in the JSON body: `{ email: 'user[email]' }`. */
  fields?: Partial<Record<keyof Credentials, string>>
  /** Whether the sign-in takes a form (`application/x-www-form-urlencoded`). @default found out */
  form?: boolean
  /** What the body of a sign-in has besides: `{ grant_type: 'password' }`. */
  members?: Record<string, string>
  /** `Header: value`, `Header=name-of-a-cookie` or `none`. */
  csrf?: string | undefined
  /** Asked before a sign-in, for the CSRF token in a cookie: `/sanctum/csrf-cookie`. */
  csrfPage?: string | undefined
  /** What `me` wants besides: `{ 'X-Tenant': '1' }`. */
  meHeaders?: Record<string, string>
  /** For how many seconds a spent refresh token may be taken; waits for the end of it. 0: does not wait. @default 30 */
  grace?: number
  /** Seconds for each request. @default 10 */
  timeout?: number
  /** Whether to find out if sign-ins are limited, with many of them. */
  rateLimit?: boolean
  /** Whether to look for endpoints that were not named. */
  guess?: boolean
  /** Takes any certificate. */
  insecure?: boolean
  /** Signs in over plain http to another machine. */
  allowInsecureHttp?: boolean
}

/** The same, parsed and completed. */
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
    /** Whether a readable cookie may turn out to be what the API wants repeated. */
    isCsrfOpen: options.csrf === undefined && !vault,
    csrfPage:
      options.csrfPage === undefined ? undefined : parseEndpoint('--csrf-page', options.csrfPage, api),
    /** What stands before the token in `Authorization`; without a vault file, the probe finds it out. */
    scheme: vault?.scheme ?? 'Bearer',
    /** Whether cookies are sent and kept. */
    cookies: vault?.credentials ?? ('include' as const),
    /**
     * The names of the cookies that the session cannot do without, the one that stands for it first; the probe finds them
     * out by leaving them out. `undefined`: it could not.
     */
    sessionCookies: undefined as readonly string[] | undefined,
    /** Whether a refresh works with the cookies alone, so that a refresh token in a body is not sent back; the probe finds out. */
    isRefreshedByCookie: false,
    /** Whether the session is a cookie, and what looks like a token is none; the probe may find that out. */
    isCookieSession: vault?.credential === 'cookie',
    /** Where a refresh token in the body goes, if that is not its own name; the probe may find that out. */
    refreshToken: placeOf(vault?.refreshToken),
    /** Where tokens are, if an option says so. */
    tokens: { access: vault?.fields?.accessToken, refresh: vault?.fields?.refreshToken },
    grace: options.grace ?? 30,
    timeout: options.timeout ?? 10,
    rateLimit: options.rateLimit ?? false,
    guess: options.guess ?? false,
    /** Which endpoints were named, and are not to be guessed. */
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
      `${api.origin} is plain http on another machine: the password would travel in clear. ` +
        'Give the https URL, or --plain-http if the network is yours, or --anonymous.',
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

/** The option of each endpoint, where it usually is, and how it is asked. */
const USUAL = {
  signIn: ['--sign-in', 'login', 'POST'],
  refresh: ['--refresh', 'refresh', 'POST'],
  signOut: ['--sign-out', 'DELETE logout', 'POST'],
  me: ['--me', 'GET me', 'GET'],
} as const

/** An endpoint of a vault file, at this API: a file names the one of production. */
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

const placeOf = (refreshToken: VaultOptions['refreshToken']): RefreshTokenPlace | undefined =>
  typeof refreshToken === 'object' ? refreshToken : undefined

function parseUrl(option: string, text: string): URL {
  // `localhost:3000` would parse, with a scheme of its own.
  const url = /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined
  if (!url)
    throw new UsageError(
      `${option} must be a URL such as https://api.example.com/api/v1, not "${text.replace(/[^/]*@/, '…@')}"`,
    )
  if (url.username || url.password)
    throw new UsageError(`${option} must not hold a password: set TOKENCELL_DOCTOR_PASSWORD instead`)
  url.search = ''
  url.hash = ''
  return url
}

function parseOrigin(text: string): string {
  const url = parseUrl('--origin', text)
  if (url.pathname !== '/')
    throw new UsageError(`--origin is scheme, host and port, as in "${url.origin}": leave the path out`)
  return url.origin
}

/** `DELETE /logout`. A path that begins with a slash is from the root of the API, any other from the URL given. */
function parseEndpoint(option: string, text: string, api: URL, usual: string = 'GET'): Endpoint | undefined {
  if (text === 'none' && option !== '--sign-in') return undefined
  const [, method = usual, path = ''] = /^(?:([A-Za-z]+)\s+)?(\S+)$/.exec(text.trim()) ?? []
  const base = new URL(api)
  if (!base.pathname.endsWith('/')) base.pathname += '/'
  if (!path || !URL.canParse(path, base))
    throw new UsageError(
      `${option} must be a path such as "/api/v1/login" or "DELETE /logout", not "${text}"`,
    )
  const url = new URL(path, base)
  if (url.origin !== api.origin)
    throw new UsageError(`${option} is on ${url.origin}, and credentials go to ${api.origin} only`)
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
export const named = ({ method, url }: Endpoint) => `${method} ${url.pathname}`
