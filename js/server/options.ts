import { type CompleteEndpoint, completeEndpoint, refreshMember, tokenPaths } from '../common/endpoint.js'
import { checkOptions } from '../common/option-checks.js'
import type { VaultOptions } from '../common/vault-options.js'
import { environment } from './environment.js'
import { serverError } from './errors.js'
import type { ServerEvent } from './events.js'
import { createLog } from './log.js'
import { SERVER_KINDS } from './option-kinds.js'
import type { SharedStore } from './shared-store.js'

/** A server that keeps the tokens to itself: browsers get an encrypted cookie that no script can read. */
export interface BffOptions
  extends Pick<
    VaultOptions,
    'check' | 'credentials' | 'csrf' | 'fields' | 'refresh' | 'refreshToken' | 'scheme' | 'signIn' | 'signOut'
  > {
  /** The origin of the API: scheme, host and port. The tokens go nowhere else. */
  api: string
  /**
   * Seals the session cookies: 32 characters or more, the same on every instance. Of several, the first seals and all
   * open, so that a secret can be replaced without signing users out: `[old, new]` everywhere, then `[new, old]`.
   */
  secret: string | readonly string[]
  /**
   * Where `session`, `sign-in`, `sign-out` and `refresh` are.
   * @default '/api/auth'
   */
  base?: string
  /**
   * Which paths of the API a page may reach through this server, under the same paths. `*` stands for one segment,
   * `**` at the end for any number, none included; a method in front allows no other: `['/api/v1/notes/**', 'GET /api/v1/me']`.
   * The API gets the ending that the rule has, with or without a slash; with `**` that of the page, with a slash after `**` always
   * one. The endpoints `signIn` and `refresh` are refused, whatever is listed.
   * @default [] none
   */
  proxy?: readonly string[]
  /**
   * Origins that the API may redirect pages to, such as a storage with signed URLs: `['https://bucket.s3.eu-central-1.amazonaws.com']`.
   * They get neither the token nor a cookie. `fetch` on the server follows there, too, to read.
   * @default [] none
   */
  redirects?: readonly string[]
  /** Headers that pages may send through, besides the usual ones of HTTP. */
  headers?: readonly string[]
  /**
   * The largest body that pages may send through, in bytes.
   * @default 10 MiB
   */
  bodyLimit?: number
  cookie?: {
    /**
     * Gets the prefix `__Host-`. Two applications on one host need two names: cookies know no ports.
     * @default 'tokencell'; where `NODE_ENV` is `development`, with the port of the address: 'tokencell-3000'
     */
    name?: string
    /** @default 'lax': links from elsewhere find the user signed in */
    sameSite?: 'lax' | 'strict'
    /**
     * `false` drops `Secure` and the prefix: in development, for pages that are opened over plain http by another name than
     * localhost (a phone), and for Safari, which takes neither from `http://localhost`.
     * @default true
     */
    secure?: boolean
    /**
     * How long a session may last from its sign-in, in seconds, however often it is refreshed.
     * @default 30 days
     */
    maxAge?: number
    /**
     * How many characters the sealed session may have, up to 11,400, where there is no `store`. The default fits into the
     * 4 KB that nginx takes of all response headers (`proxy_buffer_size`); a larger one needs larger buffers in every proxy
     * in front.
     * @default 3200
     */
    limit?: number
  }
  /**
   * Which claims of the token pages may see.
   * @default ['exp', 'iat', 'role', 'roles', 'scope', 'sub']
   */
  claims?: readonly string[]
  /**
   * After a request has come with the refreshed cookie: for how many seconds requests that still have the previous cookie
   * get the refreshed session. Before that, they get it as long as the session lasts.
   * @default 60
   */
  grace?: number
  /**
   * What several instances have in common, so that they refresh once between them: unstorage, or the like. It holds the
   * sessions, sealed, and cookies hold their ids.
   */
  store?: SharedStore
  /**
   * Keeps the process at work until this promise has settled, on hosts that stop it when a response is sent: `waitUntil` of
   * `cloudflare:workers` or of `@vercel/functions`. Without it, such a host may lose the answer of a slow refresh.
   */
  waitUntil?: (work: Promise<unknown>) => void
  /** Further origins of this application, if the proxy in front of it changes the host. */
  origins?: readonly string[]
  /** Allows plain `http` to an API that is not on this machine, as in a private network. */
  allowInsecureHttp?: boolean
  /**
   * How many proxies of yours are in front of this server, each of which adds an entry to `X-Forwarded-For`; 0 if there is none.
   * The API gets the address of the visitor in `X-Forwarded-For` and `Forwarded`, with every request, refresh and sign-out.
   * @default the address that Cloudflare Workers, Vercel, Netlify or Fly.io gives, and elsewhere none: every client could forge it
   */
  trustProxy?: number
  /** Extra headers for the API, for example `X-Tenant`. Called for every request of a page. */
  forward?: (request: Request) => Record<string, string>
  /** Called for everything worth logging. */
  onEvent?: (event: ServerEvent) => void
  /**
   * Writes a line when the API or the store does not answer, or the set-up is wrong; the same line once a minute. No line has a
   * secret. `false` for none.
   * @default console.error
   */
  logger?: ((line: string) => void) | false
}

