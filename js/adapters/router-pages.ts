import type { RouteLocation, RouteLocationNormalized, RouteLocationRaw, Router } from 'vue-router'
import { type Decision, ownPath } from '../common/guard.js'
import { adapterError } from './errors.js'
import type { createAsked } from './router-asked.js'
import type { GuardOptions } from './router-options.js'

const DEFAULTS = { signIn: '/sign-in', home: '/', forbidden: undefined, unavailable: undefined }

/** The page that a visitor wanted when another was shown in its place, and why. */
export interface Substitution {
  wanted: RouteLocationNormalized
  decision: Extract<Decision, 'forbidden' | 'unavailable'>
}

/** Where visitors are led who may not see the page they wanted. */
export function createPages(router: Router, asked: ReturnType<typeof createAsked>, options: GuardOptions) {
  const { query: name = 'redirect', rule = ({ meta }) => meta } = options
  /** By the page that is shown instead. */
  const substitutions = new WeakMap<RouteLocation, Substitution>()
  /** That of the redirection under way. */
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
      // What has neither, the router takes for the wanted page itself, and would redirect without end.
      if (name || ownPath(path)) {
        const route = router.resolve(location, wanted)
        const goTo = name ? ({ ...Object(location), params: route.params } as RouteLocationRaw) : location
        if (route.matched.length) return { route, location: goTo }
      }
    } catch (error) {
      // The router says which parameter is missing.
      cause = error
    }
    throw adapterError('page-missing', { option, cause })
  }

  function isHome(to: RouteLocationNormalized): boolean {
    try {
      return pageOf('home', to).route.fullPath === to.fullPath
    } catch {
      // A home page that cannot be told from this one is another.
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
    /** The decision, unless it leads from the page that it leads to: to itself no page is led. */
    settle(to: RouteLocation, decision: Decision): Decision {
      const isThere =
        (decision === 'sign-in' && isSignIn(to)) ||
        (decision === 'home' && isHome(to as RouteLocationNormalized))
      return isThere ? 'allow' : decision
    },

    hasUnavailable: options.unavailable !== undefined,
    home: (from: RouteLocationNormalized) => pageOf('home', from).location,

    signIn: (from: RouteLocationNormalized) => pageOf('signIn', from).location,

    /** The sign-in page, with the page that was wanted in its query. */
    askToSignIn(to: RouteLocationNormalized): RouteLocationRaw {
      const { path, query, hash } = pageOf('signIn', to).route
      return { path, hash, query: isHome(to) ? query : { ...query, [name]: to.fullPath } }
    },

    /**
     * The page in the query, if it is one of this application that does not lead here again. No server sees a fragment: it
     * comes with the redirect of the browser, and belongs to that page.
     */
    wanted({ query, hash }: RouteLocationNormalized): RouteLocationRaw | null {
      const path = ownPath(query[name])
      if (path === null) return null
      const route = router.resolve(path.includes('#') ? path : path + hash)
      return !rule(route).guestOnly && !isSignIn(route) && asked.noteLink(route) ? route.fullPath : null
    },

    /** Whether this is the page that stands in for others with this decision, whatever it asks of its visitor. */
    isInstead(to: RouteLocationNormalized, decision: Substitution['decision']): boolean {
      return substitutions.get(to)?.decision === decision
    },

    /** The page to show instead. It is remembered what it stands for. */
    instead(substitution: Substitution): RouteLocationRaw {
      const { route, location } = pageOf(substitution.decision, substitution.wanted)
      const { fullPath, matched } = route
      const open = router.currentRoute.value
      // The router does not open a page again that is open.
      const isOpen = fullPath === open.fullPath && matched.at(-1) === open.matched.at(-1)
      if (isOpen) substitutions.set(open, substitution)
      next = substitution
      return location
    },

    /** To be called at the start of every navigation: whether it is the one to the page that is shown instead. */
    noteNavigation(to: RouteLocationNormalized) {
      const { wanted } = next ?? {}
      const start = wanted && (wanted.redirectedFrom ?? wanted).fullPath
      if (next && to.redirectedFrom?.fullPath === start) substitutions.set(to, next)
      next = undefined
    },

    substitutionAt: (open: RouteLocation): Substitution | undefined => substitutions.get(open),
  }
}
