import { decodeJwt, type JWTPayload } from 'jose'
import { ownProperty } from '../own-property.js'
import { serverError } from './errors.js'
import type { Bff } from './options.js'

/** What an API grants in a token response. */
export interface Grant {
  access: string
  refresh: string | undefined
  /** In seconds from now; `null` when nothing says. */
  lifetime: number | null
  user: unknown
}

/** RFC 6750 §2.1: what an Authorization header can hold. */
const TOKEN = /^[\w.~+/-]+=*$/
const LONGEST = 64 * 1024

/**
 * Reads a token response: the token from the `Authorization` header, else from the body.
 *
 * @throws AuthError that says what is wrong with it
 */
export function readGrant(headers: Headers, body: unknown, { fields }: Bff): Grant {
  const [, bearer] = /^bearer +(.+)$/i.exec(headers.get('authorization') ?? '') ?? []
  const access = bearer ?? ownProperty(body, fields.accessToken)
  if (typeof access !== 'string') throw serverError('token-missing')
  const refresh = ownProperty(body, fields.refreshToken)
  const tokens = [access, refresh].filter((token) => typeof token === 'string')
  for (const token of tokens) {
    if (token.length > LONGEST) throw serverError('token-too-large')
    if (!TOKEN.test(token)) throw serverError('token-malformed')
  }
  return {
    access,
    refresh: typeof refresh === 'string' ? refresh : undefined,
    lifetime: lifetimeOf(ownProperty(body, fields.expiresIn), claimsOf(access), headers.get('date')),
    // Some APIs put the token into the user, whom the page gets to know.
    user: withoutTokens(ownProperty(body, fields.user), tokens),
  }
}

/** `expires_in`, else `exp − iat`, else what the server's own clock makes of `exp` (promise 5). */
function lifetimeOf(expiresIn: unknown, claims: JWTPayload | null, date: string | null): number | null {
  const { exp, iat } = claims ?? {}
  const now = iat ?? Date.parse(date ?? '') / 1000
  const seconds = expiresIn ?? (exp === undefined || Number.isNaN(now) ? null : exp - now)
  if (seconds === null) return null
  if (typeof seconds !== 'number' || !(seconds > 0) || seconds > 1e11) throw serverError('lifetime-invalid')
  return seconds
}

/** The claims of a JWT; `null` for an opaque token. */
export function claimsOf(token: string): JWTPayload | null {
  if (token.split('.').length !== 3) return null
  try {
    return decodeJwt(token)
  } catch {
    return null
  }
}

const NAMES = /^(access|id|refresh)_?token$|^(jwt|token)$/i

/** The same without whatever is, holds or is named like a token (promise 3). */
export function withoutTokens(body: unknown, tokens: readonly string[]): unknown {
  const text = JSON.stringify(body, (key, value) => {
    if (typeof value !== 'string') return value
    const isToken = tokens.some((token) => value.includes(token)) || /^eyJ.*\./.test(value) || NAMES.test(key)
    return isToken ? undefined : value
  })
  return text === undefined ? undefined : JSON.parse(text)
}
