import { explain } from './errors.js'

/** The allowed values of an option: a test, a description for error messages, and the kinds of its own members. */
export interface Kind {
  test(value: unknown): boolean
  text: string
  members?: Kinds
  /** The kind of each member, if the user of the option chooses the names. */
  each?: Kind
}

export type Kinds = Readonly<Record<string, Kind>>

/** The characters that the name of a header, a method or a scheme may contain (RFC 9110 §5.6.2, "token"). */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/
/** The characters that `fetch` accepts in the value of a header (RFC 9110 §5.5, and Latin-1 as browsers send it). */
const HEADER_VALUE = /^[\t -~\x80-\xff]*$/
/** Methods that `fetch` refuses (Fetch, "forbidden method"). */
const FORBIDDEN = /^(connect|trace|track)$/i
/** Methods without a body (Fetch, "Request with GET/HEAD method cannot have body"). */
const BODILESS = /^(get|head)$/i

export const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
export const isHeader = (value: unknown) => typeof value === 'string' && TOKEN.test(value)
const isHeaderValue = (value: unknown) => typeof value === 'string' && HEADER_VALUE.test(value)
const isMethod = (value: unknown) => isHeader(value) && !FORBIDDEN.test(value as string)
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Whether the value is an object with exactly these members. */
const isExactly = (value: unknown, members: Record<string, (value: unknown) => boolean>) =>
  isObject(value) &&
  Object.keys(value).every((name) => Object.hasOwn(members, name)) &&
  Object.entries(members).every(([name, test]) => test(value[name]))

const optional = (test: (value: unknown) => boolean) => (value: unknown) => value === undefined || test(value)

const isCount = (value: unknown) => typeof value === 'number' && value >= 0 && Number.isFinite(value)

export const oneOf = (...words: string[]): Kind => ({
  test: (value) => words.includes(value as string),
  text: words.map((word) => `"${word}"`).join(' or '),
})

const credentials = oneOf('include', 'omit')

/** `csrf` with a value that is fixed or in a cookie. */
export const FIXED_CSRF: Kind = {
  test: (value) =>
    value === false ||
    isExactly(value, { header: isHeader, value: isHeaderValue }) ||
    isExactly(value, { header: isHeader, cookie: isText }),
  text: 'false, { header, value } or { header, cookie } with texts that a header can hold',
}

const isCsrfSource = (value: unknown) =>
  isExactly(value, { field: isText }) ||
  isExactly(value, { responseHeader: isHeader }) ||
  isExactly(value, { meta: isText, endpoint: optional(isText) }) ||
  isExactly(value, { endpoint: isText, field: optional(isText), responseHeader: optional(isHeader) })

const PATH: Kind = {
  test: (value) => typeof value === 'string',
  text: 'a dotted path such as "data.access_token"',
}

const fields: Kind = {
  test: isObject,
  text: 'an object of dotted paths',
  members: {
    accessToken: PATH,
    challenge: PATH,
    endsAt: PATH,
    expiresIn: PATH,
    refreshToken: PATH,
    reason: PATH,
    user: PATH,
  },
}

const ENDPOINT = '"/path", or an object with `path`'

const MEMBERS_OF_ENDPOINT = {
  body: {
    test: (value) => isObject(value) && Object.values(value).every((member) => typeof member === 'string'),
    text: 'an object with text values',
  },
  credentials,
  csrf: FIXED_CSRF,
  encoding: oneOf('json', 'form'),
  fields,
  method: { test: isMethod, text: 'a method that browsers send' },
  path: { test: isText, text: '"/path"' },
} satisfies Kinds

const endpoint = (members: Kinds = MEMBERS_OF_ENDPOINT): Kind => ({
  test: (value) => isText(value) || (isObject(value) && value.path !== undefined),
  text: ENDPOINT,
  members,
})

/** An endpoint that can begin a session. */
const signIn = endpoint({
  ...MEMBERS_OF_ENDPOINT,
  method: {
    test: (value) => isMethod(value) && !BODILESS.test(value as string),
    text: 'a method with a body, such as "POST"',
  },
})

const SECONDS = 'a number of seconds, 0 or more'

const isStatus = (value: unknown) =>
  Number.isInteger(value) && (value as number) >= 400 && (value as number) <= 499

