/** @type {import("express").RequestHandler} */
export function notFound(_req, res) {
  res.status(404).json({ error: 'not_found' })
}

/**
 * Errors that carry a status (ours, and those of the body parser) are the caller's to read; any
 * other is a bug, and nobody's business but the log's.
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
