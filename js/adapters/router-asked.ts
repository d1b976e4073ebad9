import type { RouteLocation, RouteLocationNormalized, Router } from 'vue-router'
import type { Snapshot } from '../common/types.js'
import type { GuardOptions } from './router-options.js'

/**
 * Remembers the address that the visitor requested last, except pages for guests, and the route that it led to. An
 * application may add the route of that page later, when it knows the user.
 */
export function createAsked(router: Router, rule: NonNullable<GuardOptions['rule']>) {
  /** `route` is the path of the route and not the route object, because an application may add the same route again. */
  let asked: { fullPath: string; route: string | undefined } | undefined

  const routeAt = (fullPath: string) => router.resolve(fullPath).matched.at(-1)?.path

  return {
    /** To be called at the start of every navigation. */
    note(to: RouteLocationNormalized) {
      const { redirectedFrom: first = to } = to
      if (rule(first).guestOnly) return
      const { fullPath, matched } = first
      // Resolve the address again: a page that was opened by its name may have the same address as another page.
      asked = { fullPath, route: matched.length ? routeAt(fullPath) : undefined }
    },

    /**
     * Remembers an address from a query.
     *
     * @returns whether the router has a page for it
     */
    noteLink({ fullPath, matched }: RouteLocation): boolean {
      asked = { fullPath, route: matched.at(-1)?.path }
      return matched.length > 0
    },

    forget() {
      asked = undefined
    },

    /** The remembered address, if a user is signed in and the address now leads to another route than before. */
    added({ status }: Snapshot<unknown>): string | undefined {
      if (!asked || status !== 'authenticated') return undefined
      const route = routeAt(asked.fullPath)
      return route && route !== asked.route ? asked.fullPath : undefined
    },
  }
}

/**
 * Calls `onAdded` after the application has added routes. It is called in a later task, so that a navigation that the
 * application starts in the same task goes first. The router itself has no event for added routes, so `addRoute` is
 * wrapped.
 *
 * @returns a function that stops this
 */
export function watchRoutes(router: Router, onAdded: () => void): () => void {
  const { addRoute } = router
  let timer: ReturnType<typeof setTimeout> | undefined
  router.addRoute = (...route: unknown[]) => {
    clearTimeout(timer)
    timer = setTimeout(onAdded)
    return (addRoute as (...route: unknown[]) => () => void)(...route)
  }
  return () => {
    clearTimeout(timer)
    router.addRoute = addRoute
  }
}
