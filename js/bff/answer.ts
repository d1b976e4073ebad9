import { CALL_MESSAGES, callError } from '../common/call-errors.js'
import { AuthError, type AuthErrorCode, explain } from '../common/errors.js'
import { ERROR_HEADER, type SessionInfo } from '../protocol/server-session.js'

/** The response body of the routes of `tokencell/server`. */
export type Answer<User> = SessionInfo<User> & {
  answer?: unknown
  isPending?: boolean
  isConfirmed?: boolean
}

const NOT_OUR_ROUTE =
  'The response does not come from the routes of `tokencell/server`. Serve these routes at `basePath`, without a redirect.'

/** Statuses below 500 with which a server or a proxy refuses for now. */
const TEMPORARY = [408, 425, 429]

/** Codes of the errors that only this client raises. */
export type BffErrorCode = 'cookie-dropped'

const COOKIE_DROPPED =
  'The browser has not kept the session cookie, probably because the cookie is `Secure` and this page is not served over ' +
  'https. Serve the page over https, or set `cookie: { secure: false }` on the server in development. If that is set, let the ' +
  'browser accept cookies of this page.'

/**
 * Checks that the browser has kept the session cookie.
 *
 * @param now the session that the server sees in the next request after the sign-in
 * @throws AuthError `cookie-dropped`
 */
export function assertKept<User>(signedIn: Answer<User>, now: Answer<User>) {
  if (now.session !== signedIn.session)
    throw explain('cookie-dropped', COOKIE_DROPPED, { option: 'cookie.secure' })
}

/**
 * Reads the response of the server.
 *
 * @throws AuthError with the code that the server sends. Without a code, or if the response breaks off: `unreachable`. If
 * the response does not come from the server's routes, but is for example an HTML page: `body-malformed`
 */
export async function readAnswer<User>(response: Response): Promise<Answer<User>> {
  const { status } = response
  const text = await response.text().catch((cause: unknown) => {
    throw callError('unreachable', { cause, status })
  })
  const body = parseObject(text)
  if (response.ok && isInfo(body)) return body as Answer<User>
  if (response.ok) throw explain('body-malformed', NOT_OUR_ROUTE, { status })
  const code = (response.headers.get(ERROR_HEADER) ?? 'unreachable') as AuthErrorCode
  const isTemporary = status >= 500 || TEMPORARY.includes(status)
  const { message = isTemporary ? CALL_MESSAGES.unreachable : NOT_OUR_ROUTE } = body as { message?: string }
  throw new AuthError(code, message, { status, ...body })
}

/** Parses the text as a JSON object. Returns an empty object if the text is anything else. */
function parseObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}

function isInfo(body: object): boolean {
  const { snapshot } = body as Partial<SessionInfo>
  return snapshot?.status === 'authenticated' || snapshot?.status === 'unauthenticated'
}
