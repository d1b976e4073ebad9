import { explain } from './errors.js'

/** What an option may be: whether a value is that, and how a person reads it. */
interface Kind {
  test(value: unknown): boolean
  text: string
}

/** What the name of a header, a method or a scheme may contain (RFC 9110 §5.6.2, "token"). */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/
/** What `fetch` takes as the value of a header (RFC 9110 §5.5, and Latin-1 as browsers send it). */
const HEADER_VALUE = /^[\t -~\x80-\xff]*$/
/** Methods that `fetch` refuses (Fetch, "forbidden method"). */
const FORBIDDEN = /^(connect|trace|track)$/i

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
const isHeader = (value: unknown) => typeof value === 'string' && TOKEN.test(value)
const isHeaderValue = (value: unknown) => typeof value === 'string' && HEADER_VALUE.test(value)
const isMethod = (value: unknown) => isHeader(value) && !FORBIDDEN.test(value as string)

/** Whether these and no others are its members. */
function has(value: unknown, members: Record<string, (value: unknown) => boolean>, optional: string[] = []) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const given = value as Record<string, unknown>
  const isKnown = Object.keys(given).every((name) => name in members)
  return (
    isKnown &&
    Object.entries(members).every(
      ([name, test]) => (given[name] === undefined && optional.includes(name)) || test(given[name]),
    )
  )
}

const isEndpoint = (value: unknown) =>
  isText(value) || has(value, { method: isMethod, path: isText }, ['method'])

/** A sign-in has a body, which `fetch` sends with neither of these. */
const hasBody = (value: unknown) => !/^(get|head)$/i.test(String((value as { method?: unknown }).method))

const ENDPOINT = '"/path", or { method, path } with a method of HTTP'

/** The options that vaults and servers have in common. */
export const KINDS = {
  check: { test: isText, text: '"/path"' },
  credential: {
    test: (value) =>
      value === 'bearer' ||
      value === 'cookie' ||
      has(value, { headers: (names) => Array.isArray(names) && names.length > 0 && names.every(isHeader) }),
    text: '"bearer", "cookie", or { headers } with the names of headers',
  },
  credentials: { test: (value) => value === 'include' || value === 'omit', text: '"include" or "omit"' },
  csrf: {
    test: (value) =>
      value === false ||
      has(value, { header: isHeader, value: isHeaderValue }) ||
      has(value, { header: isHeader, cookie: isText }),
    text: 'false, { header, value } or { header, cookie }, each of them text that a header can hold',
  },
  fields: {
    test: (value) => {
      const [text, all] = [(field: unknown) => typeof field === 'string', FIELD_NAMES]
      return has(value, Object.fromEntries(all.map((name) => [name, text])), all)
    },
    text: 'an object with dotted paths as accessToken, expiresIn, refreshToken, reason or user',
  },
  forgetAfter: {
    test: (value) => typeof value === 'number' && value >= 0 && Number.isFinite(value),
    text: 'a number of seconds, 0 or more',
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
  refresh: { test: isEndpoint, text: ENDPOINT },
  refreshToken: {
    test: (value) => value === 'body' || value === 'cookie' || has(value, { header: isHeader }),
    text: '"body", "cookie", or { header } with the name of a header',
  },
  scheme: {
    test: (value) => value === '' || isHeader(value),
    text: 'one word such as "Token", or "" for none',
  },
  signIn: { test: (value) => isEndpoint(value) && hasBody(value), text: `${ENDPOINT} other than GET` },
  signOut: { test: isEndpoint, text: ENDPOINT },
} satisfies Record<string, Kind>

const FIELD_NAMES = ['accessToken', 'expiresIn', 'refreshToken', 'reason', 'user']

/**
 * Checks those options that are given.
 *
 * @throws AuthError `option-invalid` that names the option, what was found and what would do
 */
export function checkOptions(options: object, kinds: Record<string, Kind>) {
  for (const [option, value] of Object.entries(options)) {
    const kind = Object.hasOwn(kinds, option) ? kinds[option] : undefined
    if (!kind)
      throw explain(
        'option-invalid',
        `There is no such option. Those are: ${Object.keys(kinds).join(', ')}.`,
        { option },
      )
    if (value === undefined || kind.test(value)) continue
    throw explain('option-invalid', `Must be ${kind.text}, and is ${shown(value)}.`, { option })
  }
}

/** A value as a person reads it, in short. */
function shown(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? typeof value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
