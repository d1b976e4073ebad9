import { serverError } from './errors.js'
import { type JwtClaims, readClaims } from './jwt.js'

/** The valid range of a NumericDate, in seconds: from the epoch to the end of the year 9999. */
const CALENDAR = [0, 253_402_300_799] as const
/** Ten years. A longer lifetime counts as ten years. In seconds. */
const MAX_LIFETIME = 10 * 365 * 24 * 3600

/** Some APIs write numbers as text. */
export const asNumber = (value: unknown) =>
  typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value

/** `expires_in`, else `exp − iat`, else `exp` minus the time in the `Date` header of the API (promise 5). */
export function lifetimeOf(expiresIn: unknown, access: string, date: string | null): number | null {
  const given = asNumber(expiresIn) ?? undefined
  const option = { option: 'fields.expiresIn' }
  if (given !== undefined && typeof given !== 'number') throw serverError('lifetime-invalid', option)
  const claims = readClaims(access)
  if (given !== undefined && !isLifetime(given)) throw serverError('lifetime-invalid', option)
  const { exp, iat } = datesOf(claims)
  const now = iat ?? Date.parse(date ?? '') / 1000
  const seconds = given ?? (exp === undefined || Number.isNaN(now) ? undefined : exp - now)
  if (seconds === undefined) return null
  if (!isLifetime(seconds)) throw serverError('lifetime-invalid')
  return Math.min(seconds, MAX_LIFETIME)
}

/** Whether a timer can measure it: at least a millisecond. */
export const isLifetime = (seconds: number) => Number.isFinite(seconds) && seconds >= 0.001

/** @throws AuthError `lifetime-invalid` for a time that a calendar cannot represent, for example in milliseconds */
function datesOf(claims: JwtClaims | null) {
  const dateOf = (seconds: number | null | undefined) => {
    if (seconds == null) return undefined
    if (!(seconds >= CALENDAR[0] && seconds <= CALENDAR[1])) throw serverError('lifetime-invalid')
    return seconds
  }
  return { exp: dateOf(claims?.exp), iat: dateOf(claims?.iat) }
}

/** Below this, a number is seconds from now; below `FIRST_MILLIS`, it is a Unix time in seconds, else in milliseconds. */
const FIRST_UNIX_TIME = 1e9
const FIRST_MILLIS = 1e12

/**
 * A point in time, in milliseconds since the epoch: from a number of seconds from now, a Unix time in seconds or
 * milliseconds, or a date. The rules are those of the core (`src/web/token_response.rs`).
 *
 * @returns `null` for anything else
 */
export function timeOf(value: unknown): number | null {
  const number = asNumber(value)
  const millis =
    typeof number === 'number' ? millisOf(number) : Date.parse(typeof value === 'string' ? value : '')
  return Number.isFinite(millis) ? millis : null
}

function millisOf(number: number): number {
  if (number < FIRST_UNIX_TIME) return Date.now() + number * 1000
  return number < FIRST_MILLIS ? number * 1000 : number
}
