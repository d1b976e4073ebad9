import { parseSetCookie } from 'cookie'
import { printable } from './printable.js'
import type { Secret, Secrets } from './secret.js'

/** A `Set-Cookie` header. */
export interface SetCookie {
  name: string
  value: Secret
  /** Whether it takes the cookie away. */
  isGone: boolean
  httpOnly: boolean
  secure: boolean
  sameSite: 'lax' | 'none' | 'strict' | undefined
  domain: string | undefined
  path: string | undefined
  /** In seconds; `undefined` until the browser is closed. */
  lifetime: number | undefined
  /** Whether it looks like a JWT. */
  isToken: boolean
}

const JWT = /^[\w-]{10,}\.[\w-]{10,}\.[\w-]*$/

/** @param date what the server thinks the time is, in milliseconds */
export function readCookie(header: string, date: number, secrets: Secrets): SetCookie {
  const { name, value = '', ...attributes } = parseSetCookie(header, { decode: (text) => text })
  const { maxAge, expires, sameSite } = attributes
  const lifetime = maxAge ?? (expires && Math.round((expires.getTime() - date) / 1000))
  return {
    name: printable(name),
    value: secrets.keep(value),
    isGone: value === '' || (lifetime !== undefined && lifetime <= 0),
    httpOnly: attributes.httpOnly ?? false,
    secure: attributes.secure ?? false,
    sameSite: typeof sameSite === 'string' ? sameSite : undefined,
    domain: attributes.domain?.replace(/^\./, '').toLowerCase(),
    path: attributes.path,
    lifetime,
    isToken: JWT.test(value),
  }
}

/** A cookie whose value pages repeat in a header. */
export const isCsrfCookie = ({ name }: SetCookie) => /csrf|xsrf/i.test(name)

/** The cookie that stands for the session: by its name, else the first that is neither for CSRF nor taken away. */
export function sessionCookie(cookies: readonly SetCookie[]): SetCookie | undefined {
  const candidates = cookies.filter((cookie) => !cookie.isGone && !isCsrfCookie(cookie))
  return candidates.find(({ name }) => /refresh|^rt$/i.test(name)) ?? candidates[0]
}

/** RFC 6265 §5.1.4. */
export function pathOf({ path }: SetCookie, requestPath: string): string {
  if (path?.startsWith('/')) return path
  const end = requestPath.lastIndexOf('/')
  return end <= 0 ? '/' : requestPath.slice(0, end)
}

/** Whether a cookie of this path goes to a URL of that one. RFC 6265 §5.1.4. */
export function covers(cookiePath: string, requestPath: string): boolean {
  if (!requestPath.startsWith(cookiePath)) return false
  return (
    requestPath.length === cookiePath.length ||
    cookiePath.endsWith('/') ||
    requestPath[cookiePath.length] === '/'
  )
}
