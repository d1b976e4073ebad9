/**
 * The token of the `Authorization` header, checked or not.
 * @param {import("express").Request} req
 * @returns {string | undefined}
 */
export function readBearer(req) {
  return /^Bearer +(\S+) *$/i.exec(req.get('Authorization') ?? '')?.[1]
}

/**
 * Lets a request through whose access token is valid and whose session lives; the claims are then
 * in `req.auth`.
 * @param {Pick<import("./api.js").Api, "tokens" | "sessions">} api
 * @returns {import("express").RequestHandler}
 */
export function requireBearer({ tokens, sessions }) {
  return async (req, res, next) => {
    const token = readBearer(req)
    const claims = token && (await tokens.verify(token))
    // Because the session is looked up, a sign-out takes effect before the token expires.
    if (!claims || !sessions.isLive(claims.sid)) return refuseBearer(req, res)
    req.auth = claims
    next()
  }
}

/**
 * Lets a request through that has one of the roles. Comes after `requireBearer`.
 * @param {...string} roles
 * @returns {import("express").RequestHandler}
 */
export function requireRole(...roles) {
  return (req, res, next) => {
    if (roles.some((role) => req.auth.roles.includes(role))) next()
    else res.status(403).json({ error: 'forbidden' })
  }
}

/**
 * Responds with 401 as in RFC 6750, which has no error code for a request without a token.
 * @param {import("express").Request} req
 * @param {import("express").Response} res
 */
export function refuseBearer(req, res) {
  const sent = req.get('Authorization') !== undefined
  res
    .status(401)
    .set('WWW-Authenticate', sent ? 'Bearer error="invalid_token"' : 'Bearer')
    .json({ error: sent ? 'invalid_token' : 'unauthorized' })
}
