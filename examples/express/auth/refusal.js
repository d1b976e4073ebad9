/** The error that a route throws to refuse a request: `{ "error": code }`. */
export class Refusal extends Error {
  constructor(status, code, details = {}, headers = {}) {
    super(code)
    Object.assign(this, { status, headers, body: { error: code, ...details } })
  }
}

/** Passes other errors on to the application. @type {import('express').ErrorRequestHandler} */
export function answerRefusal(error, _req, res, next) {
  if (res.headersSent || !(error instanceof Refusal)) return next(error)
  res.status(error.status).set(error.headers).json(error.body)
}

/**
 * Handles errors of Express: a body that is too long or is not JSON, a path that cannot be decoded.
 * @type {import('express').ErrorRequestHandler}
 */
export function refuseBadInput(error, _req, _res, next) {
  const isBadInput = !(error instanceof Refusal) && error.status >= 400 && error.status < 500
  next(isBadInput ? new Refusal(error.status, 'bad_request') : error)
}
