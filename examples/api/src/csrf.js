import { readCsrfCookie, readRefreshCookie } from './cookies.js'
import { isForeignOrigin } from './origin.js'

/**
 * Guards a request that changes the session. A foreign origin is refused in every mode. In addition, `header`
 * requires X-Requested-With, which a foreign page cannot send without a preflight, and
 * `double-submit` requires the CSRF cookie to be repeated in X-CSRF-Token.
 * @param {Pick<import("./settings.js").Settings, "csrf" | "corsOrigins">} settings
 * @param {{ signingIn?: boolean }} [options] a sign-in has no CSRF cookie yet, so both modes
 *   require X-Requested-With for it
 * @returns {import("express").RequestHandler}
 */
export function csrf(settings, { signingIn = false } = {}) {
  const checks = {
    off: () => true,
    header: hasCustomHeader,
    'double-submit': signingIn ? hasCustomHeader : repeatsCookie,
  }
  return (req, res, next) => {
    if (isForeignOrigin(req, settings.corsOrigins)) res.status(403).json({ error: 'origin' })
    else if (!checks[settings.csrf](req)) res.status(403).json({ error: 'csrf' })
    else next()
  }
}

function hasCustomHeader(req) {
  return Boolean(req.get('X-Requested-With'))
}

function repeatsCookie(req) {
  // Without a session cookie, the browser adds no credentials that another site could abuse.
  if (readRefreshCookie(req) === undefined) return true
  const token = readCsrfCookie(req)
  return Boolean(token) && req.get('X-CSRF-Token') === token
}
