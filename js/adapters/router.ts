import { type RouteLocation, type Router, START_LOCATION } from 'vue-router'
import { decide, type Rule, rolesOf } from '../common/guard.js'
import { LOADING } from '../common/snapshot.js'
import type { Auth } from '../common/types.js'
import { createAdmission } from './router-admission.js'
import { createAsked, watchRoutes } from './router-asked.js'
import type { GuardOptions } from './router-options.js'
import { createPages } from './router-pages.js'
import { watchSession } from './session-watch.js'

// TypeScript applies the interface `Register` of 'tokencell' only if that module is part of the program.
export type {} from '../index.js'

export type { GuardOptions, GuardPage } from './router-options.js'

declare module 'vue-router' {
  // What a page requires of its visitor. guardRoutes() checks it.
  interface RouteMeta extends Rule {}
}

/**
 * Makes a router of vue-router 4 or 5 check `meta.requiresAuth`, `meta.roles` and `meta.guestOnly` (promise 20). It checks
 * them before it opens a page, and again if the session or its roles change while the page is open. This is convenience,
 * not authorisation: only the API authorises (promise 21).
 *
 * A navigation waits until the session is known, for at most 12 s. If the session cannot be restored, pages for guests
 * open, and the page `unavailable` is shown instead of a page that requires sign-in. Without that option the navigation
 * fails with AuthError `unreachable`. If the vault does not start, the navigation always fails with the vault's error. In
 * each case the wanted page opens automatically once the session is known, unless the user has opened another page.
 *
 * If the application adds a route (`router.addRoute`) for the address that the user requested last, that page opens.
 *
 * While a server renders, pages that need a session are allowed, and show that the session is `loading`.
 *
 * @throws AuthError `page-missing`, in a navigation to a page that the router does not have
 * @returns a function that removes the guard
 */
export function guardRoutes(router: Router, auth: Auth<unknown>, options: GuardOptions = {}): () => void {
  const { roles = rolesOf, rule = ({ meta }) => meta, hydrated } = options
  const asked = createAsked(router, rule)
  const pages = createPages(router, asked, options)
  const session = watchSession(auth, reconsider)
  /** A server cannot wait for the session. In the browser, the first render must match what the server rendered. */
  let isPassive = typeof window === 'undefined' || hydrated !== undefined
  let isStopped = false

  const judge = (to: RouteLocation) =>
    pages.settle(to, decide(hydrated && isPassive ? LOADING : session.snapshot, rule(to), roles))
  const admission = createAdmission(session, pages, asked, judge, () => isPassive || isStopped)

  /** Called when the session or its roles have changed: decides again about the open page. */
  function reconsider() {
    const open = router.currentRoute.value
    // A waiting navigation makes its own decision.
    if (isPassive || admission.isWaiting || openAdded()) return
    const { failed, isUndecided } = admission
    if (failed && admission.canProceed(failed))
      return openAgain(failed, open === START_LOCATION ? 'replace' : 'push')
    const { status, reason } = session.snapshot
    // An open page stays while the session is not known, unless it was allowed without a decision.
    if (open === START_LOCATION || (status === 'loading' && !isUndecided)) return
    const substitution = pages.substitutionAt(open)
    const target = substitution?.wanted ?? open
    const decision = judge(target)
    if (decision === 'wait' || decision === (substitution?.decision ?? 'allow')) return
    const isOver = decision === 'sign-in' && (reason === 'signed-out' || reason === 'replaced')
    if (!isOver) return openAgain(target)
    // The next user may be a different one, who must not be sent to this user's page.
    asked.forget()
    router.replace(pages.signIn(open)).catch(() => {})
  }

  function openAgain({ path, query, hash }: RouteLocation, method: 'push' | 'replace' = 'replace') {
    router[method]({ path, query, hash, force: true }).catch(() => {})
  }

  /** Opens the page that was requested last, if the application has added its route and a user is signed in. */
  function openAdded(): boolean {
    const address = isPassive ? undefined : asked.added(session.snapshot)
    if (address) router.replace(address).catch(() => {})
    return address !== undefined
  }

  const stops = [
    router.beforeEach(admission.begin),
    // The session may have ended while the page was loading.
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
