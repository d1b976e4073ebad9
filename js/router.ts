import {
  type RouteLocation,
  type RouteLocationNormalized,
  type RouteLocationRaw,
  type Router,
  START_LOCATION,
} from 'vue-router'
import { adapterError } from './adapter-errors.js'
import { isAuthError } from './errors.js'
import { decide, ownPath, type RolesOf, type Rule, rolesOf } from './guard.js'
import { LOADING } from './snapshot.js'
import type { Auth } from './types.js'

declare module 'vue-router' {
  // What a page asks of its visitor, checked by guardRoutes().
  interface RouteMeta extends Rule {}
}

export interface GuardOptions {
  /**
   * Where somebody signs in. It gets the page that was wanted in its query, and should be `guestOnly`.
   * @default '/sign-in'
   */
  signIn?: RouteLocationRaw
  /**
   * Where those go who have nothing to do on a page for guests, and wanted no other.
   * @default '/'
   */
  home?: RouteLocationRaw
  /** What is shown instead of a page that is for other roles. Required as soon as a route has `meta.roles`. */
  forbidden?: RouteLocationRaw | ((wanted: RouteLocationNormalized) => RouteLocationRaw)
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
  rule?: (to: Pick<RouteLocation, 'meta' | 'path'>) => Rule
  /** Where a server has rendered: until this settles, pages are shown as they were there. */
  hydrated?: Promise<unknown>
}

/**
 * Has a router of vue-router 4 or 5 ask `meta.requiresAuth`, `meta.roles` and `meta.guestOnly` (promise 20): before it
 * opens a page, for as long as it takes to know the session, and again when the session or its roles change while the
 * page is open. Comfort, not authorisation: only the API authorises (promise 21).
 *
 * Where a server renders, pages that need a session are let through, and show that it is `loading`.
 *
 * @throws AuthError `page-missing`, in a navigation to a page that the router does not have
 * @returns the way to stop
 */
export function guardRoutes(router: Router, auth: Auth<unknown>, options: GuardOptions = {}): () => void {
  const { signIn = '/sign-in', home = '/', forbidden, query: name = 'redirect', roles = rolesOf } = options
  const { rule = ({ meta }) => meta, hydrated } = options
  /** The page that somebody was last turned away from. */
  let closed: string | undefined
  /** Nothing is waited for where nothing can come, nor where the page must first be what the server made of it. */
  let isPassive = typeof window === 'undefined' || hydrated !== undefined

  const judge = (to: Pick<RouteLocation, 'meta' | 'path'>) =>
    decide(hydrated && isPassive ? LOADING : auth.snapshot, rule(to), roles)

  async function admit(to: RouteLocationNormalized): Promise<RouteLocationRaw | true> {
    switch (judge(to)) {
      case 'allow':
        return true
      case 'wait':
        if (isPassive) return true
        await known()
        return admit(to)
      case 'forbidden':
        closed = to.fullPath
        return page('forbidden', typeof forbidden === 'function' ? forbidden(to) : forbidden)
      case 'home':
        return wanted(to) ?? page('home', home)
      case 'sign-in':
        return askToSignIn(to)
    }
  }

  /** A server that does not answer is waited for; what is wrong with the vault ends the navigation. */
  async function known() {
    await auth.ready.catch((error: unknown) => {
      if (!isAuthError(error) || error.code !== 'unreachable') throw error
    })
  }

  function page(option: string, location: RouteLocationRaw | undefined): RouteLocationRaw {
    if (!location || !router.resolve(location).matched.length) throw adapterError('page-missing', { option })
    return location
  }

  function askToSignIn({ fullPath }: Pick<RouteLocation, 'fullPath'>) {
    const { path, query, hash } = router.resolve(page('signIn', signIn))
    const isHome = fullPath === router.resolve(home).fullPath
    return { path, hash, query: isHome ? query : { ...query, [name]: fullPath } }
  }

  /** The page in the query, if it is one of ours that does not lead here again. */
  function wanted({ query }: RouteLocationNormalized) {
    const path = ownPath(query[name])
    const route = path === null ? null : router.resolve(path)
    return route?.matched.length && !rule(route).guestOnly ? route.fullPath : null
  }

  /** The session, or what it allows, has changed: may the open page stay? */
  function reconsider() {
    const current = router.currentRoute.value
    if (isPassive || current === START_LOCATION || auth.snapshot.status === 'loading') return
    const instead = closed !== undefined && current.redirectedFrom?.fullPath === closed
    const target = instead && current.redirectedFrom ? current.redirectedFrom : current
    const decision = judge(target)
    if (decision === (instead ? 'forbidden' : 'allow')) return
    const { reason } = auth.snapshot
    // Whoever signs in next may be somebody else, for whom this page was not meant.
    const isOver = decision === 'sign-in' && (reason === 'signed-out' || reason === 'replaced')
    const { path, query, hash } = target
    router.replace(isOver ? page('signIn', signIn) : { path, query, hash, force: true }).catch(() => {})
  }

  const stops = [
    router.beforeEach(admit),
    // The session may have ended while a page was being loaded.
    router.beforeResolve(admit),
    auth.subscribe(reconsider),
  ]
  hydrated?.finally(() => {
    isPassive = false
    reconsider()
  })
  return () => {
    for (const stop of stops) stop()
  }
}
