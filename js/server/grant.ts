import { tokenIn } from '../common/authorization.js'
import { CAMEL_CASE, FIELDS } from '../common/fields.js'
import { ownProperty } from '../common/own-property.js'
import { withoutTokens } from '../common/redaction.js'
import { serverError, situationError } from './errors.js'
import { lifetimeOf, timeOf } from './lifetime.js'
import type { Bff, Target } from './options.js'
import type { Session } from './session-types.js'

/** What an API grants in a token response. */
export interface Grant {
  access: string
  refresh: string | undefined
  /** In seconds from now; `null` if the lifetime is unknown. */
  lifetime: number | null
  /** When the session ends for good, in milliseconds since the epoch; `null` if the API does not say it. */
  endsAt: number | null
  user: unknown
}

/**
 * The characters that a header value may contain after its scheme (RFC 9110 §5.5). Tokens of Laravel Sanctum begin with
 * `1|`.
 */
const IN_HEADER = /^[!-~]+$/
/** JSON may contain any character. */
const IN_BODY = /^/
/** The maximum length of a token, in bytes. Servers refuse headers long before this length. */
const MAX_LENGTH = 64 * 1024

/**
 * Reads a token response: the token from the `Authorization` header, else from the body. The rules are those of the core
 * (`src/web/token_response.rs`); `tests/corpus/token-responses.json` holds both to them.
 *
 * @param body `undefined` if the body is not JSON
 * @param session the one that is refreshed
 * @throws AuthError with the code for the error in the response
 */
export function readGrant(
  headers: Headers,
  body: unknown,
  fields: Target['fields'],
  bff: Bff,
  session?: Session,
): Grant {
  const { refreshToken, scheme } = bff
  const inHeader = tokenIn(headers.get('authorization'), scheme)
  // Devise answers with a header and with any kind of body.
  if (inHeader === undefined && body === undefined) throw serverError('body-malformed')
  const access = readToken(inHeader ?? tokenInBody(body, fields))
  // With a cookie, a member of the body with that name is ignored.
  const refresh = refreshToken === 'cookie' ? undefined : ownProperty(body, fields.refreshToken)
  if (typeof refresh === 'string')
    checkToken(refresh, typeof refreshToken === 'object' ? IN_HEADER : IN_BODY, 'fields.refreshToken')
  // Some APIs put the token into the user. The page gets the user, so tokens are removed first.
  const shown = visible({ headers, body }, bff, session && { session })
  return {
    access,
    refresh: typeof refresh === 'string' ? refresh : undefined,
    lifetime: lifetimeOf(ownProperty(body, fields.expiresIn), access, headers.get('date')),
    endsAt: fields.endsAt === '' ? null : timeOf(ownProperty(shown, fields.endsAt)),
    user: ownProperty(shown, fields.user),
  }
}

/**
 * Whether the response to a sign-in says that another step is needed (a second factor, a confirmation by mail), and is not a
 * token response that does not fit the options: its body is empty or an object, and nothing in it looks like a token.
 *
 * @param body `undefined` if the body is not JSON
 */
export function isPending(
  response: Response,
  text: string,
  body: unknown,
  fields: Target['fields'],
  bff: Bff,
): boolean {
  if (response.status === 202) return true
  const isObject = typeof body === 'object' && body !== null && !Array.isArray(body)
  if (response.headers.has('authorization') || !(isObject || text === '')) return false
  const shown = visible({ headers: response.headers, body }, bff, fields)
  return (
    tokenInBody(body, fields) === undefined &&
    JSON.stringify(withoutNulls(body, bff)) === JSON.stringify(withoutNulls(shown, bff))
  )
}

/** What is at the place of the access token; `undefined` for null. */
function tokenInBody(body: unknown, { accessToken: path }: Target['fields']): unknown {
  const token = ownProperty(body, path) ?? undefined
  if (token !== undefined || path !== FIELDS.accessToken) return token
  return ownProperty(body, CAMEL_CASE) ?? undefined
}

/** The body without the members that the configuration calls tokens, which are `null` here. */
function withoutNulls(body: unknown, { tokenPaths }: Bff): unknown {
  if (body === undefined) return undefined
  const copy: unknown = JSON.parse(JSON.stringify(body))
  for (const path of tokenPaths) remove(copy, path)
  return copy
}

/**
 * A token that an `Authorization` header can hold.
 *
 * @throws AuthError with the code for the error
 */
export function readToken(token: unknown): string {
  if (typeof token !== 'string') throw serverError('token-missing', { option: 'fields.accessToken' })
  checkToken(token, IN_HEADER, 'fields.accessToken')
  return token
}

const byteLength = (text: string) => new TextEncoder().encode(text).length

function checkToken(token: string, allowed: RegExp, option: string) {
  if (token === '') throw empty(option)
  if (byteLength(token) > MAX_LENGTH) throw serverError('token-too-large', { option })
  if (!allowed.test(token)) throw serverError('token-malformed', { option })
}

const empty = (option: string) =>
  option === 'fields.refreshToken'
    ? situationError('token-missing', 'refreshToken', { option })
    : serverError('token-missing', { option })

interface Visibility {
  /** The path of the text for the next step of a sign-in, which stays unless it is a token. */
  challenge?: string | undefined
  /** The session with whose tokens the request was sent, which the API may repeat. */
  session?: Pick<Session, 'access' | 'refresh'> | null | undefined
}

/**
 * The part of a response that pages may see (promise 3). Every value at a path that the configuration calls a token is
 * removed, of any type, usable or not, and so is everything that {@link withoutTokens} finds.
 */
export function visible(
  { headers, body }: { headers: Headers; body: unknown },
  { tokenPaths: paths, scheme }: Bff,
  { challenge, session }: Visibility = {},
): unknown {
  if (body === undefined) return undefined
  const authorization = headers.get('authorization') ?? ''
  const sent = tokenIn(authorization, scheme) ?? authorization
  // With an empty path, the body itself is the token if it is a string. An object is an error, which the page may see.
  const isNamed = (path: string) => path !== '' || typeof body === 'string'
  const named = paths.filter(isNamed).flatMap((path) => textsOf(ownProperty(body, path)))
  const known = [session?.access, session?.refresh].filter((token) => token !== undefined)
  const kept = challenge === undefined ? undefined : ownProperty(body, challenge)
  const [shown] = withoutTokens(JSON.stringify(body), headers, [sent, ...named, ...known], kept)
  for (const path of paths) remove(shown, path)
  return shown
}

/** The strings and numbers in a value where a token was expected. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : []
}

/** Removes the own property at this dotted path. */
function remove(within: unknown, path: string) {
  const dot = path.lastIndexOf('.')
  const parent = ownProperty(within, path.slice(0, Math.max(dot, 0)))
  if (typeof parent === 'object' && parent !== null) Reflect.deleteProperty(parent, path.slice(dot + 1))
}
