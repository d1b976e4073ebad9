import { isTokenName } from '../common/redaction.js'
import type { Bff } from './options.js'
import { ownCopy } from './own.js'

/** Headers that are about this connection, or about an encoding that `fetch` has removed (RFC 9110 §7.6.1). */
const OF_CONNECTION =
  'connection|content-encoding|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|via'

/** Headers that caches and servers in front would obey instead of `private, no-store`. */
const OF_CACHES =
  'age|(.+-)?cache-control|edge-control|expires|no-vary-search|pragma|surrogate-.*|vary|x-accel-(?!buffering$).*|x-lighttpd-.*|x-litespeed-.*|x-sendfile.*'

/**
 * Headers that the browser would keep for the whole origin, which is that of the application, beyond this response:
 *
 * - `nel`, `report-to`, `reporting-endpoints`: the URLs and errors of all requests would be reported to another server.
 * - `service-worker-allowed`: a script of the API could become the service worker of the whole application.
 * - `strict-transport-security`, `public-key-pins`, `expect-ct`, `alt-svc`: they could lock users out of the application,
 *   or send them to another server.
 * - `clear-site-data`: it would sign users out.
 * - `accept-ch`, `critical-ch`: the browser would send more about itself with all requests, or repeat them.
 * - `origin-agent-cluster`, `set-login`, `secure-session-*`, `use-as-dictionary` and the storages of advertising: each
 *   changes a state of the origin.
 */
const OF_ORIGIN = [
  'accept-ch|alt-svc|clear-site-data|critical-ch|expect-ct|expect-staple|nel|origin-agent-cluster',
  'public-key-pins(-report-only)?|report-to|reporting-endpoints|service-worker-allowed|strict-transport-security',
  '(sec|secure)-session-.*|set-login|activate-storage-access|shared-storage-write|use-as-dictionary',
  'attribution-reporting-.*|observe-browsing-topics|ad-auction-.*|x-allow-fledge',
].join('|')

/**
 * Headers that give credentials or send the page elsewhere, in addition to those that {@link isTokenName} recognises. Pages get
 * no access to other origins by CORS either.
 */
const OF_CREDENTIALS = [
  'access-control-.*|authentication-info|refresh|set-cookie2?',
  '(.+-)?(authorization|jwt|id[-_]?token)|(x-)?(auth|api-?key)',
].join('|')

const NOT_TO_PAGE = new RegExp(`^(${[OF_CONNECTION, OF_CACHES, OF_ORIGIN, OF_CREDENTIALS].join('|')})$`)

/** Tells which headers of a response of the API a page may get. Names are in lower case. */
export function createHeaderTest({
  renewHeader,
  refreshToken,
  csrfSource,
}: Pick<Bff, 'renewHeader' | 'refreshToken' | 'csrfSource'>) {
  const { responseHeader = '' } = ownCopy(csrfSource?.from ?? {}) as { responseHeader?: string }
  const refreshHeader = typeof refreshToken === 'object' ? refreshToken.header : ''
  const ofSession = [renewHeader, responseHeader.toLowerCase(), refreshHeader.toLowerCase()]
  return (name: string) => !NOT_TO_PAGE.test(name) && !isTokenName(name) && !ofSession.includes(name)
}
