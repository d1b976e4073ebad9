/**
 * Whether the browser says the request comes from a page that is neither ours nor allowed: scheme, host and port count.
 * No `Origin` means no browser, or one that sends none for this request: not foreign.
 * @param {import("express").Request} req
 * @param {string[]} allowed
 */
export function isForeignOrigin(req, allowed = []) {
  const origin = req.get('Origin')
  if (origin === undefined || allowed.includes(origin)) return false
  const own = `${req.protocol}://${req.host}`
  return !URL.canParse(origin) || !URL.canParse(own) || new URL(origin).origin !== new URL(own).origin
}
