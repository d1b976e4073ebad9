import type { RolesOf, Rule } from '../common/guard.js'
import type { BffOptions } from '../server/index.js'

/**
 * The path of a page of this application, or a function that returns it for the requested page:
 * ``(pathname) => `/${pathname.split('/')[1]}/sign-in` ``. Paths contain neither the `basePath` of next.config nor a
 * locale of its `i18n`. Redirects keep both.
 *
 * @param pathname path of the requested page; `/` if only the proxy knows the path and the proxy does not cover the page
 * @param search query of the requested page
 */
export type Page = string | ((pathname: string, search: URLSearchParams) => string)

/** The pages for visitors who may not see the requested page. */
export interface Pages {
  /**
   * The sign-in page. It gets the requested page as `?redirect=`.
   * @default '/sign-in'
   */
  signIn?: Page
  /**
   * The page for signed-in users who request a page that is for guests only. A function gets the page for guests.
   * @default '/'
   */
  home?: Page
  /**
   * The page for users who lack a role.
   * @default the not-found page
   */
  forbidden?: Page
}

export interface NextAuthOptions extends Omit<BffOptions, 'api' | 'secret'> {
  /**
   * The origin of the API: scheme, host and port. The tokens are sent to this origin only. `api` and `secret` are checked
   * at the first request, so both may be missing while `next build` runs.
   */
  api: BffOptions['api'] | undefined
  /**
   * Seals the session cookies: random text of 32 characters or more, the same on every instance. In a list, the first secret seals and
   * every secret opens. To replace a secret, deploy `[old, new]` on every instance, then `[new, old]`, and after 30 days
   * only the new one.
   */
  secret: BffOptions['secret'] | undefined
  pages?: Pages
  /**
   * The rules that the proxy checks before a page is rendered, by path. The first pattern that matches counts. `*`
   * matches one segment. `**` at the end matches any number of segments, including none. Case, encoding and a slash at
   * the end of the path make no difference. This check is for comfort and speed. Check again in the page, with
   * `requireSession`.
   *
   * `/**` covers pages only. It does not cover files, which are recognised by their extension (`/logo.png`), `/_next/**`,
   * `/.well-known/**`, the routes of the session and the paths of `proxy`. Any other pattern covers these, too. On the
   * pages `signIn` and `forbidden` only `guestOnly` counts.
   */
  guard?: Readonly<Record<string, Rule>>
  /**
   * Where the roles are.
   * @default `roles` or `role` of the user; if there is none, of the claims
   */
  roles?: RolesOf
}
