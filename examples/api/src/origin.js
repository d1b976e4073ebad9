/**
 * Whether, according to the browser, the request comes from a page of another origin that is not allowed. Scheme, host and
 * port count.
 * Without `Origin`, the client is no browser, or the browser sends none for this request. Then the request is not foreign.
 * @param {import("express").Request} req
 * @param {string[]} allowed
 */
export function isForeignOrigin(req, allowed = []) {
  const origin = req.get('Origin')
  if (origin === undefined || allowed.includes(origin)) return false
  const own = `${req.protocol}://${req.host}`
  return !URL.canParse(origin) || !URL.canParse(own) || new URL(origin).origin !== new URL(own).origin
}