export type Bff = ReturnType<typeof resolveOptions>

/** An endpoint of the API. */
export interface Target extends CompleteEndpoint {
  url: URL
}

const DAY = 24 * 60 * 60

/**
 * Fills in the defaults, and checks what can be.
 *
 * @throws AuthError that names the option
 */
export function resolveOptions(options: BffOptions) {
  checkOptions(options, SERVER_KINDS)
  const api = parseOrigin('api', options.api, options.allowInsecureHttp)
  const secrets = [options.secret].flat() as string[]
  if (secrets.length === 0 || secrets.some((secret) => typeof secret !== 'string' || secret.length < 32))
    throw serverError('secret-weak', { option: 'secret' })
  const { name, sameSite = 'lax', secure = true, maxAge = 30 * DAY, limit = 3200 } = options.cookie ?? {}
  if (options.signIn === undefined) throw serverError('endpoint-missing', { option: 'signIn' })

  const { logger = console.error } = options
  const hasPort = name === undefined && environment().NODE_ENV === 'development'
  const log = createLog(api, logger || (() => {}))
  const signIn = parseEndpoint('signIn', options, api) as Target
  const refresh = parseEndpoint('refresh', options, api)
  const signOut = parseEndpoint('signOut', options, api)
  return {
    api,
    secrets,
    signIn,
    refresh,
    signOut,
    check: options.check === undefined ? undefined : parseEndpoint('check', options, api)?.url.href,
    refreshToken: placeOf(options.refreshToken),
    refreshMember: refreshMember(options.refreshToken, options.fields),
    tokenPaths: tokenPaths([signIn, refresh, signOut]),
    scheme: options.scheme ?? 'Bearer',
    base: (options.base ?? '/api/auth').replace(/\/$/, ''),
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
    /** An error in the listener is ignored. */
    tell(event: ServerEvent) {
      log(event)
      const heard = (async () => options.onEvent?.(event))()
      heard.catch(console.error)
    },
  }
}

function parseOrigin(option: string, given: string, allowInsecureHttp = false): string {
  if (!URL.canParse(given)) throw serverError('origin-malformed', { option })
  const url = new URL(given)
  if (!/^https?:$/.test(url.protocol) || url.href !== `${url.origin}/`)
    throw serverError('origin-malformed', { option })
  const isHere = /^(127(\.\d+){3}|\[::1\]|(.+\.)?localhost)$/.test(url.hostname)
  if (url.protocol === 'http:' && !isHere && !allowInsecureHttp)
    throw serverError('origin-insecure', { option })
  return url.origin
}

/** Where refresh tokens go. */
function placeOf(given: BffOptions['refreshToken'] = 'cookie'): 'body' | 'cookie' | { header: string } {
  return typeof given === 'object' && 'body' in given ? 'body' : given
}

function parseEndpoint(
  option: 'check' | 'refresh' | 'signIn' | 'signOut',
  options: BffOptions,
  api: string,
): Target | undefined {
  const given = options[option]
  if (given === undefined) return undefined
  const endpoint = completeEndpoint(given, options)
  if (!URL.canParse(endpoint.path, api)) throw serverError('endpoint-malformed', { option })
  const url = new URL(endpoint.path, api)
  if (url.origin !== api) throw serverError('endpoint-outside-origins', { option })
  return { ...endpoint, url }
}
