import { serverError } from './errors.js'
import type { Bff } from './options.js'
import { createHeaderTest } from './page-headers.js'
import { isClear } from './paths.js'
import { hasOneOf } from './token-responses.js'

/** nginx collects several kilobytes of a response before it passes them on. That would delay events. */
const UNBUFFERED = /^text\/event-stream\b/i

/** The characters that a reason phrase may contain (RFC 9112 §4), as far as servers write them. */
const REASON_PHRASE = /^[\t -~\x80-\xff]*$/

/** Turns responses of the API into responses of this server. */
export function createAnswers({
  api,
  redirects,
  ...bff
}: Pick<Bff, 'api' | 'redirects' | 'renewHeader' | 'refreshToken' | 'csrfSource'>) {
  const isForPage = createHeaderTest(bff)

  /**
   * @param tokens of the session, which no header may contain
   * @throws AuthError `status-unknown`, `redirect-not-listed`
   */
  return (response: Response, tokens: readonly string[]): Response => {
    const { status, statusText, body } = response
    // The constructor of `Response` rejects such a status (Fetch), so the response cannot be passed on.
    if (status > 599) throw serverError('status-unknown', { status })
    const base = response.url || api
    const headers = new Headers()
    for (const [name, value] of response.headers)
      if (isForPage(name) && !hasOneOf(value, tokens)) headers.append(name, value)
    // The length is that of the encoded body, and `fetch` has decoded the body.
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

  /** For a URL of the API, returns the path under which pages reach it on this server. */
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

  /**
   * Links to the API contain the address that this server uses for the API. Pages cannot reach that address (RFC 8288
   * §3).
   */
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
