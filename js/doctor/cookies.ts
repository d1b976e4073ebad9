import { Cookie, defaultPath, pathMatch } from 'tough-cookie'
import type { Secret, Secrets } from './secret.js'

/** A `Set-Cookie` header. */
export interface SetCookie {
  name: string
  value: Secret
  /** Whether the header deletes the cookie. */
  isGone: boolean
  httpOnly: boolean
  secure: boolean
  sameSite: 'lax' | 'none' | 'strict' | undefined
  domain: string | undefined
  path: string | undefined
  /** In seconds; `undefined` if the cookie lasts until the browser is closed. */
  lifetime: number | undefined
  /** Whether it looks like a JWT. */
  isToken: boolean
}

const JWT = /^[\w-]{10,}\.[\w-]{10,}\.[\w-]*$/

/**
 * @param date the time by the clock of the server, in milliseconds
 * @returns `undefined` for a header that browsers ignore
 */
export function readCookie(header: string, date: number, secrets: Secrets): SetCookie | undefined {
  const cookie = Cookie.parse(header, { loose: true })
  if (!cookie) return undefined
  const { key, value, sameSite } = cookie
  const lifetime = lifetimeOf(cookie, date)
  return {
    name: secrets.printableName(key),
    value: secrets.keep(value),
    isGone: value === '' || (lifetime !== undefined && lifetime <= 0),
    httpOnly: cookie.httpOnly,
    secure: cookie.secure,
    sameSite: sameSite === 'lax' || sameSite === 'none' || sameSite === 'strict' ? sameSite : undefined,
    domain: cookie.domain ?? undefined,
    path: cookie.path ?? undefined,
    lifetime,
    isToken: JWT.test(value),
  }
}

/** `Max-Age`, else `Expires` by the clock of the server. */
function lifetimeOf({ maxAge, expires }: Cookie, date: number): number | undefined {
  if (maxAge !== null && maxAge !== undefined) return Number(maxAge)
  return expires instanceof Date ? Math.round((expires.getTime() - date) / 1000) : undefined
}

/** A cookie whose value pages repeat in a header. */
export const isCsrfCookie = ({ name }: { name: string }) => /csrf|xsrf/i.test(name)

/** RFC 6265 §5.1.4. */
export const pathOf = ({ path }: SetCookie, requestPath: string): string => path ?? defaultPath(requestPath)

/** Whether a cookie with this path is sent to a URL with that path. RFC 6265 §5.1.4. */
export const covers = (cookiePath: string, requestPath: string): boolean => pathMatch(requestPath, cookiePath)
