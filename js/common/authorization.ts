/** The value of an `Authorization` header (RFC 9110 §11.6.2). If the scheme is empty, it is the token alone. */
export const authorization = (scheme: string, token: string) => (scheme ? `${scheme} ${token}` : token)

/**
 * The token in the value of an `Authorization` header. Besides `scheme`, the header may have the scheme `Bearer`, or no
 * scheme.
 *
 * @returns `undefined` for another scheme
 */
export function tokenIn(header: string | null, scheme: string): string | undefined {
  const [, before = '', token = ''] = /(?:([^ ]+) +)?(.+)/s.exec(header?.trim() ?? '') ?? []
  // Schemes are case-insensitive (RFC 9110 §11.1).
  const known = ['', 'bearer', scheme.toLowerCase()]
  // A scheme without a token is not a token.
  return known.includes(before.toLowerCase()) && !known.includes(token.toLowerCase()) ? token : undefined
}
