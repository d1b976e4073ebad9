import { randomBytes } from 'node:crypto'

/** The path of all endpoints, and the only path that the refresh cookie is sent to. */
export const BASE = '/api/v1'

const REFRESH = 'refresh_token'
const CSRF = 'csrf_token'

/** @param {import("express").Request} req @returns {string | undefined} */
export const readRefreshCookie = (req) => req.cookies[REFRESH]

/** @param {import("express").Request} req @returns {string | undefined} */
export const readCsrfCookie = (req) => req.cookies[CSRF]

/**
 * Sets the refresh cookie, unless the token is in the body, and for `double-submit` a new CSRF cookie.
 * @param {import("express").Response} res
 * @param {import("./sessions.js").Grant} grant
 * @param {{ csrf: string, refreshTokenIn: string }} settings
 */
export function setSessionCookies(res, { session, refreshToken }, { csrf, refreshTokenIn }) {
  // Rounded up: `Max-Age=0` would delete the cookie.
  const maxAge = Math.ceil((session.expiresAt - Date.now()) / 1000) * 1000
  if (refreshTokenIn === 'cookie') res.cookie(REFRESH, refreshToken, { ...refreshAttributes(res), maxAge })
  if (csrf === 'double-submit') {
    res.cookie(CSRF, randomBytes(16).toString('base64url'), { ...csrfAttributes(res), maxAge })
  }
}

/** @param {import("express").Response} res */
export function clearSessionCookies(res) {
  res.clearCookie(REFRESH, refreshAttributes(res))
  if (readCsrfCookie(res.req) !== undefined) res.clearCookie(CSRF, csrfAttributes(res))
}

function refreshAttributes({ req }) {
  return { httpOnly: true, sameSite: 'lax', path: BASE, secure: req.secure }
}

// Readable by scripts: the page must repeat it in a header. A page of another origin cannot do this.
function csrfAttributes({ req }) {
  return { sameSite: 'lax', path: '/', secure: req.secure }
}
