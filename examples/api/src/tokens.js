import { randomBytes, randomUUID } from 'node:crypto'
import { decodeJwt, jwtVerify, SignJWT } from 'jose'

/**
 * @typedef {{ sub: string, sid: string, jti: string, roles: string[], iat?: number, exp: number }} Claims
 * @typedef {Pick<Claims, "sid" | "sub" | "jti">} Bearer
 */

/**
 * Access tokens: signed (JWT, HS256) or looked up (opaque).
 * @param {Pick<import("./settings.js").Settings, "accessTtl" | "tokenFormat" | "omitIat">} settings read at every call
 */
export function createTokens(settings) {
  let key = randomBytes(32)

  /** @type {Map<string, { claims: Claims, key: Buffer }>} */
  const opaque = new Map()

  return {
    /**
     * @param {{ sub: string, sid: string, roles: string[] }} subject
     * @returns {Promise<{ token: string, expiresIn: number }>}
     */
    async issue({ sub, sid, roles }) {
      const expiresIn = settings.accessTtl
      const now = Date.now() / 1000
      const claims = { sub, sid, roles, jti: randomUUID(), exp: numericDate(now + expiresIn) }
      if (!settings.omitIat) claims.iat = numericDate(now)

      if (settings.tokenFormat === 'opaque') {
        const token = randomBytes(32).toString('base64url')
        opaque.set(token, { claims, key })
        return { token, expiresIn }
      }
      const token = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(key)
      return { token, expiresIn }
    },

    /**
     * The claims of a token that is genuine and has not expired. It accepts both formats, whatever format is
     * issued now. It does not check whether the session has ended.
     * @param {string} token
     * @returns {Promise<Claims | undefined>}
     */
    async verify(token) {
      const known = opaque.get(token)
      const claims = known ? known.key === key && known.claims : await verifySignature(token, key)
      // jose rounds the time down to a second, which is too coarse for short lifetimes.
      return claims && claims.exp * 1000 > Date.now() ? claims : undefined
    },

    /**
     * The user and the session in the token, not verified; for the journal.
     * @param {string} token
     * @returns {{ [name in keyof Bearer]: string | null }}
     */
    describe(token) {
      const { sid = null, sub = null, jti = null } = opaque.get(token)?.claims ?? decode(token)
      return { sid, sub, jti }
    },

    /** Replaces the key. This makes every token issued so far invalid. */
    expireAll() {
      key = randomBytes(32)
    },

    reset() {
      key = randomBytes(32)
      opaque.clear()
    },
  }
}

/** A NumericDate may have a fraction (RFC 7519). The clock has milliseconds. */
function numericDate(seconds) {
  return Math.round(seconds * 1000) / 1000
}

async function verifySignature(token, key) {
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['HS256'],
      requiredClaims: ['exp'],
    })
    return payload
  } catch {
    return undefined
  }
}

function decode(token) {
  try {
    return decodeJwt(token)
  } catch {
    return {}
  }
}
