import { FIELDS } from './fields.js'

/** How requests against forgery (CSRF) are told apart: a header with a fixed value, or with that of a readable cookie. */
export type Csrf = { header: string; value: string } | { header: string; cookie: string } | false

/** Where things are in the body of a token response, as dotted paths. */
export interface Fields {
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

/** A path or URL, which is asked with POST, or that and whatever this endpoint does differently from the others. */
export type Endpoint = string | EndpointOptions

export interface EndpointOptions {
  /** A path or URL; a relative one is meant for the first of `origins`. */
  path: string
  /** @default 'POST' */
  method?: string
  /** What every request has in its body besides, as `{ grant_type: 'refresh_token', client_id: 'web' }` for OAuth. */
  body?: Readonly<Record<string, string>>
  /**
   * How the body is written: as JSON, or as a form (`application/x-www-form-urlencoded`). A sign-in with `FormData`, text or
   * `URLSearchParams` goes out as it is.
   * @default 'json'
   */
  encoding?: 'json' | 'form'
  /** @default `csrf` of the vault */
  csrf?: Csrf
  /** @default `credentials` of the vault */
  credentials?: 'include' | 'omit'
  /** @default `fields` of the vault, each by itself */
  fields?: Fields
}

export interface RefreshOptions extends EndpointOptions {
  /**
   * The statuses that end the session. With any other below 500 the refresh fails with `status-unexpected`, and is tried
   * again.
   * @default [400, 401, 403]
   */
  endsOn?: readonly number[]
}

/** What endpoints have in common. */
export interface EndpointDefaults {
  csrf?: Csrf | undefined
  credentials?: 'include' | 'omit' | undefined
  fields?: Fields | undefined
}

export type CompleteEndpoint = ReturnType<typeof completeEndpoint>

/** The endpoint with everything that it does not say. */
export function completeEndpoint(endpoint: Endpoint | RefreshOptions, defaults: EndpointDefaults) {
  const own: RefreshOptions = typeof endpoint === 'string' ? { path: endpoint } : endpoint
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

/** The members as a body, and its type. */
export function encodeBody(
  members: Readonly<Record<string, unknown>>,
  encoding: 'json' | 'form',
): [body: string, contentType: string] {
  if (encoding === 'json') return [JSON.stringify(members), 'application/json']
  const texts = Object.entries(members).map(([name, value]) => [name, String(value)])
  return [new URLSearchParams(texts).toString(), 'application/x-www-form-urlencoded']
}

/** The body of a sign-in given as JSON, with the members and in the encoding of its endpoint, and the type of that body. */
export function encodeCredentials(
  json: string,
  endpoint: Pick<CompleteEndpoint, 'body' | 'encoding'> | undefined,
): [body: string, contentType: string] {
  const { body = {}, encoding = 'json' } = endpoint ?? {}
  if (encoding === 'json' && Object.keys(body).length === 0) return [json, 'application/json']
  return encodeBody({ ...body, ...(JSON.parse(json) as Record<string, unknown>) }, encoding)
}

/** Where tokens are in the answers of these endpoints, as dotted paths. */
export const tokenPaths = (endpoints: readonly (CompleteEndpoint | undefined)[]) => [
  ...new Set(
    endpoints.flatMap((endpoint) =>
      endpoint ? [endpoint.fields.accessToken, endpoint.fields.refreshToken] : [],
    ),
  ),
]

/** The name that a refresh token has in a body: the given one, else the last of the path where answers have it. */
export const refreshMember = (
  refreshToken: unknown,
  { refreshToken: path = FIELDS.refreshToken }: Fields = {},
) =>
  typeof refreshToken === 'object' && refreshToken !== null && 'body' in refreshToken
    ? (refreshToken.body as string)
    : (path.split('.').at(-1) as string)
