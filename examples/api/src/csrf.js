import { readCsrfCookie, readRefreshCookie } from './cookies.js'
import { isForeignOrigin } from './origin.js'

/**
 * Guards a request that changes the session. A foreign origin is refused in every mode. Beyond
 * that, `header` wants X-Requested-With, which a foreign page cannot send without a preflight;
 * `double-submit` wants the CSRF cookie repeated in X-CSRF-Token.
 * @param {Pick<import("./settings.js").Settings, "csrf" | "corsOrigins">} settings
 * @param {{ signingIn?: boolean }} [options] signing in has no CSRF cookie to repeat yet, so there
 *   both modes want X-Requested-With
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
  // Without a session cookie the browser adds nothing that could be abused.
  if (readRefreshCookie(req) === undefined) return true
  const token = readCsrfCookie(req)
  return Boolean(token) && req.get('X-CSRF-Token') === token
}
