import type { Snapshot } from 'tokencell'

/**
 * The time when the token was granted, possibly before this page was loaded. A snapshot does not contain it. But a refresh is
 * due after three quarters of the lifetime of a token, so the time can be calculated.
 */
export function grantedAt({
  refreshAt,
  expiresAt,
}: Pick<Snapshot, 'refreshAt' | 'expiresAt'>): number | null {
  return refreshAt === null || expiresAt === null ? null : refreshAt - 3 * (expiresAt - refreshAt)
}
