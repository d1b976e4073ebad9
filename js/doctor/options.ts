import { isHere, type Topology, topology } from './topology.js'

/** What is wrong with a command, and how to mend it. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export interface Endpoint {
  method: string
  url: URL
}

/** How a request proves that a page of the application sent it: the option `csrf` of a vault. */
export type Csrf = { header: string; value: string } | { header: string; cookie: string } | false

export interface Credentials {
  email: string
  password: string
}

/** What the command line says. */
export interface DoctorOptions {
  /** What the endpoints are below. */
  url: string
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
  /** `Header: value`, `Header=name-of-a-cookie` or `none`. */
  csrf?: string | undefined
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
  plainHttp?: boolean
}

/** The same, parsed and completed. */
export type Plan = ReturnType<typeof plan>

/** @throws UsageError that names the option */
export function plan(options: DoctorOptions) {
  const api = parseUrl('<url>', options.url)
  const page = parseOrigin(options.origin ?? api.origin)
  const endpoint = (option: string, text: string) => parseEndpoint(option, text, api)
  const { credentials, plainHttp = false } = options
  const plan = {
    api,
    page,
    topology: topology(page, api.origin) satisfies Topology,
    endpoints: {
      signIn: parseEndpoint('--sign-in', options.signIn ?? 'login', api, 'POST') as Endpoint,
      refresh: parseEndpoint('--refresh', options.refresh ?? 'refresh', api, 'POST'),
      signOut: parseEndpoint('--sign-out', options.signOut ?? 'DELETE logout', api, 'POST'),
      me: endpoint('--me', options.me ?? 'GET me'),
    },
    credentials,
    fields: { email: 'email', password: 'password', ...options.fields },
    csrf: parseCsrf(options.csrf),
    /** Whether a readable cookie may turn out to be what the API wants repeated. */
    isCsrfOpen: options.csrf === undefined,
    grace: options.grace ?? 30,
    timeout: options.timeout ?? 10,
    rateLimit: options.rateLimit ?? false,
    guess: options.guess ?? false,
    /** Which endpoints were named, and are not to be guessed. */
    isNamed: {
      signIn: options.signIn !== undefined,
      refresh: options.refresh !== undefined,
      signOut: options.signOut !== undefined,
      me: options.me !== undefined,
    },
    insecure: options.insecure ?? false,
  }
  if (credentials && api.protocol === 'http:' && !isHere(api) && !plainHttp)
    throw new UsageError(
      `${api.origin} is plain http on another machine: the password would travel in clear. ` +
        'Give the https URL, or --plain-http if the network is yours, or --anonymous.',
    )
  return plan
}

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
function parseEndpoint(option: string, text: string, api: URL, usual = 'GET'): Endpoint | undefined {
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
