import { FORGERY_HEADER } from '../protocol/server-session.js'
import { serverError } from './errors.js'
import type { Bff } from './options.js'

/** What runs or styles the page that asks for it: an answer of the API, such as a file that a user has sent, must not. */
const RUNS_IN_PAGE = /script$|worker$|worklet$|^(style|xslt|manifest|json)$/

/** How a request has shown that a page of this origin made it. */
export type Proof =
  /** By the header, which no form and no element can send. */
  | 'header'
  /** By the browser alone (`Sec-Fetch-Site`): an image, a download, an EventSource or a link. */
  | 'element'
  /** A form that was submitted without a script. */
  | 'form'

/**
 * The one place where requests of pages are checked against forgery, whatever route they are for (RFC 10017 §6.1.3.3). They
 * have to come from this very origin. With the header, what does not say where it comes from may read. Without it, the
 * browser has to vouch for the origin, and the request has to be one to read, or a form for a route that takes forms.
 *
 * @param takesForms whether the route is one of sign-in and sign-out
 * @throws AuthError `forged`
 */
export function refuseForgery(request: Request, { origins }: Bff, takesForms: boolean): Proof {
  const { headers, method } = request
  const site = headers.get('sec-fetch-site')
  const origin = headers.get('origin')
  const isRead = method === 'GET' || method === 'HEAD'
  const isFromHere = site
    ? site === 'same-origin'
    : origin
      ? isOwnOrigin(request, origin, origins)
      : undefined
  if (headers.has(FORGERY_HEADER) && (isFromHere ?? isRead)) return 'header'
  if (isFromHere && takesForms && isForm(request)) return 'form'
  const isElement = isRead && site && !RUNS_IN_PAGE.test(headers.get('sec-fetch-dest') ?? '')
  if (isFromHere && isElement) return 'element'
  throw serverError('forged')
}

/** Whether a page of this origin has asked. No page can make a browser say another host than the one it asks. */
export function isOwnOrigin({ headers, url }: Request, origin: string, origins: readonly string[]): boolean {
  if (origins.includes(origin)) return true
  if (!URL.canParse(origin)) return false
  const asked = new URL(origin)
  const port = headers.get('x-forwarded-port')
  const hosts = [headers.get('x-forwarded-host'), headers.get('host') ?? new URL(url).host]
    // Each proxy on the way may have added one.
    .flatMap((list) => list?.split(',') ?? [])
    .map((host) => host.trim())
  return hosts.some(
    (host) => isHost(host, asked) || (port !== null && isHost(`${host}:${port.trim()}`, asked)),
  )
}

/** With the port of the scheme left out, or not. */
const isHost = (host: string, { protocol, host: asked }: URL) =>
  URL.canParse(`${protocol}//${host}`) && new URL(`${protocol}//${host}`).host === asked

/** What a form sends without a script. */
const isForm = ({ headers, method }: Request) =>
  method === 'POST' &&
  /^(application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(headers.get('content-type') ?? '')
