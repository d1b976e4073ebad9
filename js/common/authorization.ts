/** The value of an `Authorization` header (RFC 9110 §11.6.2): the token alone where the scheme is empty. */
export const authorization = (scheme: string, token: string) => (scheme ? `${scheme} ${token}` : token)

/**
 * The token in such a header, which may also come as `Bearer`, or without a scheme.
 *
 * @returns nothing for another scheme
 */
export function tokenIn(header: string | null, scheme: string): string | undefined {
  const [, before = '', token] = /^(?:(\S+) +)?(\S+)$/.exec(header?.trim() ?? '') ?? []
  // Schemes are case-insensitive (RFC 9110 §11.1).
  const known = ['', 'bearer', scheme.toLowerCase()]
  return known.includes(before.toLowerCase()) ? token : undefined
}
