import { CSRF_HEADER } from '../protocol/server-session.js'
import { serverError } from './errors.js'
import type { Bff } from './options.js'

/**
 * Destinations that run scripts in a page or change its style. A response of the API, such as a file that a user has
 * uploaded, must not be loaded for them.
 */
const RUNS_IN_PAGE = /script$|worker$|worklet$|^(style|xslt|manifest|json)$/

/** How a request has proved that a page of this origin sent it. */
export type Proof =
  /** By the header, which forms and elements cannot send. */
  | 'header'
  /** By the browser alone (`Sec-Fetch-Site`): an image, a download, an EventSource or a link. */
  | 'element'
  /** A form that was submitted without a script. */
  | 'form'

/**
 * The only place that checks requests of pages for CSRF, for every route (RFC 10017 §6.1.3.3). Requests must come from
 * this origin. With the header, a request without information about its origin may read. Without the header, the browser
 * must confirm the origin, and the request must be one that reads, or a form for a route that accepts forms.
 *
 * @param takesForms whether the route is sign-in or sign-out
 * @throws AuthError `csrf-refused`
 */
export function checkCsrf(request: Request, { origins }: Bff, takesForms: boolean): Proof {
  const { headers, method } = request
  const site = headers.get('sec-fetch-site')
  const origin = headers.get('origin')
  const isRead = method === 'GET' || method === 'HEAD'
  const isFromHere = site
    ? site === 'same-origin'
    : origin
      ? isOwnOrigin(request, origin, origins)
      : undefined
  if (headers.has(CSRF_HEADER) && (isFromHere ?? isRead)) return 'header'
  if (isFromHere && takesForms && isForm(request)) return 'form'
  const isElement = isRead && site && !RUNS_IN_PAGE.test(headers.get('sec-fetch-dest') ?? '')
  if (isFromHere && isElement) return 'element'
  throw serverError('csrf-refused')
}

/**
 * Whether a page of this origin sent the request. No page can make a browser send a `Host` other than the requested one.
 */
export function isOwnOrigin({ headers, url }: Request, origin: string, origins: readonly string[]): boolean {
  if (origins.includes(origin)) return true
  if (!URL.canParse(origin)) return false
  const asked = new URL(origin)
  const port = headers.get('x-forwarded-port')
  const hosts = [headers.get('x-forwarded-host'), headers.get('host') ?? new URL(url).host]
    // Each proxy in front may have added a host.
    .flatMap((list) => list?.split(',') ?? [])
    .map((host) => host.trim())
  return hosts.some(
    (host) => isHost(host, asked) || (port !== null && isHost(`${host}:${port.trim()}`, asked)),
  )
}

/** Whether two hosts are equal, with or without the default port of the scheme. */
const isHost = (host: string, { protocol, host: asked }: URL) =>
  URL.canParse(`${protocol}//${host}`) && new URL(`${protocol}//${host}`).host === asked

/** Whether this is a form that was submitted without a script. */
const isForm = ({ headers, method }: Request) =>
  method === 'POST' &&
  /^(application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(headers.get('content-type') ?? '')
