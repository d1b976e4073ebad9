import { commonError } from '../common/errors.js'
import { type ToVault, VERSION } from '../protocol/messages.js'
import { pageError } from './errors.js'

/** If a started vault does not answer a `hello` within this time, it counts as lost. In milliseconds. */
const HANDSHAKE_TIMEOUT = 10_000

/** Sends `hello` to the vault, and detects that another run of the vault's script answers. */
export function createHandshake(post: (message: ToVault) => void, lose: (error: unknown) => void) {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isAccepted = false
  let isReporting = false
  /** Identifies the run of the vault's script: a browser may restart a SharedWorker while its pages keep the same ports. */
  let instance: string | undefined

  /**
   * Waits half of the limit; the whole limit is two such waits. After the thread was blocked, the first timer may fire
   * before the messages that have arrived meanwhile. The second wait gives these messages time.
   */
  function wait(then: () => void) {
    timer = setTimeout(then, HANDSHAKE_TIMEOUT / 2)
  }

  return {
    /** Whether the vault has ever answered. */
    get isAccepted() {
      return isAccepted
    },
    greet(restored: boolean) {
      clearTimeout(timer)
      // Before its first answer the vault may still be loading. `connect.ts` has its own limit for that.
      if (isAccepted) wait(() => wait(() => lose(pageError('vault-lost'))))
      post({ type: 'hello', version: VERSION, restored })
      if (isReporting) post({ type: 'report-requests' })
    },
    onWelcome(version: number) {
      clearTimeout(timer)
      if (version !== VERSION) return lose(commonError('vault-mismatch'))
      isAccepted = true
    },
    /** From now on the vault also sends an event for each request. This is repeated after every `hello`. */
    reportRequests() {
      isReporting = true
      post({ type: 'report-requests' })
    },
    /** @returns whether this is another run of the vault's script than before */
    noteInstance(current: string): boolean {
      const before = instance ?? current
      instance = current
      return before !== current
    },
    /** Stops waiting for an answer, because the page or its client closes. */
    stop: () => clearTimeout(timer),
  }
}
