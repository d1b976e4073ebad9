import type { RolesOf, Rule } from '../common/guard.js'
import type { BffOptions } from '../server/index.js'

/**
 * The path of a page of this application, or a function that names it for the page that was wanted:
 * ``(pathname) => `/${pathname.split('/')[1]}/sign-in` ``. Paths are without the `basePath` of next.config and without a
 * locale of its `i18n`, which both stay as they are.
 *
 * @param pathname of the wanted page; `/` where only the proxy knows it, and does not cover the page
 * @param search its query
 */
export type Page = string | ((pathname: string, search: URLSearchParams) => string)

/** Which pages there are for those who may not see the one they wanted. */
export interface Pages {
  /**
   * The sign-in page. It gets the page that was wanted as `?redirect=`.
   * @default '/sign-in'
   */
  signIn?: Page
  /**
   * Where those go who have nothing to do on a page for guests. A function gets the page for guests.
   * @default '/'
   */
  home?: Page
  /**
   * Where those go who lack a role.
   * @default a page that is not found
   */
  forbidden?: Page
}

export interface NextAuthOptions extends Omit<BffOptions, 'api' | 'secret'> {
  /**
   * The origin of the API: scheme, host and port. The tokens go nowhere else. This and `secret` are checked at the first request:
   * where `next build` runs they may be missing.
   */
  api: BffOptions['api'] | undefined
  /**
   * Seals the session cookies: 32 characters or more, the same on every instance. Of several, the first seals and all open.
   * To replace one: deploy `[old, new]` everywhere, then `[new, old]`, and after 30 days the new one.
   */
  secret: BffOptions['secret'] | undefined
  pages?: Pages
  /**
   * What the proxy asks of visitors before a page is rendered, by path: the first pattern that fits. `*` stands for one
   * segment, `**` at the end for any number, none included. However the path is spelled: case, encoding and a slash at the end
   * make no difference. For comfort and speed: pages ask again, with `requireSession`.
   *
   * `/**` stands for pages: not for files by their ending (`/logo.png`), `/_next/**`, `/.well-known/**`, the routes of the session
   * and the paths of `proxy`. Any other pattern guards those, too. On the pages `signIn` and `forbidden` only `guestOnly` counts.
   */
  guard?: Readonly<Record<string, Rule>>
  /**
   * Where the roles are.
   * @default `roles` or `role` of the user, else of the claims
   */
  roles?: RolesOf
}
