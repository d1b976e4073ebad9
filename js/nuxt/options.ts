import type { Rule } from '../common/guard.js'
import type { VaultOptions } from '../common/vault-options.js'
import type { BffOptions } from '../server/options.js'
import type { ConfiguredPage } from './pages.js'

/** What a page requires, in `definePageMeta({ auth })`: nothing, a signed-in user, a guest, or a user with a role. */
export type PageAuth = boolean | 'guest' | Rule

interface CommonOptions {
  /**
   * The pages for visitors who may not see the requested page. `tokencell.pages` of app.config takes precedence, and may
   * contain functions of the requested route.
   */
  pages?: {
    /** @default '/sign-in' */
    signIn?: ConfiguredPage
    /** @default '/' */
    home?: ConfiguredPage
    /** @default an error page with the status 403 */
    forbidden?: ConfiguredPage
    /**
     * Shown instead of a page that requires sign-in while the session cannot be determined. When the session is known,
     * the requested page opens automatically.
     * @default an error page with the status 503
     */
    unavailable?: ConfiguredPage
  }
  /**
   * Whether every page requires sign-in, unless the page sets `auth: false`.
   * @default false
   */
  global?: boolean
  /**
   * Where the roles are, as a dotted path: `'claims.scope'`. The value is a list, or a text with spaces between the
   * roles.
   * @default `roles` or `role` of the user, else of the claims; of the claims first if they are newer
   */
  roles?: string
}

export interface VaultModeOptions extends CommonOptions, VaultOptions {
  /** The token lives in a vault in the browser. */
  mode: 'vault'
  /**
   * What the server renders for pages that require sign-in. In vault mode, the server does not know the session. `'wait'`
   * renders a placeholder for the page. `'shell'` renders the page with a session that is `loading`.
   * @default 'wait'
   */
  ssr?: 'shell' | 'wait'
}

/** The options that nuxt.config cannot hold, or not in full. They belong in `server/tokencell.ts`. */
export type BffFileOptions = Partial<
  Pick<BffOptions, 'forward' | 'logger' | 'onEvent' | 'secret' | 'store' | 'waitUntil'>
>

export interface BffModeOptions extends CommonOptions, Omit<BffOptions, keyof BffFileOptions> {
  /** The tokens stay on this server. */
  mode: 'bff'
  /**
   * Seals the session cookies. It is better to set it when the server starts, as `NUXT_TOKENCELL_SECRET`. A list of
   * secrets, which is needed to replace one, belongs in `server/tokencell.ts`.
   * @default in development, a secret that lives as long as the process
   */
  secret?: string
  /** The name of a storage mount of Nitro that all instances share, as in `nitro.storage`. */
  storage?: string
}

export type ModuleOptions = BffModeOptions | VaultModeOptions

/** The options that pages get. They contain no secret. */
export interface PublicOptions {
  mode: ModuleOptions['mode']
  basePath: string
  pages: NonNullable<CommonOptions['pages']>
  global: boolean
  roles: string | undefined
}
