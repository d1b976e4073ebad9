import type { RouteLocation, RouteLocationNormalized, RouteLocationRaw, Router } from 'vue-router'
import { adapterError } from './adapter-errors.js'
import { type Decision, ownPath } from './guard.js'
import type { GuardOptions } from './router.js'
import type { Snapshot } from './types.js'

const DEFAULTS = { signIn: '/sign-in', home: '/', forbidden: undefined, unavailable: undefined }

/** The page that a visitor wanted when another was shown in its place, and why. */
export interface Substitution {
  wanted: RouteLocationNormalized
  decision: Extract<Decision, 'forbidden' | 'unavailable'>
}

/** What a location may be told by. */
type Named = { path?: string; name?: unknown }

/** The same location, wherever it is gone to from. */
function absolute(
  location: RouteLocationRaw | undefined,
  { fullPath, path, params }: RouteLocation,
): RouteLocationRaw {
  if (typeof location !== 'object') return fullPath
  return 'name' in location ? { ...location, params } : { ...location, path }
}

/** Where visitors are led who may not see the page they wanted. */
export function createPages(router: Router, options: GuardOptions) {
  const { query: name = 'redirect', rule = ({ meta }) => meta } = options
  /** By the page that is shown instead. */
  const substitutions = new WeakMap<RouteLocation, Substitution>()
  /** That of the redirection under way. */
  let next: Substitution | undefined
  /** The address that the visitor asked for last, pages for guests aside, and the path of the route that it led to. */
  let asked: { fullPath: string; route: string | undefined } | undefined

  const routeAt = (fullPath: string) => router.resolve(fullPath).matched.at(-1)?.path

  /**
   * The page that an option names, and the location to go to.
   *
   * @param wanted a named route inherits its parameters, such as a locale
   * @throws AuthError `page-missing`
   */
  function pageOf(option: keyof typeof DEFAULTS, wanted: RouteLocationNormalized) {
    const value = options[option] ?? DEFAULTS[option]
    const location = typeof value === 'function' ? value(wanted) : value
    let cause: unknown
    try {
      const route = resolve(location, wanted)
      if (route?.matched.length && ownPath(route.fullPath))
        return { route, location: absolute(location, route) }
    } catch (error) {
      // The router says which parameter is missing.
      cause = error
    }
    throw adapterError('page-missing', { option, cause })
  }

  /** What is no location the router takes for the wanted page itself, which would be redirected without end. */
  function resolve(location: RouteLocationRaw | undefined, wanted: RouteLocationNormalized) {
    const { path, name } = (typeof location === 'string' ? { path: location } : (location ?? {})) as Named
    return name || path?.startsWith('/') ? router.resolve(location as RouteLocationRaw, wanted) : undefined
  }

  function isHome(to: RouteLocationNormalized): boolean {
    try {
      return pageOf('home', to).route.fullPath === to.fullPath
    } catch {
      // A home page that cannot be told from this one is another.
      return false
    }
  }

  return {
    hasUnavailable: options.unavailable !== undefined,
    home: (from: RouteLocationNormalized) => pageOf('home', from).location,

    /** The sign-in page alone: the next user may be another one, for whom the open page was not meant. */
    signIn(from: RouteLocationNormalized): RouteLocationRaw {
      asked = undefined
      return pageOf('signIn', from).location
    },

    /** The sign-in page, with the page that was wanted in its query. */
    askToSignIn(to: RouteLocationNormalized): RouteLocationRaw {
      const { path, query, hash } = pageOf('signIn', to).route
      return { path, hash, query: isHome(to) ? query : { ...query, [name]: to.fullPath } }
    },

    /** The page in the query, if it is one of this application that does not lead here again. */
    wanted({ query }: RouteLocationNormalized): RouteLocationRaw | null {
      const path = ownPath(query[name])
      if (path === null) return null
      const route = router.resolve(path)
      if (rule(route).guestOnly) return null
      asked = { fullPath: route.fullPath, route: route.matched.at(-1)?.path }
      return asked.route ? route.fullPath : null
    },

    /** The address asked for last, if the application has added a route for it since: once the user is known, for example. */
    added({ status }: Snapshot<unknown>): string | undefined {
      if (!asked || status !== 'authenticated') return undefined
      const route = routeAt(asked.fullPath)
      return route && route !== asked.route ? asked.fullPath : undefined
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
      const { redirectedFrom: first = to } = to
      const { wanted } = next ?? {}
      const start = wanted && (wanted.redirectedFrom ?? wanted).fullPath
      if (next && to.redirectedFrom?.fullPath === start) substitutions.set(to, next)
      next = undefined
      if (rule(first).guestOnly) return
      // A page that was opened by its name may stand at the address of another one.
      asked = { fullPath: first.fullPath, route: first.matched.length ? routeAt(first.fullPath) : undefined }
    },

    substitutionAt: (open: RouteLocation): Substitution | undefined => substitutions.get(open),
  }
}
