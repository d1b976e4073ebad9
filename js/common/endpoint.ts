import { CAMEL_CASE, FIELDS } from './fields.js'
import { ownCopy } from './own-property.js'

/**
 * The header that protects against CSRF (cross-site request forgery). Its value is fixed, comes from a readable cookie, or
 * from the API ({@link CsrfSource}). `false`: no header.
 */
export type Csrf =
  | { header: string; value: string }
  | { header: string; cookie: string }
  | { header: string; from: CsrfSource }
  | false

/** {@link Csrf} of one endpoint: without a token that the API gives. */
export type FixedCsrf = Exclude<Csrf, { from: CsrfSource }>

/**
 * Where the API or its page gives a CSRF token. If a request is refused with 403, 419 or 422, the token is read anew; if it
 * is another one, the request is sent once more. Every request to the API that may change data has the header, and all
 * requests to the API include cookies.
 */
export type CsrfSource =
  /** A dotted path in the body of a sign-in or refresh. */
  | { field: string }
  /** A header of any response of the API. A cross-origin API must expose it. */
  | { responseHeader: string }
  /**
   * The name of a `<meta>` element of an HTML page of the API, such as `csrf-token` of Rails. The page at `endpoint` is
   * requested before the first write (default: `/`).
   */
  | { meta: string; endpoint?: string }
  /**
   * An endpoint that is requested with GET before the first write. The token is at the dotted path `field` of its body
   * (default: `csrf_token`), or in the header `responseHeader`.
   */
  | { endpoint: string; field?: string; responseHeader?: string }

/** Where the values are in the body of a token response, as dotted paths. */
export interface Fields {
  /** @default 'access_token', or 'accessToken' if that is missing */
  accessToken?: string
  /** @default 'expires_in' */
  expiresIn?: string
  /** @default 'refresh_token' */
  refreshToken?: string
  /**
   * Why the API refused a refresh. The value becomes the `serverReason` of the snapshot.
   * @default 'reason'
   */
  reason?: string
  /**
   * When the session ends for good: a number of seconds from now, a Unix time in seconds or milliseconds, or a date. The
   * value becomes `endsAt` of the snapshot.
   * @default none
   */
  endsAt?: string
  /**
   * A short-lived text for the next step of a sign-in, such as `'mfa_token'`: the page gets it in the body of a sign-in that
   * is `pending` or `refused`, and sends it back in the next exchange. Without this option it is removed if it is a JWT or
   * is named like a token. Never name a credential here; a value that the other options call a token is removed
   * nevertheless.
   * @default none
   */
  challenge?: string
  /**
   * The user; `''` if the whole body is the user.
   * @default 'user'
   */
  user?: string
}

/** A path or URL, requested with POST; or an object with the path and the settings in which this endpoint differs. */
export type Endpoint = string | EndpointOptions

export interface EndpointOptions {
  /** A path or URL. A relative one is resolved against the first of `origins`. */
  path: string
  /** @default 'POST' */
  method?: string
  /** Extra members for the body of every request, such as `{ grant_type: 'refresh_token', client_id: 'web' }` for OAuth. */
  body?: Readonly<Record<string, string>>
  /**
   * How the body is encoded: as JSON, or as a form (`application/x-www-form-urlencoded`). A sign-in with `FormData`, text
   * or `URLSearchParams` is sent unchanged.
   * @default 'json'
   */
  encoding?: 'json' | 'form'
  /**
   * A fixed value, a cookie, or `false`. A token that the API gives (`from`) is set for all endpoints together.
   * @default `csrf` of the vault
   */
  csrf?: FixedCsrf
  /** @default `credentials` of the vault */
  credentials?: 'include' | 'omit'
  /** @default `fields` of the vault, for each member that is not set here */
  fields?: Fields
}

export interface RefreshOptions extends EndpointOptions {
  /**
   * The statuses that end the session. With any other status below 500 the refresh fails with `status-unexpected` and is
   * retried.
   * @default [400, 401, 403]
   */
  endsOn?: readonly number[]
}

/** The settings of all endpoints that do not have their own. */
export interface EndpointDefaults {
  csrf?: Csrf | undefined
  credentials?: 'include' | 'omit' | undefined
  fields?: Fields | undefined
}

export type CompleteEndpoint = ReturnType<typeof completeEndpoint>

/** Fills in the defaults of an endpoint. */
export function completeEndpoint(endpoint: Endpoint | RefreshOptions, defaults: EndpointDefaults) {
  const own = ownCopy<RefreshOptions>(typeof endpoint === 'string' ? { path: endpoint } : endpoint)
  return {
    path: own.path,
    method: own.method ?? 'POST',
    body: own.body ?? {},
    encoding: own.encoding ?? ('json' as const),
    csrf: own.csrf ?? defaults.csrf ?? { header: 'X-Requested-With', value: 'tokencell' },
    credentials: own.credentials ?? defaults.credentials ?? ('include' as const),
    fields: { ...FIELDS, ...defaults.fields, ...own.fields },
    endsOn: own.endsOn ?? [400, 401, 403],
  }
}

/** Fills in the defaults of the endpoint for the user, which is requested with GET. */
export function userEndpoint(endpoint: Endpoint, defaults: EndpointDefaults): CompleteEndpoint {
  const own = typeof endpoint === 'string' ? { path: endpoint } : endpoint
  return completeEndpoint({ method: 'GET', ...own }, defaults)
}

/** Encodes the members as a body. Returns the body and its content type. */
export function encodeBody(
  members: Readonly<Record<string, unknown>>,
  encoding: 'json' | 'form',
): [body: string, contentType: string] {
  if (encoding === 'json') return [JSON.stringify(members), 'application/json']
  const texts = Object.entries(members).map(([name, value]) => [name, String(value)])
  return [new URLSearchParams(texts).toString(), 'application/x-www-form-urlencoded']
}

/**
 * Encodes the body of a sign-in whose credentials are JSON: adds the members of the endpoint and uses its encoding. Returns
 * the body and its content type.
 */
export function encodeCredentials(
  json: string,
  endpoint: Pick<CompleteEndpoint, 'body' | 'encoding'> | undefined,
): [body: string, contentType: string] {
  const { body = {}, encoding = 'json' } = endpoint ?? {}
  if (encoding === 'json' && Object.keys(body).length === 0) return [json, 'application/json']
  return encodeBody({ ...body, ...(JSON.parse(json) as Record<string, unknown>) }, encoding)
}

/** Where the tokens are in the responses of these endpoints, as dotted paths. */
export const tokenPaths = (endpoints: readonly (CompleteEndpoint | undefined)[]) => [
  ...new Set(
    endpoints.flatMap((endpoint) => {
      if (!endpoint) return []
      const { accessToken, refreshToken } = endpoint.fields
      return accessToken === FIELDS.accessToken
        ? [accessToken, CAMEL_CASE, refreshToken]
        : [accessToken, refreshToken]
    }),
  ),
]

/**
 * The name of the refresh token in the body of a request: the given name; without one, the last name in the path of the
 * token in responses.
 */
export const refreshMember = (refreshToken: unknown, fields: Fields | undefined) =>
  typeof refreshToken === 'object' && refreshToken !== null && 'body' in refreshToken
    ? (refreshToken.body as string)
    : ((fields?.refreshToken ?? FIELDS.refreshToken).split('.').at(-1) as string)
