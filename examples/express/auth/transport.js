import { toUser } from './checks.js'

/** How tokens are sent: the refresh token in a cookie, the access token in the body. Contract, 12 and 23. */
export function createTransport({ config, accessTokens, refreshTokens }) {
  const { name, attributes } = config.cookie
  // Without decoding: these tokens need none, and a value with other bytes is not a token.
  const pattern = new RegExp(`(?:^|; *)${name}=([\\w.-]+)`)
  const readCookie = (req) => pattern.exec(req.get('Cookie') ?? '')?.[1]
  const readToken = (req) => refreshTokens.read(readCookie(req) ?? '')

  return {
    readCookie,
    readToken,
    clearCookie: (res) => res.clearCookie(name, attributes),

    /** @returns {import('./sessions.js').Device} */
    deviceOf: (req) => ({
      replaces: readToken(req)?.sessionId,
      userAgent: req.get('User-Agent'),
      address: req.ip,
    }),

    /** @param {import('./sessions.js').Grant} grant */
    async answer(res, { session, token }) {
      res.cookie(name, token.text, { ...attributes, maxAge: session.idle_expires_at - config.now() })
      res.json({ ...(await accessTokens.issue(session)), user: toUser(session) })
    },
  }
}
