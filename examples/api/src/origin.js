/**
 * Whether the browser says the request comes from a page that is neither ours nor allowed.
 * No `Origin` means no browser, or one that sends none for this request: not foreign.
 * @param {import("express").Request} req
 * @param {string[]} allowed
 */
export function isForeignOrigin(req, allowed = []) {
  const origin = req.get('Origin')
  if (origin === undefined || allowed.includes(origin)) return false
  return !URL.canParse(origin) || new URL(origin).host !== req.host
}
