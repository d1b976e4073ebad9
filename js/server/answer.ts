import { serverError } from './errors.js'
import type { Bff } from './options.js'
import { isClear } from './paths.js'

/**
 * What the API may say to a page goes through, but for hops, cookies, tokens, and what `fetch` has undone; and for what
 * caches and servers in front would heed before `private, no-store`.
 */
const NOT_TO_PAGE = new RegExp(
  `^(${[
    'access-control-.*|alt-svc|authorization|clear-site-data|connection|content-encoding|keep-alive|proxy-.*',
    'refresh|set-cookie2?|strict-transport-security|te|trailer|transfer-encoding|upgrade|vary|via',
    'age|(.+-)?cache-control|edge-control|expires|pragma|surrogate-.*|x-accel-(?!buffering$).*|x-lighttpd-.*|x-litespeed-.*|x-sendfile.*',
  ].join('|')})$`,
)

/** nginx collects some kilobytes of an answer before it passes them on. Events would be that late. */
const UNBUFFERED = /^text\/event-stream\b/i

/** What a reason phrase can hold (RFC 9112 §4), as far as servers write it. */
const REASON_PHRASE = /^[\t -~\x80-\xff]*$/

/** Makes answers of the API answers of this server. */
export function createAnswers({ api, redirects }: Pick<Bff, 'api' | 'redirects'>) {
  /** @throws AuthError `status-unknown`, `redirect-not-listed` */
  return (response: Response): Response => {
    const { status, statusText, body } = response
    // No `Response` can be made with it (Fetch), so it cannot be passed on.
    if (status > 599) throw serverError('status-unknown', { status })
    const base = response.url || api
    const headers = new Headers()
    for (const [name, value] of response.headers) if (!NOT_TO_PAGE.test(name)) headers.append(name, value)
    // The length is that of the body as it was encoded, and `fetch` has decoded it.
    if (response.headers.has('content-encoding') || status === 204) headers.delete('content-length')
    if (UNBUFFERED.test(headers.get('content-type') ?? '')) headers.set('x-accel-buffering', 'no')
    setLocation(headers, base, status)
    setOwn(headers, 'content-location', (value) => ownPath(value, base))
    setOwn(headers, 'link', (value) => withOwnLinks(value, base))
    const reason = REASON_PHRASE.test(statusText) ? { statusText } : {}
    return new Response(body, { status, headers, ...reason })
  }

  function setLocation(headers: Headers, base: string, status: number) {
    const location = headers.get('location')
    if (location === null) return
    const isRedirect = status >= 300 && status < 400
    const to = ownPath(location, base) ?? (isRedirect ? listedUrl(location, base) : undefined)
    if (to !== undefined) headers.set('location', to)
    else if (isRedirect) throw serverError('redirect-not-listed', { status })
    else headers.delete('location')
  }

  /** Where the API points within itself, the page finds it here. */
  function ownPath(location: string, base: string): string | undefined {
    if (!URL.canParse(location, base)) return undefined
    const { origin, pathname, search, hash } = new URL(location, base)
    return origin === api && isClear(pathname) ? pathname + search + hash : undefined
  }

  function listedUrl(location: string, base: string): string | undefined {
    if (!URL.canParse(location, base)) return undefined
    const url = new URL(location, base)
    return redirects.includes(url.origin) ? url.href : undefined
  }

  /** Links to the API show the address that it has for this server, and no page can reach (RFC 8288 §3). */
  function withOwnLinks(value: string, base: string): string {
    return value.replace(/<([^>]*)>/g, (whole, target: string) => {
      if (!/^([a-z][a-z\d+.-]*:|\/\/)/i.test(target)) return whole
      const isOfApi = URL.canParse(target, base) && new URL(target, base).origin === api
      return isOfApi ? `<${ownPath(target, base) ?? ''}>` : whole
    })
  }
}

function setOwn(headers: Headers, name: string, own: (value: string) => string | undefined) {
  const value = headers.get(name)
  if (value === null) return
  const here = own(value)
  if (here === undefined) headers.delete(name)
  else headers.set(name, here)
}
