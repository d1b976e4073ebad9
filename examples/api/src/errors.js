/** @type {import("express").RequestHandler} */
export function notFound(_req, res) {
  res.status(404).json({ error: 'not_found' })
}

/**
 * Errors with a status (those of this server and of the body parser) are sent to the caller. All other
 * errors are bugs, and are only logged.
 * @type {import("express").ErrorRequestHandler}
 */
export function answerError(error, _req, res, next) {
  if (res.headersSent) return next(error)
  if (error.status >= 400 && error.status < 500) {
    return res.status(error.status).json({ error: error.message })
  }
  console.error(error)
  res.status(500).json({ error: 'internal' })
}
