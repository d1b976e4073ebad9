import type { ConnectedVault } from '../protocol/vault.js'
import { pageError } from './errors.js'

export interface OriginOptions {
  /**
   * A copy of the `origins` of the vault: scheme, host and port, as in `https://api.example.com`. The list is not a
   * secret, and it grants nothing: the vault uses its own list to decide where it sends the token.
   *
   * With this option, requests to other origins are sent with plain `fetch` at once, also while the vault starts or after
   * it has failed. Without it, these requests wait until the vault has started once, and fail with its error if it does
   * not start. If an origin of the vault is missing here, requests to it have no token until the vault has started.
   */
  origins?: readonly string[]
}

/** The origins that the token may go to, as far as a page knows them: from its options first, then from its vault. */
export function createOrigins({ origins }: OriginOptions) {
  let known: readonly string[] | undefined = origins?.map(parseOrigin)

  return {
    /** While the vault is restarted, the origins of its last run stay valid. */
    async learn(vault: ConnectedVault) {
      // If the vault has not started, the call that needs it fails with the vault's own error.
      known = await vault.origins().catch(() => known)
    },
    /** Whether plain `fetch` is enough: the URL is on no origin of the vault, or the caller has set `Authorization`. */
    needNoVault({ url, headers }: Request): boolean {
      const isOurs = (known ?? [new URL(url).origin]).some((origin) => url.startsWith(`${origin}/`))
      return !isOurs || headers.has('authorization')
    },
  }
}

function parseOrigin(text: string): string {
  try {
    const { origin, href } = new URL(text)
    if (href === `${origin}/`) return origin
  } catch {}
  throw pageError('origin-malformed', { option: 'origins' })
}
