import { createListeners } from '../common/listeners.js'
import type { RequestEvent } from '../common/types.js'
import type { Outgoing } from './outgoing.js'

/** The event of a request as the vault creates it, without the information which page made the request. */
export type Requested = Omit<RequestEvent, 'here'>

/** Emits an event for each finished request, if there is a listener. */
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
    requested(request: Outgoing, via: Requested['via'], status: number | undefined, millis: number) {
      if (!isHeard) return
      const { url, init } = request
      // Remove query and fragment: they may contain secrets of the application.
      const [bare = ''] = url.split(/[?#]/)
      const method = init.method ?? 'GET'
      listeners.emit([{ type: 'request', via, method, url: bare, status: status ?? null, millis }, request])
    },
  }
}
