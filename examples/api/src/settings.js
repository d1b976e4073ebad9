import { flawNames } from './flaws/names.js'
import { InvalidInput } from './invalid-input.js'
import { LONGEST_TIMER } from './timer.js'

/**
 * @typedef {object} Settings
 * @property {number} accessTtl       lifetime of an access token in seconds; fractions allowed
 * @property {number} refreshTtl      lifetime of a session in seconds; a refresh does not extend it
 * @property {number} reuseGrace      for how many seconds a rotated token gets the same successor again
 * @property {"body" | "header"} tokenIn
 * @property {"jwt" | "opaque"} tokenFormat
 * @property {"header" | "double-submit" | "off"} csrf
 * @property {string[]} corsOrigins   exact origins that may call with credentials
 * @property {number} latency         milliseconds added to every response
 * @property {number} refreshLatency  milliseconds added to the responses of /refresh
 * @property {boolean} omitIat        JWTs without `iat`, bodies without `expires_in`
 * @property {"cookie" | "body"} refreshTokenIn
 * @property {boolean} signOutNeedsBearer  /logout responds with 401 without a valid access token
 * @property {boolean} emptyAnswers   creating a note responds with 204 and no body
 * @property {string[]} flaws         deliberate errors: names from flaws/names.js
 */

/** For each setting: its default, the check of a value, and how a variable is read. */
const definitions = {
  accessTtl: { initial: 900, ...number({ above: 0 }) },
  refreshTtl: { initial: 30 * 24 * 60 * 60, ...number({ above: 0 }) },
  reuseGrace: { initial: 0, ...number() },
  tokenIn: { initial: 'body', ...oneOf('body', 'header') },
  tokenFormat: { initial: 'jwt', ...oneOf('jwt', 'opaque') },
  csrf: { initial: 'header', ...oneOf('header', 'double-submit', 'off') },
  corsOrigins: { initial: [], ...origins() },
  latency: { initial: 0, ...number({ atMost: LONGEST_TIMER }) },
  refreshLatency: { initial: 0, ...number({ atMost: LONGEST_TIMER }) },
  omitIat: { initial: false, ...boolean() },
  refreshTokenIn: { initial: 'cookie', ...oneOf('cookie', 'body') },
  signOutNeedsBearer: { initial: false, ...boolean() },
  emptyAnswers: { initial: false, ...boolean() },
  flaws: { initial: [], ...flaws() },
}

/** The names of all settings. */
export const settingNames = Object.keys(definitions)

/** `accessTtl` → `API_ACCESS_TTL`. @param {string} name */
export function environmentName(name) {
  return `API_${name.replace(/[A-Z]/g, '_$&').toUpperCase()}`
}

/**
 * The defaults with `changes` applied.
 * @param {Partial<Settings>} [changes]
 * @returns {Settings}
 * @throws {InvalidInput}
 */
export function createSettings(changes = {}) {
  const defaults = settingNames.map((name) => [name, definitions[name].initial])
  return { ...Object.fromEntries(defaults), ...checkSettings(changes) }
}

/**
 * Checks all changes together. If one is invalid, none is applied.
 * @param {Partial<Settings>} changes
 * @returns {Partial<Settings>} a copy
 * @throws {InvalidInput}
 */
export function checkSettings(changes) {
  if (changes === null || typeof changes !== 'object' || Array.isArray(changes)) {
    throw new InvalidInput('settings must be an object')
  }
  for (const [name, value] of Object.entries(changes)) {
    if (!Object.hasOwn(definitions, name)) {
      throw new InvalidInput(`unknown setting "${name}"; there are ${settingNames.join(', ')}`)
    }
    check(name, name, value, value)
  }
  return structuredClone(changes)
}

/**
 * The settings named by `API_…` variables; an empty variable counts as absent.
 * @param {Record<string, string | undefined>} environment
 * @returns {Partial<Settings>}
 * @throws {InvalidInput} naming the variable
 */
export function settingsFromEnvironment(environment) {
  const settings = {}
  for (const name of settingNames) {
    const variable = environmentName(name)
    const text = environment[variable]?.trim()
    if (!text) continue
    settings[name] = definitions[name].read(text)
    check(name, variable, settings[name], text)
  }
  return settings
}

function check(name, label, value, given) {
  const { accepts, expected } = definitions[name]
  if (!accepts(value)) {
    throw new InvalidInput(`${label} must be ${expected}, not ${JSON.stringify(given)}`)
  }
}

function number({ above, atMost = Number.MAX_SAFE_INTEGER } = {}) {
  return {
    expected: above === undefined ? 'a number, 0 or more' : `a number above ${above}`,
    accepts: (value) =>
      Number.isFinite(value) && value <= atMost && (above === undefined ? value >= 0 : value > above),
    read: Number,
  }
}

function oneOf(...choices) {
  return {
    expected: `one of ${choices.map((choice) => `"${choice}"`).join(', ')}`,
    accepts: (value) => choices.includes(value),
    read: (text) => text,
  }
}

function boolean() {
  const words = { true: true, 1: true, false: false, 0: false }
  return {
    expected: 'true or false',
    accepts: (value) => typeof value === 'boolean',
    read: (text) => words[text],
  }
}

function origins() {
  return {
    expected: 'a list of origins such as "https://app.example.com" (no path, no trailing slash)',
    accepts: (value) => Array.isArray(value) && value.every(isOrigin),
    read: (text) => text.split(',').map((part) => part.trim()),
  }
}

function flaws() {
  return {
    expected: 'a list of names from src/flaws/names.js, such as "cookie-readable"',
    accepts: (value) => Array.isArray(value) && value.every((name) => flawNames.includes(name)),
    read: (text) => text.split(',').map((part) => part.trim()),
  }
}

function isOrigin(value) {
  return typeof value === 'string' && URL.canParse(value) && new URL(value).origin === value
}
