import { errors, jwtVerify, SignJWT } from 'jose'

/** Access tokens: JWTs that name their session. Contract, 2, 18, 28 and 29. */
export function createAccessTokens({ accessKeys, accessLifetime, issuer, now }) {
  const [{ id, secret }] = accessKeys
  function keyOf({ kid }) {
    const key = accessKeys.find((each) => each.id === kid)
    if (!key) throw new errors.JWKSNoMatchingKey()
    return key.secret
  }

  return {
    /** @returns {Promise<{ access_token: string, token_type: 'Bearer', expires_in: number }>} */
    async issue(session) {
      const issuedAt = Math.floor(now() / 1000)
      const sessionEnd = Math.floor(session.expires_at / 1000)
      const expiry = Math.min(issuedAt + accessLifetime / 1000, sessionEnd)
      const token = await new SignJWT({ sid: session.id })
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid: id })
        .setIssuer(issuer)
        .setSubject(String(session.user_id))
        .setIssuedAt(issuedAt)
        .setExpirationTime(expiry)
        .sign(secret)
      return { access_token: token, token_type: 'Bearer', expires_in: expiry - issuedAt }
    },

    /** The id of the session that a genuine token names. For a sign-out, the token may have expired. */
    async sessionOf(token, { acceptExpired = false } = {}) {
      const options = {
        issuer,
        algorithms: ['HS256'],
        requiredClaims: ['sid', 'sub', 'exp'],
        currentDate: now(),
      }
      try {
        return (await jwtVerify(token, keyOf, options)).payload.sid
      } catch (error) {
        // jose checks the signature and the issuer before the expiry.
        return acceptExpired && error instanceof errors.JWTExpired ? error.payload.sid : undefined
      }
    },
  }
}
