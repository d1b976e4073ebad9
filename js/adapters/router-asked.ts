import type { RouteLocation, RouteLocationNormalized, Router } from 'vue-router'
import type { Snapshot } from '../common/types.js'
import type { GuardOptions } from './router-options.js'

/**
 * Remembers the address that the visitor asked for last, pages for guests aside, and the route that it led to. An
 * application may add the route of that page later, when it knows the user.
 */
export function createAsked(router: Router, rule: NonNullable<GuardOptions['rule']>) {
  /** The path of the route is its name: an application may add the same route again. */
  let asked: { fullPath: string; route: string | undefined } | undefined

  const routeAt = (fullPath: string) => router.resolve(fullPath).matched.at(-1)?.path

  return {
    /** At the start of every navigation. */
    note(to: RouteLocationNormalized) {
      const { redirectedFrom: first = to } = to
      if (rule(first).guestOnly) return
      const { fullPath, matched } = first
      // A page that was opened by its name may stand at the address of another one.
      asked = { fullPath, route: matched.length ? routeAt(fullPath) : undefined }
    },

    /** For an address in a query. @returns whether it leads to a page */
    noteLink({ fullPath, matched }: RouteLocation): boolean {
      asked = { fullPath, route: matched.at(-1)?.path }
      return matched.length > 0
    },

    forget() {
      asked = undefined
    },

    /** The address, if a user is signed in and it leads to another route than before. */
    added({ status }: Snapshot<unknown>): string | undefined {
      if (!asked || status !== 'authenticated') return undefined
      const route = routeAt(asked.fullPath)
      return route && route !== asked.route ? asked.fullPath : undefined
    },
  }
}

/**
 * Calls back after the application has added routes, in a later task, so that a navigation begun beside it goes first. A
 * router does not say so itself.
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
