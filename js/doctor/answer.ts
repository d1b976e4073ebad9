import { isCsrfRefusal } from '../common/csrf-token.js'
import { type Content, readContent } from './content.js'
import { readCookie, type SetCookie } from './cookies.js'
import { type Grant, readGrant, type TokenPlan } from './grant.js'
import type { Secrets } from './secret.js'
import { type Stack, stackOf } from './stack.js'
import type { RawAnswer } from './transport.js'

/**
 * The parts of a response that checks may see. Tokens and values of cookies are {@link Secret}s. The body is not
 * included.
 */
export interface Answer {
  status: number
  isOk: boolean
  /** Whether clients treat the status as a refusal. */
  isRefusal: boolean
  cookies: SetCookie[]
  grant: Grant
  /** The kind of the body, by its Content-Type. */
  type: 'html' | 'json' | 'none' | 'other'
  content: Content
  /** If the response is a refusal: the members of the body that it reports as missing. */
  missing: string[]
  isCut: boolean
  /** Whether the API may have refused the request because it had no valid CSRF token. */
  isCsrfRefusal: boolean
  /** The framework that the API seems to use. */
  stack: Stack | undefined
  /** Local time in milliseconds, half-way between the request and the response. */
  at: number
  /** The value of a header that {@link READABLE} allows. Several values are joined. */
  header(name: string): string | undefined
  /** The elements of a header that is a list, in lower case. */
  list(name: string): string[]
}

/** The headers that checks may see. Any other header could contain a secret. */
const READABLE =
  /^(access-control-.*|allow|cache-control|content-type|date|location|retry-after|server|strict-transport-security|vary|www-authenticate|x-powered-by|x-runtime)$/

export function readAnswer(
  raw: RawAnswer,
  secrets: Secrets,
  plan: TokenPlan & { cookies: 'include' | 'omit' },
): Answer {
  // These come first: cookies and granted tokens are secrets, and names and headers may contain them as well.
  for (const [name, value] of raw.headers)
    if (name === 'set-cookie')
      secrets.keep(
        value
          .split(';')[0]
          ?.replace(/^[^=]*=/, '')
          .trim() ?? '',
      )
  const grant = readGrant(raw, secrets, plan)
  const headers = new Map<string, string>()
  for (const [name, value] of raw.headers) {
    if (!READABLE.test(name)) continue
    const before = headers.get(name)
    const text = readable(name, value, secrets)
    headers.set(name, before === undefined ? text : `${before}, ${text}`)
  }
  const header = (name: string) => headers.get(name.toLowerCase())
  const date = Date.parse(header('date') ?? '')
  const setCookies = raw.headers.filter(([name]) => name === 'set-cookie' && plan.cookies === 'include')
  const type = typeOf(header('content-type'), raw.body)
  return {
    status: raw.status,
    isOk: raw.status >= 200 && raw.status < 300,
    isRefusal: raw.status === 400 || raw.status === 401 || raw.status === 403,
    cookies: setCookies.flatMap(
      ([, value]) => readCookie(value, Number.isNaN(date) ? raw.at : date, secrets) ?? [],
    ),
    grant,
    type,
    content: readContent(raw.body, type === 'html'),
    missing: missingIn(raw),
    stack: stackOf(raw),
    isCut: raw.isCut,
    isCsrfRefusal: mayBeForCsrf(raw),
    at: raw.at - raw.took / 2,
    header,
    list: (name) =>
      (header(name) ?? '')
        .toLowerCase()
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean),
  }
}

/** Usual names of credentials. Names that only one API uses are not repeated in a report. */
const CREDENTIALS = [
  'grant_type',
  'username',
  'identifier',
  'login',
  'email',
  'user',
  'password',
  'client_id',
]

function missingIn({ status, body }: RawAnswer): string[] {
  if (status !== 400 && status !== 422) return []
  return CREDENTIALS.filter((name) =>
    new RegExp(`"${name}"|\\b${name} is (a )?(required|missing)`).test(body),
  )
}

/** Without a hint in the body, 422 means other invalid members. */
const mayBeForCsrf = (raw: RawAnswer) =>
  isCsrfRefusal(raw) && (raw.status !== 422 || /csrf|xsrf|authenticity|forgery/i.test(raw.body))

function readable(name: string, value: string, secrets: Secrets): string {
  // A query may contain a token, and a path may contain text that a user has typed. The other headers have a fixed
  // vocabulary.
  if (name === 'location') return secrets.printable(value.replace(/[?#].*/s, ''))
  return secrets.printableHeader(value)
}

function typeOf(contentType: string | undefined, body: string): Answer['type'] {
  if (body === '') return 'none'
  if (/json/i.test(contentType ?? '')) return 'json'
  return /html/i.test(contentType ?? '') ? 'html' : 'other'
}
