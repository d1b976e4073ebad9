import type { RouteLocation, RouteLocationNormalized, RouteLocationRaw } from 'vue-router'
import type { RolesOf, Rule } from '../common/guard.js'

/**
 * A page of the application, or a function that names it for the route that was wanted. A named route inherits the parameters
 * of that route: `{ name: 'sign-in' }` may be below `/:locale`.
 */
export type GuardPage = RouteLocationRaw | ((wanted: RouteLocationNormalized) => RouteLocationRaw)

export interface GuardOptions {
  /**
   * The sign-in page. It gets the page that was wanted in its query, and should be `guestOnly`.
   * @default '/sign-in'
   */
  signIn?: GuardPage
  /**
   * Where those go who have nothing to do on a page for guests, and wanted no other. A function gets the page for guests.
   * @default '/'
   */
  home?: GuardPage
  /** What is shown instead of a page that is for other roles. Required as soon as a route has `meta.roles`. */
  forbidden?: GuardPage
  /**
   * What is shown instead of a page that requires sign-in while the session cannot be found out, because the API does not
   * answer, or not as configured. It gives way to that page by itself as soon as the session is known.
   * @default the navigation fails with AuthError `unreachable`
   */
  unavailable?: GuardPage
  /**
   * The name of the page that was wanted, in the query of the sign-in page.
   * @default 'redirect'
   */
  query?: string
  /**
   * Where the roles are.
   * @default `roles` or `role` of the user, else of the claims
   */
  roles?: RolesOf
  /**
   * What a page asks of its visitor.
   * @default its `meta`
   */
  rule?: (to: RouteLocation) => Rule
  /** Where a server has rendered: until this settles, pages are shown as they were there. */
  hydrated?: Promise<unknown>
}
