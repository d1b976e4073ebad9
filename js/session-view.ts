import { createListeners } from './listeners.js'
import { frozen, LOADING } from './snapshot.js'
import type { AuthEvent, Snapshot } from './types.js'

/** What a page knows of the session in its vault. */
export function createSessionView() {
  const changes = createListeners<void>()
  const events = createListeners<AuthEvent>()
  /** Events that came before there was a listener. */
  const buffered: AuthEvent[] = []
  let hasListener = false
  let snapshot: Snapshot = LOADING

  return {
    get snapshot() {
      return snapshot
    },
    show(next: Snapshot) {
      snapshot = frozen(next)
      changes.emit()
    },
    emitOrBuffer(event: AuthEvent) {
      if (hasListener) events.emit(event)
      else buffered.push(event)
    },
    subscribe: changes.add,
    onEvent(listener: (event: AuthEvent) => void) {
      hasListener = true
      for (const event of buffered.splice(0)) listener(event)
      return events.add(listener)
    },
  }
}
