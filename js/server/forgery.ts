import { FORGERY_HEADER } from '../bff-protocol.js'
import { serverError } from './errors.js'
import type { Bff } from './options.js'

/**
 * The one place where requests of pages are checked against forgery, whatever route they are for (RFC 10017 §6.1.3.3):
 * the header must be there, and the request come from this very origin. What does not say where it comes from may read.
 *
 * @throws AuthError `forged`
 */
export function refuseForgery(request: Request, { origins }: Bff) {
  const { headers, method } = request
  const site = headers.get('sec-fetch-site')
  const origin = headers.get('origin')
  const isSafe = method === 'GET' || method === 'HEAD'
  const isOurs = site ? site === 'same-origin' : origin ? isOwn(origin) : isSafe
  if (!isOurs || !headers.has(FORGERY_HEADER)) throw serverError('forged')

  /** Behind a proxy the host is the one that it was asked for; no page can make a browser say another. */
  function isOwn(origin: string): boolean {
    if (origins.includes(origin)) return true
    const host = headers.get('x-forwarded-host') ?? headers.get('host') ?? new URL(request.url).host
    return URL.canParse(origin) && new URL(origin).host === host
  }
}
