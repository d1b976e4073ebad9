import { createListeners } from '../common/listeners.js'
import type { RequestEvent } from '../common/types.js'
import type { Outgoing } from './outgoing.js'

/** What the vault itself knows of a request: not which page made it. */
export type Requested = Omit<RequestEvent, 'here'>

/** Emits an event for each request that has been answered, if there is a listener. */
export function createRequestEvents() {
  const listeners = createListeners<[event: Requested, request: Outgoing]>()
  let isHeard = false
  return {
    add(listener: (event: Requested, request: Outgoing) => void) {
      isHeard = true
      return listeners.add(([event, request]) => listener(event, request))
    },
    clear: listeners.clear,
    /** Called by the core. */
    requested(request: Outgoing, course: Requested['course'], status: number | undefined, millis: number) {
      if (!isHeard) return
      const { url, init } = request
      // Query and fragment may hold secrets of the page's own.
      const [bare = ''] = url.split(/[?#]/)
      const method = init.method ?? 'GET'
      listeners.emit([
        { type: 'request', course, method, url: bare, status: status ?? null, millis },
        request,
      ])
    },
  }
}
