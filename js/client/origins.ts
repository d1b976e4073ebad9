import type { ConnectedVault } from '../protocol/vault.js'
import { pageError } from './errors.js'

export interface OriginOptions {
  /**
   * A copy of the `origins` of the vault: scheme, host and port, as in `https://api.example.com`. Not a secret, and no
   * permission: the vault decides by its own list where the token goes.
   *
   * With it, requests to other origins go out as plain `fetch` at once, while the vault starts or has failed. Without it
   * they wait until the vault has been there once, and fail with its error if it does not start. An origin of the vault
   * that is missing here gets requests without a token until then.
   */
  origins?: readonly string[]
}

/** What a page knows of the origins that the token may go to: from its options, and then from its vault. */
export function createOrigins({ origins }: OriginOptions) {
  let known: readonly string[] | undefined = origins?.map(parseOrigin)

  return {
    /** Those of the last vault hold while it is restarted. */
    async learn(vault: ConnectedVault) {
      try {
        known = await vault.origins()
      } catch {
        // It has not started, and what is asked of it fails by itself.
      }
    },
    /** Whether it goes to no origin of the vault, or with a token of the caller: then `fetch` itself does best. */
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
