import {
  type CompleteEndpoint,
  type Csrf,
  type CsrfSource,
  completeEndpoint,
  type Endpoint,
  refreshMember,
  tokenPaths,
  userEndpoint,
} from '../common/endpoint.js'
import { idleMillis } from '../common/idle.js'
import { checkOptions } from '../common/option-checks.js'
import type { VaultOptions } from '../common/vault-options.js'
import type { SourcedCsrf } from './csrf-source.js'
import { environment } from './environment.js'
import { serverError, situationError } from './errors.js'
import type { ServerEvent } from './events.js'
import { createLog } from './log.js'
import { SERVER_KINDS } from './option-kinds.js'
import { hasOwn, ownCopy } from './own.js'
import { isWeakSecret } from './secret-strength.js'
import type { SharedStore } from './shared-store.js'

/** The options of a server that keeps the tokens. Browsers get an encrypted cookie that no script can read. */
export interface BffOptions
  extends Pick<
    VaultOptions,
    | 'check'
    | 'credentials'
    | 'exchanges'
    | 'fields'
    | 'idle'
    | 'refresh'
    | 'refreshToken'
    | 'renewHeader'
    | 'scheme'
    | 'signIn'
    | 'signOut'
    | 'user'
  > {
  /**
   * As in a vault, without `meta`. With `from`, the token is kept in the session, every request of a page that may change
   * data has it, and the API gets the cookies that it has set for the session with every request.
   */
  csrf?: Exclude<Csrf, { from: unknown }> | { header: string; from: Exclude<CsrfSource, { meta: string }> }
  /** The origin of the API: scheme, host and port. The tokens are sent to this origin only. */
  api: string
  /**
   * Seals the session cookies: random text of 32 characters or more (`openssl rand -base64 32`), the same on every instance.
   * A text that can be guessed, such as `changeme…`, is refused. In a list, the first secret seals and
   * every secret opens. To replace a secret without signing users out, deploy `[old, new]` on every instance, then
   * `[new, old]`.
   */
  secret: string | readonly string[] | undefined
  /**
   * The path of the routes `session`, `sign-in`, `sign-out` and `refresh`.
   * @default '/api/auth'
   */
  basePath?: string
  /**
   * The paths of the API that pages may reach through this server. Pages use the same paths as the API. `*` matches one
   * segment. `**` at the end matches any number of segments, including none. A method before the path allows only that
   * method: `['/api/v1/notes/**', 'GET /api/v1/me']`.
   *
   * A rule without `**` decides whether the path that is sent to the API ends with a slash. With `**`, the path is sent
   * as the page wrote it. With `**` and a slash, it always ends with a slash. The endpoints `signIn`, `refresh` and
   * `exchanges` are always refused. So is a path that servers read differently, for example with a second encoding or a
   * backslash, and, by a rule with `*`, a short response with a token where token responses have it.
   * @default [] none
   */
  proxy?: readonly string[]
  /**
   * Origins that the API may redirect pages to, for example a storage with signed URLs:
   * `['https://bucket.s3.eu-central-1.amazonaws.com']`. These origins get neither the token nor a cookie. `fetch` on the
   * server also follows redirects to them, for requests that only read (GET and HEAD).
   * @default [] none
   */
  redirects?: readonly string[]
  /** Request headers that pages may send to the API, in addition to the usual headers of HTTP. */
  headers?: readonly string[]
  /**
   * The largest request body that pages may send through this server, in bytes.
   * @default 10 MiB
   */
  bodyLimit?: number
  cookie?: {
    /**
     * The name of the session cookie. It gets the prefix `__Host-`. Two applications on one host need two names, because
     * browsers send cookies to all ports of a host.
     * @default 'tokencell'; if `NODE_ENV` is `development`, with the port of the address: 'tokencell-3000'
     */
    name?: string
    /** @default 'lax': a user who follows a link from another site is still signed in */
    sameSite?: 'lax' | 'strict'
    /**
     * `false` drops `Secure` and the prefix `__Host-`. Use it in development only: for pages that are opened over plain
     * http with a host name other than localhost (on a phone, for example), and for Safari, which rejects both on
     * `http://localhost`.
     * @default true
     */
    secure?: boolean
    /**
     * How long a session may last after the sign-in, in seconds. Refreshes do not extend it.
     * @default 30 days
     */
    maxAge?: number
    /**
     * The maximum length of the sealed session in characters, up to 11,400. It applies without a `store`. The default
     * fits into the 4 KB that nginx reserves for all response headers (`proxy_buffer_size`). A larger limit needs larger
     * buffers in every proxy in front of this server.
     * @default 3200
     */
    limit?: number
  }
  /**
   * The claims of the token that pages may see.
   * @default ['exp', 'iat', 'role', 'roles', 'scope', 'sub']
   */
  claims?: readonly string[]
  /**
   * For how many seconds a request that still has the previous cookie gets the refreshed session. The time starts when
   * the first request with the refreshed cookie arrives. Before that, requests with the previous cookie get the refreshed
   * session as long as the session lasts.
   * @default 60
   */
  grace?: number
  /**
   * A store that all instances share, such as unstorage. With it, the instances refresh a session only once between them.
   * The store holds the sealed sessions, and the cookies hold only their ids.
   */
  store?: SharedStore
  /**
   * Keeps the process running until the promise has settled, on hosts that stop the process when the response is sent:
   * `waitUntil` of `cloudflare:workers` or of `@vercel/functions`. Without it, such a host may lose the response of a
   * slow refresh.
   */
  waitUntil?: (work: Promise<unknown>) => void
  /** Additional origins of this application. Needed if the proxy in front of the application changes the host. */
  origins?: readonly string[]
  /** Allows plain `http` to an API on another machine, for example in a private network. */
  allowInsecureHttp?: boolean
  /**
   * How many of your own proxies are in front of this server, if each adds an entry to `X-Forwarded-For`; 0 if there is
   * none. With every request, refresh and sign-out, the API gets the address of the visitor in `X-Forwarded-For` and
   * `Forwarded`.
   * @default the address that Cloudflare Workers, Vercel, Netlify or Fly.io gives; elsewhere no address, because every
   * client could forge it
   */
  trustProxy?: number
  /** Extra headers for the API, for example `X-Tenant`. Called for every request of a page. */
  forward?: (request: Request) => Record<string, string>
  /** Called for every event that is worth logging. */
  onEvent?: (event: ServerEvent) => void
  /**
   * Writes a line when the API or the store does not answer, or when the configuration is wrong. The same line is written
   * at most once a minute. No line contains a secret. `false` turns the log off.
   * @default console.error
   */
  logger?: ((line: string) => void) | false
}

