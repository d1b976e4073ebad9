/**
 * Allows the pages of `corsOrigins` to send requests with credentials, and responds to their preflights.
 * @param {Pick<import("./settings.js").Settings, "corsOrigins">} settings
 * @returns {import("express").RequestHandler}
 */
export function cors(settings) {
  return (req, res, next) => {
    const origin = req.get('Origin')
    const isPreflight = req.method === 'OPTIONS' && req.get('Access-Control-Request-Method')

    res.vary('Origin')
    if (settings.corsOrigins.includes(origin)) {
      res.set({
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Allow-Credentials': 'true',
        'Access-Control-Expose-Headers': 'Authorization, Retry-After, Date',
      })
      if (isPreflight) {
        res.set({
          'Access-Control-Allow-Methods': 'GET, POST, DELETE',
          'Access-Control-Allow-Headers': 'Authorization, Content-Type, X-Requested-With, X-CSRF-Token',
          'Access-Control-Max-Age': '600',
        })
      }
    }
    if (isPreflight) res.status(204).end()
    else next()
  }
}
