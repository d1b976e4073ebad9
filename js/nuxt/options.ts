import type { Rule } from '../common/guard.js'
import type { VaultOptions } from '../common/vault-options.js'
import type { BffOptions } from '../server/options.js'
import type { ConfiguredPage } from './pages.js'

/** What a page requires, in `definePageMeta({ auth })`: nothing, a signed-in user, a guest, or a user with a role. */
export type PageAuth = boolean | 'guest' | Rule

interface CommonOptions {
  /**
   * Which pages there are for those who may not see the one they wanted. `tokencell.pages` of app.config goes before it, and may
   * have functions of the wanted route.
   */
  pages?: {
    /** @default '/sign-in' */
    signIn?: ConfiguredPage
    /** @default '/' */
    home?: ConfiguredPage
    /** @default an error page with the status 403 */
    forbidden?: ConfiguredPage
    /**
     * Shown in place of a page that requires sign-in while the session cannot be found out; that page opens by itself.
     * @default an error page with the status 503
     */
    unavailable?: ConfiguredPage
  }
  /**
   * Whether every page requires sign-in, unless it says `auth: false`.
   * @default false
   */
  global?: boolean
  /**
   * Where the roles are, as a dotted path: a list, or words. `'claims.scope'`
   * @default `roles` or `role` of the user, else of the claims
   */
  roles?: string
}

export interface VaultModeOptions extends CommonOptions, VaultOptions {
  /** The token lives in a vault in the browser. */
  mode: 'vault'
  /**
   * What a server renders for pages that ask for somebody, as it cannot know: `'wait'` leaves a place for the page, `'shell'`
   * renders the page with a session that is `loading`.
   * @default 'wait'
   */
  ssr?: 'shell' | 'wait'
}

/** What nuxt.config cannot take, or not in full: the options of `server/tokencell.ts`. */
export type BffFileOptions = Partial<
  Pick<BffOptions, 'forward' | 'logger' | 'onEvent' | 'secret' | 'store' | 'waitUntil'>
>

export interface BffModeOptions extends CommonOptions, Omit<BffOptions, keyof BffFileOptions> {
  /** The tokens stay on this server. */
  mode: 'bff'
  /**
   * Seals the session cookies. Better set when the server starts, as `NUXT_TOKENCELL_SECRET`. Several, for replacing one,
   * stand in `server/tokencell.ts`.
   * @default in development, one that lives as long as the process
   */
  secret?: string
  /** A mount of Nitro's storage that several instances share, as in `nitro.storage`. */
  storage?: string
}

export type ModuleOptions = BffModeOptions | VaultModeOptions

/** What pages know of it. No secret. */
export interface PublicOptions {
  mode: ModuleOptions['mode']
  base: string
  pages: NonNullable<CommonOptions['pages']>
  global: boolean
  roles: string | undefined
}
