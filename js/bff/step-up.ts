import type { AuthEvent } from '../common/types.js'

/**
 * Reports a response with which the API asks for a stronger or a newer sign-in (RFC 9470 §3).
 *
 * @returns whether it is one
 */
export function reportStepUp(
  { url }: Request,
  { headers }: Response,
  report: (event: AuthEvent) => void,
): boolean {
  const challenge = headers.get('www-authenticate')
  if (!challenge?.includes('insufficient_user_authentication')) return false
  const parameter = (name: string) => new RegExp(`\\b${name}="?([^",]+)`).exec(challenge)?.[1] ?? null
  const maxAge = parameter('max_age')
  const [bare = ''] = url.split(/[?#]/)
  report({
    type: 'step-up-required',
    url: bare,
    acrValues: parameter('acr_values'),
    maxAge: maxAge === null ? null : Number(maxAge),
  })
  return true
}
