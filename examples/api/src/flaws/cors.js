const HEADERS = 'Authorization, Content-Type, X-Requested-With, X-CSRF-Token'
const EXPOSED = 'Authorization, Retry-After, Date'

const isPreflight = (req) =>
  req.method === 'OPTIONS' && req.get('Access-Control-Request-Method') !== undefined

/** For each flaw: how it changes the CORS headers of a response. */
export const corsChanges = {
  'cors-any-origin': (reply) => allow(reply, () => true),
  'cors-lookalike-origin': (reply) =>
    allow(reply, (origin) => reply.settings.corsOrigins.some((allowed) => origin.startsWith(allowed))),
  'cors-null-origin': (reply) => allow(reply, (origin) => origin === 'null'),
  'cors-wildcard': ({ res }) => res.setHeader('Access-Control-Allow-Origin', '*'),
  'cors-without-credentials': ({ res }) => res.removeHeader('Access-Control-Allow-Credentials'),
  'cors-without-vary': ({ res }) => res.removeHeader('Vary'),
  'cors-authorization-hidden': without('Expose-Headers', 'Authorization'),
  'cors-retry-after-hidden': without('Expose-Headers', 'Retry-After'),
  'cors-date-hidden': without('Expose-Headers', 'Date'),
  'cors-authorization-refused': without('Allow-Headers', 'Authorization'),
  'cors-csrf-header-refused': without('Allow-Headers', 'X-Requested-With', 'X-CSRF-Token'),
  'cors-delete-refused': without('Allow-Methods', 'DELETE'),
  'cors-preflight-refused'({ req, res }) {
    if (isPreflight(req)) res.statusCode = 401
  },
  'cors-preflight-uncached': ({ res }) => res.removeHeader('Access-Control-Max-Age'),
  'cors-missing-on-errors'({ res }) {
    if (res.statusCode < 400) return
    for (const name of res.getHeaderNames()) {
      if (name.startsWith('access-control-')) res.removeHeader(name)
    }
  },
}

function allow({ req, res }, accepts) {
  const origin = req.get('Origin')
  if (origin === undefined || !accepts(origin)) return
  res.setHeader('Access-Control-Allow-Origin', origin)
  res.setHeader('Access-Control-Allow-Credentials', 'true')
  res.setHeader('Access-Control-Expose-Headers', EXPOSED)
  if (!isPreflight(req)) return
  res.setHeader('Access-Control-Allow-Methods', 'GET, POST, DELETE')
  res.setHeader('Access-Control-Allow-Headers', HEADERS)
}

/** Removes values from a list. */
function without(header, ...values) {
  const name = `Access-Control-${header}`
  return ({ res }) => {
    const list = res.getHeader(name)
    if (!list) return
    const left = list.split(', ').filter((value) => !values.includes(value))
    res.setHeader(name, left.join(', '))
  }
}