export type Bff = ReturnType<typeof resolveOptions>

/** The path of an endpoint has no members. An object with the path has its own members only. */
const ownEndpoint = (endpoint: Endpoint) =>
  typeof endpoint === 'string' ? ownCopy({ path: endpoint }) : endpoint

const NONE: Readonly<Record<string, never>> = Object.create(null)

/** An endpoint of the API. */
export interface Target extends CompleteEndpoint {
  url: URL
}

const DAY = 24 * 60 * 60

/**
 * Fills in the defaults, and validates the options.
 *
 * @throws AuthError that names the option
 */
export function resolveOptions(given: BffOptions) {
  const options = ownCopy(given)
  checkOptions(options, SERVER_KINDS)
  const api = parseOrigin('api', options.api, options.allowInsecureHttp)
  const secrets = [options.secret].flat() as string[]
  if (secrets.length === 0 || secrets.some(isWeakSecret))
    throw serverError('secret-weak', { option: 'secret' })
  const { name, sameSite = 'lax', secure = true, maxAge = 30 * DAY, limit = 3200 } = options.cookie ?? NONE
  if (options.signIn === undefined) throw serverError('endpoint-missing', { option: 'signIn' })

  const { logger = console.error } = options
  const hasPort = name === undefined && environment().NODE_ENV === 'development'
  const log = createLog(api, logger || (() => {}))
  const signIn = parseEndpoint('signIn', options, api) as Target
  const refresh = parseEndpoint('refresh', options, api)
  const signOut = parseEndpoint('signOut', options, api)
  const csrfSource = parseCsrfSource(options, api)
  const exchanges = new Map(
    Object.entries(options.exchanges ?? NONE).map(([name, endpoint]) => [
      name,
      parseTarget(`exchanges.${name}`, completeEndpoint(ownEndpoint(endpoint), options), api),
    ]),
  )
  return {
    api,
    secrets,
    signIn,
    exchanges,
    user: parseEndpoint('user', options, api),
    refresh,
    signOut,
    check: options.check === undefined ? undefined : parseEndpoint('check', options, api)?.url.href,
    idle: options.idle && idleMillis(options.idle),
    csrfSource,
    renewHeader: options.renewHeader?.toLowerCase(),
    refreshToken: placeOf(options.refreshToken),
    refreshMember: refreshMember(options.refreshToken, options.fields ?? NONE),
    tokenPaths: [
      ...tokenPaths([signIn, refresh, signOut, ...exchanges.values()]),
      ...(csrfSource && hasOwn(csrfSource.from, 'field') ? [csrfSource.from.field] : []),
    ],
    scheme: options.scheme ?? 'Bearer',
    basePath: (options.basePath ?? '/api/auth').replace(/\/$/, ''),
    proxy: options.proxy ?? [],
    redirects: (options.redirects ?? []).map((origin) => parseOrigin('redirects', origin, true)),
    headers: (options.headers ?? []).map((name) => name.toLowerCase()),
    bodyLimit: options.bodyLimit ?? 10 * 1024 * 1024,
    cookie: {
      name: `${secure ? '__Host-' : ''}${name ?? 'tokencell'}`,
      hasPort,
      sameSite,
      secure,
      maxAge,
      limit,
    },
    claims: options.claims ?? ['exp', 'iat', 'role', 'roles', 'scope', 'sub'],
    grace: options.grace ?? 60,
    store: options.store,
    waitUntil: options.waitUntil ?? (() => {}),
    origins: options.origins ?? [],
    trustProxy: options.trustProxy,
    forward: options.forward ?? ((): Record<string, string> => ({})),
    /** An error that the listener throws is written to the console only. */
    emit(event: ServerEvent) {
      log(event)
      const heard = (async () => options.onEvent?.(event))()
      heard.catch(console.error)
    },
  }
}

