import { BASE } from '../cookies.js'
import { interceptReply } from '../reply.js'
import { changeBody } from './bodies.js'
import { corsChanges } from './cors.js'
import { has } from './names.js'
import { routeOf } from './route.js'

const TEN_YEARS = 10 * 365 * 24 * 60 * 60
const TEN_MINUTES = 600_000

/** For each flaw: how it changes a response, before anything is sent. */
const changes = {
  'cookie-readable': onCookie((cookie) => cookie.replace('; HttpOnly', '')),
  'cookie-insecure': onCookie((cookie) => cookie.replace('; Secure', '')),
  'cookie-without-same-site': onCookie((cookie) => cookie.replace(/; SameSite=\w+/, '')),
  'cookie-same-site-none': onCookie((cookie) => cookie.replace(/SameSite=\w+/, 'SameSite=None')),
  'cookie-same-site-strict': onCookie((cookie) => cookie.replace(/SameSite=\w+/, 'SameSite=Strict')),
  'cookie-for-subdomains': onCookie((cookie, { req }) => `${cookie}; Domain=${req.hostname}`),
  'cookie-for-another-domain': onCookie((cookie) => `${cookie}; Domain=example.com`),
  'cookie-path-misses-refresh': onCookie((cookie) => cookie.replace(/Path=[^;]*/, `Path=${BASE}/login`)),
  'cookie-path-changes': onCookie((cookie, { req }) =>
    routeOf(req) === 'refresh' ? cookie.replace(/Path=[^;]*/, 'Path=/') : cookie,
  ),
  'cookie-prefix-broken': onCookie((cookie) => `__Host-${cookie}`),
  'cookie-twice': onCookie((cookie) => [cookie, cookie.replace(/Path=[^;]*/, 'Path=/')]),
  'cookie-for-ever': onCookie((cookie) => lasting(cookie, `Max-Age=${TEN_YEARS}`)),
  'cookie-too-short': onCookie((cookie) => lasting(cookie, 'Max-Age=60')),
  'cookie-until-browser-closes': onCookie((cookie) =>
    isGone(cookie) ? cookie : cookie.replace(/; (Max-Age|Expires)=[^;]*/g, ''),
  ),
  ...corsChanges,

  'token-without-scheme'({ res }) {
    const header = res.getHeader('Authorization')
    if (header) res.setHeader('Authorization', header.replace('Bearer ', ''))
  },
  'clock-wrong': ({ res }) => res.setHeader('Date', new Date(Date.now() + TEN_MINUTES).toUTCString()),
  'refresh-refusal-500'({ req, res }) {
    if (routeOf(req) === 'refresh' && res.statusCode === 401) res.statusCode = 500
  },
  'sign-in-200-on-failure'({ req, res }) {
    if (routeOf(req) === 'login' && res.statusCode === 401) res.statusCode = 200
  },
  'sign-out-keeps-cookie'({ req, res }) {
    if (routeOf(req) === 'logout') res.removeHeader('Set-Cookie')
  },
  'cached-tokens': ({ res }) => res.removeHeader('Cache-Control'),
  'redirect-instead-of-401': ({ req, res }) => redirect(req, res),
  'redirect-for-any-accept'({ req, res }) {
    if (req.get('Accept') === '*/*') redirect(req, res)
  },
  'no-www-authenticate': ({ res }) => res.removeHeader('WWW-Authenticate'),
}

/**
 * Changes the headers and bodies of responses, immediately before they are sent.
 * @param {Pick<import("../api.js").Api, "settings">} api
 * @returns {import("express").RequestHandler}
 */
export function flawedReplies({ settings }) {
  return (req, res, next) => {
    if (settings.flaws.length === 0) return next()
    interceptReply(res, (send) => {
      if (!res.headersSent) {
        for (const [name, change] of Object.entries(changes)) {
          if (has(settings, name)) change({ req, res, settings })
        }
      }
      send()
    })
    changeBody(settings, res)
    next()
  }
}

/** Changes the refresh cookie, if the response sets it. */
function onCookie(change) {
  return (reply) => {
    const cookies = [reply.res.getHeader('Set-Cookie') ?? []].flat()
    if (cookies.length === 0) return
    const changed = cookies.flatMap((it) => (it.startsWith('refresh_token=') ? change(it, reply) : it))
    reply.res.setHeader('Set-Cookie', changed)
  }
}

const isGone = (cookie) => cookie.startsWith('refresh_token=;')

function lasting(cookie, maxAge) {
  return isGone(cookie) ? cookie : cookie.replace(/Max-Age=\d+/, maxAge).replace(/; Expires=[^;]*/, '')
}

function redirect(req, res) {
  if (res.statusCode !== 401 || ['login', 'refresh', 'logout'].includes(routeOf(req))) return
  res.statusCode = 302
  res.setHeader('Location', '/sign_in')
}
