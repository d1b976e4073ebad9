import { validateHeaderName, validateHeaderValue } from 'node:http'
import { InvalidInput } from './invalid-input.js'
import { LONGEST_TIMER } from './timer.js'

/**
 * @typedef {object} Fault
 * @property {string} route           the path below /api/v1, such as "refresh", or "*" for any
 * @property {"status" | "answer" | "drop" | "cut" | "hold" | "holdBefore" | "delay" | "delayBefore"} kind
 * @property {number} [status]        default 503 for `status`, 200 for `answer`
 * @property {number | string} [retryAfter]  seconds or an HTTP date
 * @property {number} [times]         how many requests it affects; default 1
 * @property {Record<string, string | string[]>} [headers]
 * @property {string} [body]          sent unchanged
 * @property {number} [millis]        how long `delay` and `delayBefore` take (required), and how long the connection of a
 *   `drop` or a `cut` stays open first (default 0)
 */

const kinds = ['status', 'answer', 'drop', 'cut', 'hold', 'holdBefore', 'delay', 'delayBefore']
const delays = ['delay', 'delayBefore']
const timed = [...delays, 'drop', 'cut']

const checks = {
  route: [(v) => typeof v === 'string' && v !== '', 'such as "refresh", or "*"'],
  kind: [(v) => kinds.includes(v), `one of ${kinds.join(', ')}`],
  status: [(v) => v === undefined || (Number.isInteger(v) && v >= 200 && v <= 599), '200 to 599'],
  retryAfter: [(v) => v === undefined || isRetryAfter(v), 'seconds or an HTTP date'],
  times: [(v) => v === undefined || (Number.isInteger(v) && v > 0), 'a whole number above 0'],
  headers: [(v) => v === undefined || areHeaders(v), 'an object of valid header names and values'],
  body: [(v) => v === undefined || typeof v === 'string', 'a string'],
  millis: [
    (v, { kind }) => (v === undefined ? !delays.includes(kind) : timed.includes(kind) && isDuration(v)),
    `milliseconds, 0 or more, for ${timed.join(', ')} only; ${delays.join(' and ')} need it`,
  ],
}

/**
 * A checked copy with the defaults filled in.
 * @param {Fault} input
 * @returns {Fault}
 * @throws {InvalidInput}
 */
export function parseFault(input) {
  if (input === null || typeof input !== 'object') throw new InvalidInput('a fault must be an object')
  for (const name of Object.keys(input)) {
    if (!Object.hasOwn(checks, name)) throw new InvalidInput(`a fault has no "${name}"`)
  }
  for (const [name, [accepts, expected]] of Object.entries(checks)) {
    if (!accepts(input[name], input)) throw new InvalidInput(`a fault's ${name} must be ${expected}`)
  }
  const defaults =
    input.kind === 'answer' ? { status: 200, body: '' } : { status: 503, body: '{"error":"fault"}' }
  return { times: 1, headers: {}, ...defaults, ...input }
}

function isRetryAfter(value) {
  return typeof value === 'string' ? !Number.isNaN(Date.parse(value)) : value >= 0
}

function isDuration(value) {
  return Number.isFinite(value) && value >= 0 && value <= LONGEST_TIMER
}

function areHeaders(headers) {
  if (headers === null || typeof headers !== 'object') return false
  try {
    for (const [name, value] of Object.entries(headers)) {
      validateHeaderName(name)
      for (const one of [value].flat()) validateHeaderValue(name, one)
    }
    return true
  } catch {
    return false
  }
}
