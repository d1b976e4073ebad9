import type { Snapshot } from 'tokencell'

/**
 * When the token came, which may be before this page did. A snapshot does not say, but a refresh is due after three
 * quarters of a token's life.
 */
export function grantedAt({
  refreshAt,
  expiresAt,
}: Pick<Snapshot, 'refreshAt' | 'expiresAt'>): number | null {
  return refreshAt === null || expiresAt === null ? null : refreshAt - 3 * (expiresAt - refreshAt)
}
