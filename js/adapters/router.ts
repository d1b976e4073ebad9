import {
  type RouteLocation,
  type RouteLocationNormalized,
  type RouteLocationRaw,
  type Router,
  START_LOCATION,
} from 'vue-router'
import { decide, type RolesOf, type Rule, rolesOf } from '../common/guard.js'
import { createAdmission } from './router-admission.js'
import { createAsked, watchRoutes } from './router-asked.js'
import { createPages } from './router-pages.js'
import { watchSession } from './session-watch.js'
import { LOADING } from '../common/snapshot.js'
import type { Auth } from '../common/types.js'

declare module 'vue-router' {
  // What a page asks of its visitor, checked by guardRoutes().
  interface RouteMeta extends Rule {}
}

/**
 * A page of the application, or a function that names it for the route that was wanted. A named route inherits the parameters
 * of that route: `{ name: 'sign-in' }` may be below `/:locale`.
 */
export type GuardPage = RouteLocationRaw | ((wanted: RouteLocationNormalized) => RouteLocationRaw)

export interface GuardOptions {
  /**
   * Where somebody signs in. It gets the page that was wanted in its query, and should be `guestOnly`.
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

/**
 * Has a router of vue-router 4 or 5 ask `meta.requiresAuth`, `meta.roles` and `meta.guestOnly` (promise 20): before it
 * opens a page, and again when the session or its roles change while the page is open. Comfort, not authorisation: only
 * the API authorises (promise 21).
 *
 * A navigation waits until the session is known, 12 s at most. If it cannot be found out, pages for guests open, and a
 * page that requires sign-in gives way to the page `unavailable`. Without that option the navigation fails with AuthError
 * `unreachable`; if the vault does not start, always with the vault's error. In each case the wanted page opens by itself
 * once the session is known, unless the user has gone elsewhere.
 *
 * When the application adds a route (`router.addRoute`) for the address that the user asked for last, that page opens.
 *
 * Where a server renders, pages that need a session are let through, and show that it is `loading`.
 *
 * @throws AuthError `page-missing`, in a navigation to a page that the router does not have
 * @returns the way to stop
 */
export function guardRoutes(router: Router, auth: Auth<unknown>, options: GuardOptions = {}): () => void {
  const { roles = rolesOf, rule = ({ meta }) => meta, hydrated } = options
  const asked = createAsked(router, rule)
  const pages = createPages(router, asked, options)
  const session = watchSession(auth, reconsider)
  /** On a server nothing can be waited for; and a page must first be what the server made of it. */
  let isPassive = typeof window === 'undefined' || hydrated !== undefined
  let isStopped = false

  const judge = (to: RouteLocation) =>
    pages.settle(to, decide(hydrated && isPassive ? LOADING : session.snapshot, rule(to), roles))
  const admission = createAdmission(session, pages, asked, judge, () => isPassive || isStopped)

  /** The session, or what it allows, has changed: may the open page stay? */
  function reconsider() {
    const open = router.currentRoute.value
    // A navigation that waits decides by itself.
    if (isPassive || admission.isWaiting || openAdded()) return
    const { failed, isUndecided } = admission
    if (failed && admission.canGoOn(failed))
      return openAgain(failed, open === START_LOCATION ? 'replace' : 'push')
    const { status, reason } = session.snapshot
    // An open page stays while the session is not known, unless it was let through without a decision.
    if (open === START_LOCATION || (status === 'loading' && !isUndecided)) return
    const substitution = pages.substitutionAt(open)
    const target = substitution?.wanted ?? open
    const decision = judge(target)
    if (decision === 'wait' || decision === (substitution?.decision ?? 'allow')) return
    const isOver = decision === 'sign-in' && (reason === 'signed-out' || reason === 'replaced')
    if (!isOver) return openAgain(target)
    // The next user may be another one, for whom this page was not meant.
    asked.forget()
    router.replace(pages.signIn(open)).catch(() => {})
  }

  function openAgain({ path, query, hash }: RouteLocation, method: 'push' | 'replace' = 'replace') {
    router[method]({ path, query, hash, force: true }).catch(() => {})
  }

  /** Opens the page that was asked for, if the application has added its route and it is known who is signed in. */
  function openAdded(): boolean {
    const address = isPassive ? undefined : asked.added(session.snapshot)
    if (address) router.replace(address).catch(() => {})
    return address !== undefined
  }

  const stops = [
    router.beforeEach(admission.begin),
    // The session may have ended while a page was being loaded.
    router.beforeResolve(admission.admit),
    watchRoutes(router, openAdded),
    session.stop,
  ]
  hydrated?.finally(() => {
    if (isStopped) return
    isPassive = false
    if (admission.isUndecided) session.whenDecidable()
    reconsider()
  })
  return () => {
    isStopped = true
    for (const stop of stops) stop()
  }
}
