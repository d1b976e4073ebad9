import { urlencoded } from 'express'
import { has } from './names.js'
import { routeOf } from './route.js'

const AUTH = { login: 'csrf-sign-in-open', refresh: 'csrf-refresh-open', logout: 'csrf-sign-out-open' }
const REFRESH_COOKIE = /(?:^|; )(?:__Host-)?refresh_token=([^;]*)/

/**
 * Changes requests so that the API accepts requests that it should refuse.
 * @param {import("../api.js").Api} api
 * @returns {import("express").RequestHandler}
 */
export function flawedRequests({ settings, sessions, tokens, accounts }) {
  const parseForm = urlencoded()

  return async (req, res, next) => {
    if (settings.flaws.length === 0) return next()
    const { headers } = req
    const route = routeOf(req)

    if (has(settings, 'cookie-prefix-broken') && headers.cookie) {
      headers.cookie = headers.cookie.replace('__Host-refresh_token', 'refresh_token')
    }
    if (has(settings, 'refresh-by-get') && route === 'refresh' && req.method === 'GET') req.method = 'POST'
    if (Object.hasOwn(AUTH, route)) {
      const isOpen = has(settings, AUTH[route])
      if (isOpen || has(settings, 'csrf-origin-ignored')) delete headers.origin
      if (isOpen || has(settings, 'csrf-header-optional')) headers['x-requested-with'] ??= 'flaw'
      if (isOpen && req.is('urlencoded')) return parseForm(req, res, next)
    }
    if (has(settings, 'cookie-is-enough') && headers.authorization === undefined) {
      const session = sessions.ofToken(REFRESH_COOKIE.exec(headers.cookie)?.[1])
      if (session) headers.authorization = `Bearer ${await bearerFor(session)}`
    }
    next()
  }

  async function bearerFor(session) {
    const { roles } = accounts.byId(session.userId)
    const { token } = await tokens.issue({ sub: session.userId, sid: session.id, roles })
    return token
  }
}
