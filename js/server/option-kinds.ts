import { isHeader, isObject, isText, KINDS, type Kinds, oneOf } from '../common/option-checks.js'
import { MAX_COOKIE } from './cookie-size.js'
import { parsePattern } from './paths.js'

const isList = (value: unknown, test: (entry: unknown) => boolean) =>
  Array.isArray(value) && value.every(test)

const isFunction = (value: unknown) => typeof value === 'function'

const positive = (unit: string) => ({
  test: (value: unknown) => typeof value === 'number' && value > 0 && Number.isFinite(value),
  text: `a number of ${unit} above 0`,
})

const listOfOrigins = {
  test: (value: unknown) => isList(value, (origin) => typeof origin === 'string'),
  text: 'a list of origins such as "https://www.example.com"',
}

const boolean = { test: (value: unknown) => typeof value === 'boolean', text: 'true or false' }

const { check, credentials, exchanges, fields, idle, refresh, refreshToken, renewHeader, scheme } = KINDS
const { signIn, signOut, user } = KINDS

/** A server has no page of the API with a `<meta>` element. */
const csrf = {
  test: (value: unknown) =>
    KINDS.csrf.test(value) && !(isObject(value) && isObject(value.from) && Object.hasOwn(value.from, 'meta')),
  text: KINDS.csrf.text.replace(', { meta }', ''),
}

/** The options of a server. `api` and `secret` have their own checks and errors. A secret is never shown. */
export const SERVER_KINDS = {
  check,
  credentials,
  csrf,
  exchanges,
  fields,
  idle,
  refresh,
  refreshToken,
  renewHeader,
  scheme,
  signIn,
  signOut,
  user,
  api: { test: () => true, text: 'an origin' },
  secret: { test: () => true, text: 'text of 32 characters or more' },
  basePath: {
    test: (value) => isText(value) && !value.includes('*') && parsePattern(value) !== undefined,
    text: 'a path such as "/api/auth"',
  },
  bodyLimit: positive('bytes'),
  claims: { test: (value) => isList(value, isText), text: 'a list of claim names' },
  cookie: {
    test: isObject,
    text: 'an object with name, sameSite, secure, maxAge or limit',
    members: {
      limit: {
        test: (value) => typeof value === 'number' && value > 0 && value <= MAX_COOKIE,
        text: `a number of characters up to ${MAX_COOKIE}`,
      },
      maxAge: positive('seconds'),
      name: {
        test: (value) => typeof value === 'string' && /^[\w.-]+$/.test(value),
        text: 'letters, digits, "_", "." and "-"',
      },
      sameSite: oneOf('lax', 'strict'),
      secure: boolean,
    },
  },
  forward: { test: isFunction, text: 'a function that gets the request and returns headers' },
  grace: {
    test: (value) => typeof value === 'number' && value >= 0 && Number.isFinite(value),
    text: 'a number of seconds, 0 or more',
  },
  headers: { test: (value) => isList(value, isHeader), text: 'a list of header names' },
  logger: {
    test: (value) => value === false || isFunction(value),
    text: 'a function that gets a line, or false',
  },
  onEvent: { test: isFunction, text: 'a function that gets an event' },
  origins: listOfOrigins,
  redirects: listOfOrigins,
  allowInsecureHttp: boolean,
  proxy: { test: (value) => isList(value, isText), text: 'a list of paths such as "/api/v1/**"' },
  trustProxy: {
    test: (value) => Number.isInteger(value) && (value as number) >= 0,
    text: 'a whole number of proxies, 0 or more',
  },
  store: {
    test: (value) =>
      isObject(value) && ['getItem', 'setItem', 'removeItem'].every((name) => isFunction(value[name])),
    text: 'an object with getItem, setItem and removeItem, such as a storage of unstorage',
  },
  waitUntil: { test: isFunction, text: 'a function that gets a promise' },
} satisfies Kinds
