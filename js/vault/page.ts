import { reportUncaught } from '../common/listeners.js'
import type { Snapshot } from '../common/types.js'
import { packError } from '../protocol/errors.js'
import { endsCall, type Port, type ToPage } from '../protocol/messages.js'
import { createResponder, type Responder } from './respond.js'
import type { VaultHost } from './start.js'

/** The state of a page at the other end of a port. */
export interface Page {
  /**
   * Posts a message. A message of a call that is no longer open is dropped.
   *
   * @throws DataCloneError if a message of a call cannot be cloned. For a message without a call, the error is reported as
   * uncaught instead
   */
  post(message: ToPage, transfer?: Transferable[]): void
  responder: Responder
  /** The ids of the open calls: received, but their last message has not been posted. */
  calls: Set<number>
  unknownOf(ids: readonly number[]): number[]
  /** The last snapshot that was sent to the page. */
  shown?: Snapshot | undefined
  /** Resolves when the session has registered the page as present. Never rejects. */
  attaching?: Promise<void> | undefined
  /** Whether the page has sent `bye`. */
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

/** Sends the error of a call to its page. If the error cannot be cloned, the clone error is sent instead. */
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
