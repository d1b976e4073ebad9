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
  /** Posts a ping. With its answer, the page confirms that it shows the session of the last snapshot before the ping. */
  ping(): void
  /** To be called for each answer to a ping. */
  onPong(): void
  /** A page in the back/forward cache may have missed pings. When it returns, it shows no session. */
  onRestored(): void
  /**
   * The number of the session that the page shows, as far as it has confirmed. A busy page shows an earlier session than the
   * vault has. `undefined` if it shows none, or has confirmed nothing.
   */
  readonly session: number | undefined
  /** Resolves when the session has registered the page as present. Never rejects. */
  attaching?: Promise<void> | undefined
  /** Whether the page has sent `bye`. */
  hasLeft: boolean
  wantsRequests: boolean
  unansweredPings: number
}

/** @param instance identifies this run of the vault's script */
export function connectPage(port: Port, host: Pick<VaultHost, 'send' | 'session'>, instance: string): Page {
  const calls = new Set<number>()
  /** The sessions at the time of the pings that have no answer yet. A port keeps the order of its messages. */
  const pinged: (number | undefined)[] = []
  let session: number | undefined

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
    ping() {
      pinged.push(host.session)
      post({ type: 'ping', instance })
    },
    onPong() {
      session = pinged.shift()
    },
    onRestored() {
      pinged.length = 0
      session = undefined
    },
    get session() {
      return session
    },
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

export function showSnapshot(page: Page, { snapshot, session }: Pick<VaultHost, 'session' | 'snapshot'>) {
  if (page.shown === snapshot) return
  page.shown = snapshot
  page.post({ type: 'snapshot', snapshot })
  if (session !== page.session) page.ping()
}