/** Whether this is a name of the machine itself. No other machine can receive requests to it. */
export const isLocal = (hostname: string) => /^(127(\.\d+){3}|\[::1\]|(.+\.)?localhost)$/.test(hostname)

function parseOrigin(option: string, given: string, allowInsecureHttp = false): string {
  if (!given) throw situationError('origin-malformed', 'unset', { option })
  if (!URL.canParse(given)) throw serverError('origin-malformed', { option })
  const url = new URL(given)
  if (!/^https?:$/.test(url.protocol) || url.href !== `${url.origin}/`)
    throw serverError('origin-malformed', { option })
  if (url.protocol === 'http:' && !isLocal(url.hostname) && !allowInsecureHttp)
    throw serverError('origin-insecure', { option })
  return url.origin
}

/** How the refresh token is sent. */
function placeOf(given: BffOptions['refreshToken'] = 'cookie'): 'body' | 'cookie' | { header: string } {
  return typeof given === 'object' && hasOwn(given, 'body') ? 'body' : given
}

function parseEndpoint(
  option: 'check' | 'refresh' | 'signIn' | 'signOut' | 'user',
  options: BffOptions,
  api: string,
): Target | undefined {
  const given = options[option]
  if (given === undefined) return undefined
  const complete = option === 'user' ? userEndpoint : completeEndpoint
  return parseTarget(option, complete(ownEndpoint(given), options), api)
}

function parseCsrfSource(options: BffOptions, api: string): SourcedCsrf | undefined {
  const { csrf } = options
  if (!csrf || !hasOwn(csrf, 'from')) return undefined
  const { header, from } = csrf
  const path = hasOwn(from, 'endpoint') ? from.endpoint : undefined
  const endpoint = path === undefined ? undefined : completeEndpoint(ownEndpoint(path), options)
  return { header, from, url: endpoint && parseTarget('csrf.from.endpoint', endpoint, api).url }
}

function parseTarget(option: string, endpoint: CompleteEndpoint, api: string): Target {
  if (!URL.canParse(endpoint.path, api)) throw serverError('endpoint-malformed', { option })
  const url = new URL(endpoint.path, api)
  if (url.origin !== api) throw serverError('endpoint-outside-origins', { option })
  return ownCopy({ ...endpoint, url })
}
