import { reportUncaught } from '../common/listeners.js'
import type { Snapshot } from '../common/types.js'
import { packError } from '../protocol/errors.js'
import { endsCall, type Port, type ToPage } from '../protocol/messages.js'
import { createResponder, type Responder } from './respond.js'
import type { VaultHost } from './start.js'

/** What is known of a page at the other end of a port. */
export interface Page {
  /**
   * What belongs to a call that is not open any more is dropped.
   *
   * @throws DataCloneError when a message of a call cannot be cloned; what belongs to no call is reported instead
   */
  post(message: ToPage, transfer?: Transferable[]): void
  responder: Responder
  /** Calls that have been received, and whose last message has not been posted. */
  calls: Set<number>
  unknownOf(ids: readonly number[]): number[]
  /** The snapshot it knows. */
  shown?: Snapshot | undefined
  /** Settles when the session has taken note that the page is present; never rejects. */
  attaching?: Promise<void> | undefined
  /** Whether it has said goodbye. */
  hasLeft: boolean
  wantsRequests: boolean
  unansweredPings: number
}

export function connectPage(port: Port, host: Pick<VaultHost, 'send'>): Page {
  const calls = new Set<number>()

  const post: Page['post'] = (message, transfer = []) => {
    if (!('id' in message)) {
      try {
        return port.postMessage(message, transfer)
      } catch (error) {
        return reportUncaught(error)
      }
    }
    if (!calls.has(message.id)) return
    port.postMessage(message, transfer)
    if (endsCall(message)) calls.delete(message.id)
  }

  return {
    post,
    responder: createResponder(host, post),
    calls,
    unknownOf: (ids) => ids.filter((id) => !calls.has(id)),
    hasLeft: false,
    wantsRequests: false,
    unansweredPings: 0,
  }
}

/** Whatever went wrong: the page learns of it. An error that cannot be cloned is told by the error that says so. */
export function failCall(page: Page, id: number, error: unknown) {
  try {
    page.post({ type: 'failed', id, error: packError(error) })
  } catch (cause) {
    page.post({ type: 'failed', id, error: packError(cause) })
  }
}

export function showSnapshot(page: Page, snapshot: Snapshot) {
  if (page.shown === snapshot) return
  page.shown = snapshot
  page.post({ type: 'snapshot', snapshot })
}
