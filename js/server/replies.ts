import { type AuthError, isAuthError } from '../common/errors.js'
import { ERROR_HEADER } from '../protocol/server-session.js'
import type { RequestSession } from './request-session.js'

export async function report(session: RequestSession, more: object = {}): Promise<Response> {
  return Response.json({ ...(await session.info()), ...more })
}

/**
 * Restricts a response that a link may open. Otherwise a document of the API, such as a page that a user has uploaded,
 * would run with the rights of the application. Chromium shows no PDF in a sandbox.
 */
export function asDocument(response: Response): Response {
  const { headers } = response
  headers.set('x-content-type-options', 'nosniff')
  if (!/^application\/pdf\b/i.test(headers.get('content-type') ?? ''))
    headers.append('content-security-policy', 'sandbox')
  return response
}

/** For responses that read or change a session: no cache may store them (RFC 9111 §5.2.2). */
export function finish(response: Response, setCookies: readonly string[]): Response {
  response.headers.set('cache-control', 'private, no-store')
  response.headers.set('vary', 'cookie')
  for (const cookie of setCookies) response.headers.append('set-cookie', cookie)
  return response
}

const STATUSES: Record<string, number> = {
  'body-too-large': 413,
  'endpoint-of-session': 403,
  'csrf-refused': 403,
  'not-proxied': 404,
  replaced: 409,
  'session-ended': 401,
  unreachable: 503,
}

export const statusOf = ({ code, status }: AuthError) =>
  STATUSES[code] ?? (code === 'refused' ? status : undefined) ?? 502

/** An error for the page: its code, and the response of the API. Errors in this server itself are not sent to pages. */
export function explain(error: unknown): Response {
  if (!isAuthError(error)) {
    console.error(error)
    return new Response(null, { status: 500 })
  }
  const { code, message, body, status: given, retryAfter } = error
  const status = statusOf(error)
  return Response.json(
    { error: code, message, body, status: given, retryAfter },
    { status, headers: { [ERROR_HEADER]: code } },
  )
}