/** The options that vaults and servers have in common. */
export const KINDS = {
  check: { test: isText, text: '"/path"' },
  credential: {
    test: (value) =>
      value === 'bearer' ||
      value === 'cookie' ||
      isExactly(value, {
        headers: (names) => Array.isArray(names) && names.length > 0 && names.every(isHeader),
      }),
    text: '"bearer", "cookie", or { headers } with a list of header names',
  },
  credentials,
  csrf: {
    test: (value) => FIXED_CSRF.test(value) || isExactly(value, { header: isHeader, from: isCsrfSource }),
    text: `${FIXED_CSRF.text}, or { header, from } with { field }, { responseHeader }, { meta } or { endpoint }`,
  },
  exchanges: { test: isObject, text: 'an object with a name for each endpoint', each: signIn },
  fields,
  forgetAfter: { test: isCount, text: SECONDS },
  idle: {
    test: (value) =>
      isExactly(value, { after: isCount, warn: optional(isCount) }) &&
      ((value as { warn?: number }).warn ?? 0) < (value as { after: number }).after,
    text: '{ after, warn } with numbers of seconds, and `warn` less than `after`',
  },
  name: {
    // The names of Web Locks that begin with a dash are reserved (Web Locks, §3.2).
    test: (value) => isText(value) && !value.startsWith('-'),
    text: 'text that does not begin with "-"',
  },
  origins: {
    test: (value) => Array.isArray(value) && value.every((origin) => typeof origin === 'string'),
    text: 'a list of origins such as "https://api.example.com"',
  },
  page: { test: (value) => typeof value === 'boolean', text: 'true or false' },
  refresh: endpoint({
    ...MEMBERS_OF_ENDPOINT,
    endsOn: {
      test: (value) => Array.isArray(value) && value.every(isStatus),
      text: 'a list of statuses from 400 to 499',
    },
  }),
  refreshToken: {
    test: (value) =>
      value === 'body' ||
      value === 'cookie' ||
      isExactly(value, { header: isHeader }) ||
      isExactly(value, { body: isText }),
    text: '"body", "cookie", { body } with a member name, or { header } with a header name',
  },
  renewHeader: { test: isHeader, text: 'the name of a header' },
  restoreCookie: { test: isText, text: 'the name of a cookie' },
  scheme: {
    test: (value) => value === '' || isHeader(value),
    text: 'one word such as "Token", or "" for none',
  },
  signIn,
  signOut: endpoint(),
  user: endpoint(),
} satisfies Kinds

/**
 * Checks the options that are set.
 *
 * @throws AuthError `option-invalid` that names the option, its value and the allowed values
 */
export function checkOptions(options: object, kinds: Kinds) {
  checkMembers(options, kinds, '')
  const { refresh, refreshToken, signOut } = options as Record<string, unknown>
  const isInBody = refreshToken === 'body' || (isObject(refreshToken) && 'body' in refreshToken)
  for (const [option, endpoint] of Object.entries({ refresh, signOut })) {
    const { method = 'POST', body } = isObject(endpoint) ? endpoint : {}
    if (BODILESS.test(String(method)) && (body !== undefined || (isInBody && option === 'refresh')))
      refuse(`${option}.method`, 'a method with a body, for the refresh token or for `body`', method)
  }
}

function checkMembers(options: object, kinds: Kinds, parent: string) {
  for (const [name, value] of Object.entries(options)) {
    const option = `${parent}${name}`
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined
    if (!kind)
      throw explain(
        'option-invalid',
        `This option does not exist. The options are: ${Object.keys(kinds).join(', ')}.`,
        { option },
      )
    checkValue(option, value, kind)
  }
}

function checkValue(option: string, value: unknown, kind: Kind) {
  if (value === undefined) return
  if (!kind.test(value)) refuse(option, kind.text, value)
  if (!isObject(value)) return
  if (kind.members) checkMembers(value, kind.members, `${option}.`)
  if (kind.each)
    for (const [name, member] of Object.entries(value)) checkValue(`${option}.${name}`, member, kind.each)
}

function refuse(option: string, wanted: string, found: unknown): never {
  throw explain('option-invalid', `Must be ${wanted}, but is ${shown(found)}.`, { option })
}

/** A short, readable text for a value, for error messages. */
function shown(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? typeof value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
