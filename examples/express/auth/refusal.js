/** What a route throws in place of an answer: `{ "error": code }`. */
export class Refusal extends Error {
  constructor(status, code, details = {}, headers = {}) {
    super(code)
    Object.assign(this, { status, headers, body: { error: code, ...details } })
  }
}

/** Bad input is never a 5xx; any other error is for the application. @type {import('express').ErrorRequestHandler} */
export function answerRefusal(error, _req, res, next) {
  if (res.headersSent) return next(error)
  if (error instanceof Refusal) return res.status(error.status).set(error.headers).json(error.body)
  // Of Express: a body that is too long or is not JSON, a path that cannot be decoded.
  if (error.status >= 400 && error.status < 500)
    return res.status(error.status).json({ error: 'bad_request' })
  next(error)
}
