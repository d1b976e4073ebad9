import { CSRF_HEADER } from '../protocol/server-session.js'
import { serverError, situationError } from './errors.js'
import { type Bff, isLocal } from './options.js'

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
export function checkCsrf(request: Request, bff: OwnOrigin, takesForms: boolean): Proof {
  const { headers, method } = request
  const site = headers.get('sec-fetch-site')
  const origin = headers.get('origin')
  const isRead = method === 'GET' || method === 'HEAD'
  const isFromHere = site ? site === 'same-origin' : origin ? isOwnOrigin(request, origin, bff) : undefined
  if (headers.has(CSRF_HEADER) && (isFromHere ?? isRead)) return 'header'
  if (isFromHere && takesForms && isForm(request)) return 'form'
  const isElement = isRead && site && !RUNS_IN_PAGE.test(headers.get('sec-fetch-dest') ?? '')
  if (isFromHere && isElement) return 'element'
  throw refusal(request, bff, isFromHere)
}

function refusal(request: Request, { cookie }: OwnOrigin, isFromHere: boolean | undefined) {
  const { headers } = request
  const [site, origin] = [headers.get('sec-fetch-site'), headers.get('origin') ?? '']
  if (isFromHere === undefined)
    return situationError('csrf-refused', headers.has(CSRF_HEADER) ? 'unproven' : 'header')
  if (isFromHere) {
    const runs = RUNS_IN_PAGE.test(headers.get('sec-fetch-dest') ?? '')
    return situationError('csrf-refused', runs ? 'destination' : 'header')
  }
  if (site || !URL.canParse(origin)) return serverError('csrf-refused')
  const asked = new URL(origin)
  const isPlain = asked.protocol === 'http:' && cookie.secure !== false && !isLocal(asked.hostname)
  const isOnlyPlain = isPlain && !isSecure(request) && isOwnHost(request, asked)
  return situationError('csrf-refused', isOnlyPlain ? 'plainHttp' : 'host')
}

/** The options that say which origins are this one. */
type OwnOrigin = Pick<Bff, 'origins' | 'cookie'>

/**
 * Whether a page of this origin sent the request. No page can make a browser send a `Host` other than the requested one.
 *
 * Somebody on the network can answer for `http://` of this host. Such a page is of another origin than `https://`, although
 * the host is the same. A page over plain http is accepted only if the cookie works there: with `cookie.secure: false`, or
 * on this machine. A page over https is accepted also if the request arrives here over http, from a proxy in front.
 */
export function isOwnOrigin(request: Request, origin: string, { origins, cookie }: OwnOrigin): boolean {
  if (origins.includes(origin)) return true
  if (!URL.canParse(origin)) return false
  const asked = new URL(origin)
  const isPlain = asked.protocol === 'http:'
  if (!isPlain && asked.protocol !== 'https:') return false
  if (isPlain && (isSecure(request) || !(cookie.secure === false || isLocal(asked.hostname)))) return false
  return isOwnHost(request, asked)
}

/** Whether the request was sent to the host of this origin. */
function isOwnHost({ headers, url }: Request, asked: URL): boolean {
  const port = headers.get('x-forwarded-port')
  const hosts = [headers.get('x-forwarded-host'), headers.get('host') ?? new URL(url).host]
    // Each proxy in front may have added a host.
    .flatMap((list) => list?.split(',') ?? [])
    .map((host) => host.trim())
  return hosts.some(
    (host) => isHost(host, asked) || (port !== null && isHost(`${host}:${port.trim()}`, asked)),
  )
}

/** Whether the browser has sent the request over https, as far as this server can tell. */
const isSecure = ({ headers, url }: Request) =>
  new URL(url).protocol === 'https:' || /\bhttps\b/i.test(headers.get('x-forwarded-proto') ?? '')

/** Whether two hosts are equal, with or without the default port of the scheme. */
const isHost = (host: string, { protocol, host: asked }: URL) =>
  URL.canParse(`${protocol}//${host}`) && new URL(`${protocol}//${host}`).host === asked

/** Whether this is a form that was submitted without a script. */
const isForm = ({ headers, method }: Request) =>
  method === 'POST' &&
  /^(application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(headers.get('content-type') ?? '')
