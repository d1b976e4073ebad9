import { parseSetCookie } from 'cookie'
import { decoded } from '../common/cookie.js'

/** The cookies that the API has set for a session: values by name. */
export type ApiCookies = Readonly<Record<string, string>>

/** Cookies are sent back exactly as they came, well-formed or not. */
const asItIs = (value: string) => value

/**
 * The cookies after a response of the API. Their `Path` and `Domain` are not needed, because they are sent to the API
 * only. If nothing has changed, the result is the same object.
 */
export function keepCookies<Cookies extends ApiCookies>(before: Cookies, headers: Headers): Cookies {
  const kept: Record<string, string> = { ...before }
  for (const header of headers.getSetCookie()) {
    const { name, value = '', maxAge, expires } = parseSetCookie(header, { decode: asItIs })
    const isGone =
      maxAge === undefined ? expires !== undefined && expires.getTime() <= Date.now() : maxAge <= 0
    if (isGone) delete kept[name]
    else kept[name] = value
  }
  const names = Object.keys({ ...before, ...kept })
  return names.every((name) => before[name] === kept[name]) ? before : (kept as Cookies)
}

/** What a response has changed of the cookies; `undefined` for a cookie that it has deleted. */
export type CookieChanges = Readonly<Record<string, string | undefined>>

export function changesOf(before: ApiCookies, after: ApiCookies): CookieChanges {
  const names = Object.keys({ ...before, ...after }).filter((name) => before[name] !== after[name])
  return Object.fromEntries(names.map((name) => [name, after[name]]))
}

export function withChanges(cookies: ApiCookies, changes: CookieChanges): Record<string, string> {
  const all = Object.entries({ ...cookies, ...changes })
  return Object.fromEntries(all.filter((pair): pair is [string, string] => pair[1] !== undefined))
}

/** Adds the cookies to the headers of a request. */
export function setCookieHeader(headers: Headers, cookies: ApiCookies) {
  const pairs = Object.entries(cookies).map((pair) => pair.join('='))
  if (pairs.length > 0) headers.set('Cookie', pairs.join('; '))
}

/** The value of a cookie of the API, as a page would repeat it. */
export function repeatedCookie(cookies: ApiCookies, name: string): string | undefined {
  const value = cookies[name]
  return value === undefined ? undefined : decoded(value)
}
