import type { RouteLocation, RouteLocationNormalized, RouteLocationRaw, Router } from 'vue-router'
import { type Decision, ownPath } from '../common/guard.js'
import { adapterError } from './errors.js'
import type { createAsked } from './router-asked.js'
import type { GuardOptions } from './router-options.js'

const DEFAULTS = { signIn: '/sign-in', home: '/', forbidden: undefined, unavailable: undefined }

/** The page that a visitor wanted when another page was shown in its place, and the reason. */
export interface Substitution {
  wanted: RouteLocationNormalized
  decision: Extract<Decision, 'forbidden' | 'unavailable'>
}

/** Finds the pages to which the guard redirects visitors who may not see the wanted page. */
export function createPages(router: Router, asked: ReturnType<typeof createAsked>, options: GuardOptions) {
  const { query: name = 'redirect', rule = ({ meta }) => meta } = options
  /** The key is the page that is shown instead. */
  const substitutions = new WeakMap<RouteLocation, Substitution>()
  /** The substitution of the redirect that is in progress. */
  let next: Substitution | undefined

  /**
   * The page that an option names, and the location to go to.
   *
   * @param wanted a named route inherits its parameters, such as a locale
   * @throws AuthError `page-missing`
   */
  function pageOf(option: keyof typeof DEFAULTS, wanted: RouteLocationNormalized) {
    const value = options[option] ?? DEFAULTS[option]
    const location = (typeof value === 'function' ? value(wanted) : value) as RouteLocationRaw
    const { path = location, name } = Object(location) as { path?: unknown; name?: unknown }
    let cause: unknown
    try {
      // A location without a name and a path means the wanted page itself to the router: it would redirect without end.
      if (name || ownPath(path)) {
        const route = router.resolve(location, wanted)
        const goTo = name ? ({ ...Object(location), params: route.params } as RouteLocationRaw) : location
        if (route.matched.length) return { route, location: goTo }
      }
    } catch (error) {
      // The error of the router names the missing parameter.
      cause = error
    }
    throw adapterError('page-missing', { option, cause })
  }

  function isHome(to: RouteLocationNormalized): boolean {
    try {
      return pageOf('home', to).route.fullPath === to.fullPath
    } catch {
      // If the home page cannot be resolved, this page is not the home page.
      return false
    }
  }

  /** Whether this is the page where the visitor would be sent to sign in. */
  function isSignIn(to: RouteLocation): boolean {
    try {
      const { matched, params } = pageOf('signIn', to as RouteLocationNormalized).route
      return matched.at(-1) === to.matched.at(-1) && JSON.stringify(params) === JSON.stringify(to.params)
    } catch {
      return false
    }
  }

  return {
    /** Returns the decision. If it would redirect a page to itself, returns `allow`. */
    settle(to: RouteLocation, decision: Decision): Decision {
      const isThere =
        (decision === 'sign-in' && isSignIn(to)) ||
        (decision === 'home' && isHome(to as RouteLocationNormalized))
      return isThere ? 'allow' : decision
    },

    hasUnavailable: options.unavailable !== undefined,
    home: (from: RouteLocationNormalized) => pageOf('home', from).location,

    signIn: (from: RouteLocationNormalized) => pageOf('signIn', from).location,

    /** The sign-in page, with the wanted page in its query. */
    askToSignIn(to: RouteLocationNormalized): RouteLocationRaw {
      const { path, query, hash } = pageOf('signIn', to).route
      return { path, hash, query: isHome(to) ? query : { ...query, [name]: to.fullPath } }
    },

    /**
     * The page in the query, if it is a page of this application that would not redirect to this page again. If it has no
     * fragment, it gets that of the current URL: browsers send no fragment to a server, but keep it through the redirect,
     * so it belongs to the wanted page.
     */
    wanted({ query, hash }: RouteLocationNormalized): RouteLocationRaw | null {
      const path = ownPath(query[name])
      if (path === null) return null
      const route = router.resolve(path.includes('#') ? path : path + hash)
      return !rule(route).guestOnly && !isSignIn(route) && asked.noteLink(route) ? route.fullPath : null
    },

    /** Whether this page is shown instead of another one because of this decision. Its own rule does not matter. */
    isInstead(to: RouteLocationNormalized, decision: Substitution['decision']): boolean {
      return substitutions.get(to)?.decision === decision
    },

    /** The page to show instead. The substitution is remembered for this page. */
    instead(substitution: Substitution): RouteLocationRaw {
      const { route, location } = pageOf(substitution.decision, substitution.wanted)
      const { fullPath, matched } = route
      const open = router.currentRoute.value
      // The router does not open an open page again, so there will be no navigation for `noteNavigation`.
      const isOpen = fullPath === open.fullPath && matched.at(-1) === open.matched.at(-1)
      if (isOpen) substitutions.set(open, substitution)
      next = substitution
      return location
    },

    /**
     * To be called at the start of every navigation. If it leads to the page that is shown instead, stores its
     * substitution.
     */
    noteNavigation(to: RouteLocationNormalized) {
      const { wanted } = next ?? {}
      const start = wanted && (wanted.redirectedFrom ?? wanted).fullPath
      if (next && to.redirectedFrom?.fullPath === start) substitutions.set(to, next)
      next = undefined
    },

    substitutionAt: (open: RouteLocation): Substitution | undefined => substitutions.get(open),
  }
}
