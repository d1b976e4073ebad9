import { type RouteLocation, type Router, START_LOCATION } from 'vue-router'
import { decide, type Rule, rolesOf } from '../common/guard.js'
import { LOADING } from '../common/snapshot.js'
import type { Auth } from '../common/types.js'
import { createAdmission } from './router-admission.js'
import { createAsked, watchRoutes } from './router-asked.js'
import type { GuardOptions } from './router-options.js'
import { createPages } from './router-pages.js'
import { watchSession } from './session-watch.js'

// The interface `Register` of 'tokencell' counts only where that module is part of the program.
export type {} from '../index.js'

export type { GuardOptions, GuardPage } from './router-options.js'

declare module 'vue-router' {
  // What a page asks of its visitor, checked by guardRoutes().
  interface RouteMeta extends Rule {}
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
