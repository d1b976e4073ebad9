import { base64url } from 'jose'
import { serverError } from './errors.js'

/** The claims of an access token. They are a hint for scheduling and display, and never an authorisation. */
export interface JwtClaims extends Readonly<Record<string, unknown>> {
  /** Expiry, in seconds since the epoch (RFC 7519 §4.1.4). */
  exp?: number | null
  /** Time of issue, in seconds since the epoch (RFC 7519 §4.1.6). */
  iat?: number | null
}

/** `{"` in base64url. In practice, the header of every JWT begins with this text, and no opaque token does by accident. */
const JSON_OBJECT = 'eyJ'
/** The maximum depth of a payload. The core has the same limit (`src/claims.rs`). */
const MAX_DEPTH = 32

/**
 * The claims of a JWT, by the same rules as in `src/claims.rs`; `null` for an opaque token.
 *
 * @throws AuthError `claims-malformed` if the payload is not a JSON object, or if a claim has the wrong type
 */
export function readClaims(token: string): JwtClaims | null {
  const [header = '', payload = '', ...rest] = token.split('.')
  if (rest.length !== 1 || !header.startsWith(JSON_OBJECT)) return null
  const claims = parse(payload.replace(/=+$/, ''))
  const isNumericDate = (value: unknown) => value == null || typeof value === 'number'
  const isSubject = (value: unknown) =>
    value == null || typeof value === 'string' || typeof value === 'number'
  if (!claims || !isNumericDate(claims.exp) || !isNumericDate(claims.iat) || !isSubject(claims.sub))
    throw serverError('claims-malformed')
  return claims
}

function parse(payload: string): Record<string, unknown> | undefined {
  try {
    const bytes = base64url.decode(payload)
    // `decode` ignores spaces, and bits that must be zero.
    if (base64url.encode(bytes) !== payload) return undefined
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    const claims: unknown = depthOf(text) > MAX_DEPTH ? undefined : JSON.parse(text)
    const isClaims = typeof claims === 'object' && claims !== null && !Array.isArray(claims)
    return isClaims ? (claims as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** How deep this JSON is nested. */
function depthOf(json: string): number {
  let depth = 0
  let deepest = 0
  for (const [character] of json.replace(/"(\\.|[^"\\])*"/gs, '').matchAll(/[[\]{}]/g)) {
    depth += '[{'.includes(character) ? 1 : -1
    deepest = Math.max(deepest, depth)
  }
  return deepest
}
