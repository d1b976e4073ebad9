import { callError } from '../common/call-errors.js'
import { AuthError, type AuthErrorCode, explain } from '../common/errors.js'
import { ERROR_HEADER, type SessionInfo } from '../protocol/server-session.js'

/** What the routes of `tokencell/server` answer. */
export type Answer<User> = SessionInfo<User> & { answer?: unknown; isConfirmed?: boolean }

const NOT_OUR_ROUTE =
  'The answer is not from the routes of `tokencell/server`. Serve them at `base`, without a redirect.'

/** What only this client can find out. */
export type BffErrorCode = 'cookie-dropped'

const COOKIE_DROPPED =
  'The browser has not kept the session cookie, which is `Secure`, because this page is not served over https. Serve it over ' +
  'https, or set `cookie: { secure: false }` on the server in development.'

/**
 * @param now how things stand after the sign-in
 * @throws AuthError `cookie-dropped`
 */
export function assertKept<User>(signedIn: Answer<User>, now: Answer<User>) {
  if (now.session !== signedIn.session)
    throw explain('cookie-dropped', COOKIE_DROPPED, { option: 'cookie.secure' })
}

/**
 * @throws AuthError with the code that the server names; `unreachable` if it names none, or breaks off; `body-malformed` if
 * something else answers in its place, with a page for example
 */
export async function readAnswer<User>(response: Response): Promise<Answer<User>> {
  const { status, statusText } = response
  const text = await response.text().catch((cause: unknown) => {
    throw callError('unreachable', { cause, status })
  })
  const body = parseObject(text)
  if (response.ok && isInfo(body)) return body as Answer<User>
  if (response.ok) throw explain('body-malformed', NOT_OUR_ROUTE, { status })
  const code = (response.headers.get(ERROR_HEADER) ?? 'unreachable') as AuthErrorCode
  const { message = statusText } = body as { message?: string }
  throw new AuthError(code, message, { status, ...body })
}

/** An object; one without members if the text is something else. */
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
