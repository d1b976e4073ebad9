import type { SessionEvent } from './types.js'

/** Whether the API wants a stronger or a newer sign-in (RFC 9470 §3), which no refresh can give. */
export const isStepUp = ({ headers }: Response) =>
  headers.get('www-authenticate')?.includes('insufficient_user_authentication') ?? false

/**
 * The event of a response with which the API asks for a stronger or a newer sign-in (RFC 9470 §3); `undefined` for any other
 * response. A cross-origin API must expose `WWW-Authenticate`.
 *
 * @param url of the request; the event has it without its query
 */
export function stepUpEvent(url: string, response: Response): SessionEvent | undefined {
  if (!isStepUp(response)) return undefined
  const challenge = response.headers.get('www-authenticate') ?? ''
  const parameter = (name: string) => new RegExp(`\\b${name}="?([^",]+)`).exec(challenge)?.[1] ?? null
  const maxAge = parameter('max_age')
  const [bare = ''] = url.split(/[?#]/)
  return {
    type: 'step-up-required',
    url: bare,
    acrValues: parameter('acr_values'),
    maxAge: maxAge === null ? null : Number(maxAge),
  }
}
