import type { RouteLocation, RouteLocationNormalized, RouteLocationRaw, Router } from 'vue-router'
import { adapterError } from './adapter-errors.js'
import { type Decision, ownPath } from './guard.js'
import type { GuardOptions } from './router.js'

/** The page that a visitor wanted when another was shown in its place, and why. */
export interface Substitution {
  wanted: RouteLocationNormalized
  decision: Extract<Decision, 'forbidden' | 'unavailable'>
}

/** Where visitors are led who may not see the page they wanted. */
export function createPages(router: Router, options: GuardOptions) {
  const { signIn = '/sign-in', home = '/', query: name = 'redirect', rule = ({ meta }) => meta } = options
  /** By the page that is shown instead. */
  const substitutions = new WeakMap<RouteLocation, Substitution>()
  /** That of the redirection under way. */
  let next: Substitution | undefined

  function page(option: keyof GuardOptions, location: RouteLocationRaw | undefined): RouteLocationRaw {
    if (!location || !router.resolve(location).matched.length) throw adapterError('page-missing', { option })
    return location
  }

  function locationOf({ wanted, decision }: Substitution): RouteLocationRaw {
    const location = options[decision]
    return page(decision, typeof location === 'function' ? location(wanted) : location)
  }

  return {
    hasUnavailable: options.unavailable !== undefined,
    home: () => page('home', home),
    signIn: () => page('signIn', signIn),

    /** The sign-in page, with the page that was wanted in its query. */
    askToSignIn({ fullPath }: Pick<RouteLocation, 'fullPath'>): RouteLocationRaw {
      const { path, query, hash } = router.resolve(page('signIn', signIn))
      const isHome = fullPath === router.resolve(home).fullPath
      return { path, hash, query: isHome ? query : { ...query, [name]: fullPath } }
    },

    /** The page in the query, if it is one of this application that does not lead here again. */
    wanted({ query }: RouteLocationNormalized): RouteLocationRaw | null {
      const path = ownPath(query[name])
      const route = path === null ? null : router.resolve(path)
      return route?.matched.length && !rule(route).guestOnly ? route.fullPath : null
    },

    /** Whether this is the page that stands in for others with this decision, whatever it asks of its visitor. */
    isInstead(to: RouteLocationNormalized, decision: Substitution['decision']): boolean {
      return substitutions.get(to)?.decision === decision
    },

    /** The page to show instead. It is remembered what it stands for. */
    instead(substitution: Substitution): RouteLocationRaw {
      const location = locationOf(substitution)
      const open = router.currentRoute.value
      const { fullPath, matched } = router.resolve(location)
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
