import type { RouteLocation, RouteLocationNormalized, RouteLocationRaw } from 'vue-router'
import type { RolesOf, Rule } from '../common/guard.js'

/**
 * A page of the application, or a function that returns it for the wanted route. A named route inherits the parameters of
 * the wanted route: `{ name: 'sign-in' }` may be below `/:locale`.
 */
export type GuardPage = RouteLocationRaw | ((wanted: RouteLocationNormalized) => RouteLocationRaw)

export interface GuardOptions {
  /**
   * The sign-in page. Its query contains the wanted page. It should be `guestOnly`.
   * @default '/sign-in'
   */
  signIn?: GuardPage
  /**
   * The page that signed-in users get instead of a page for guests, if the query of that page names no other page. A
   * function gets the page for guests.
   * @default '/'
   */
  home?: GuardPage
  /** The page that is shown instead of a page for other roles. It is required if any route has `meta.roles`. */
  forbidden?: GuardPage
  /**
   * The page that is shown instead of a page that requires sign-in while the session cannot be restored, because the API
   * does not answer, or its response does not fit the configuration. As soon as the session is known, the guard decides
   * again about the wanted page.
   * @default the navigation fails with AuthError `unreachable`
   */
  unavailable?: GuardPage
  /**
   * The name of the query parameter that holds the wanted page, on the sign-in page.
   * @default 'redirect'
   */
  query?: string
  /**
   * Returns the roles of the user.
   * @default `roles` or `role` of the user, else of the claims; of the claims first if they are newer
   */
  roles?: RolesOf
  /**
   * Returns the rule of a page: what it requires of its visitor.
   * @default its `meta`
   */
  rule?: (to: RouteLocation) => Rule
  /** For pages that a server has rendered: until this promise settles, pages are shown as the server rendered them. */
  hydrated?: Promise<unknown>
}
