import { Refusal } from './refusal.js'

/** The checks before a route runs. */
export function createChecks({ config, store, accessTokens }) {
  const unauthorized = (req) => {
    const wasSent = req.get('Authorization') !== undefined
    const challenge = wasSent ? 'Bearer error="invalid_token"' : 'Bearer'
    return new Refusal(401, wasSent ? 'invalid_token' : 'unauthorized', {}, { 'WWW-Authenticate': challenge })
  }
  const readBearer = (req) => /^Bearer +(\S+) *$/i.exec(req.get('Authorization') ?? '')?.[1]

  return {
    readBearer,
    unauthorized,

    /** @type {import('express').RequestHandler} */
    requireTls(req, res, next) {
      res.set('Cache-Control', 'no-store')
      // Behind a proxy that terminates TLS: TRUST_PROXY is missing, or the proxy sends no X-Forwarded-Proto.
      if (config.secure && !req.secure) throw new Refusal(403, 'https_required')
      next()
    },

    /** For routes that read the cookie. Contract, 25. @type {import('express').RequestHandler} */
    refuseForged(req, _res, next) {
      const origin = req.get('Origin')
      if (origin !== undefined && !config.origins.includes(origin)) throw new Refusal(403, 'origin')
      if (!req.get('X-Requested-With')) throw new Refusal(403, 'csrf')
      next()
    },

    /** Puts `{ session, user }` into `req.auth`. @type {import('express').RequestHandler} */
    async requireSession(req, res, next) {
      res.set('Cache-Control', 'no-store')
      const token = readBearer(req)
      const id = token && (await accessTokens.sessionOf(token))
      const session = id && (await store.liveSession(id))
      if (!session) throw unauthorized(req)
      req.auth = { session, user: toUser(session) }
      next()
    },

    /** To be used after `requireSession`. @returns {import('express').RequestHandler} */
    requireRole: (role) => (req, _res, next) => {
      if (!req.auth.user.roles.includes(role)) throw new Refusal(403, 'forbidden')
      next()
    },
  }
}

/** The part of a user that the client gets. Add your own columns here and in `select` of sessions.js. */
export const toUser = ({ user_id, email, roles }) => ({ id: String(user_id), email, roles })
