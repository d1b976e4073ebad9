import { commonError } from '../common/errors.js'
import { type ToVault, VERSION } from '../protocol/messages.js'
import { pageError } from './errors.js'

/** A vault that has started answers a greeting within this time, or it is lost. In milliseconds. */
const HANDSHAKE_TIMEOUT = 10_000

/** Greets the vault, and notices when another one answers. */
export function createHandshake(post: (message: ToVault) => void, lose: (error: unknown) => void) {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isWelcome = false
  let isReporting = false
  /** Which run of the vault's script answers: a browser may restart a SharedWorker behind the ports of its pages. */
  let instance: string | undefined

  /** In two halves: after the thread was blocked, a timer may fire before the messages that have come meanwhile. */
  function wait(then: () => void) {
    timer = setTimeout(then, HANDSHAKE_TIMEOUT / 2)
  }

  return {
    /** Whether the vault has ever answered. */
    get isWelcome() {
      return isWelcome
    },
    greet(restored: boolean) {
      clearTimeout(timer)
      // Before its first answer the vault may still have to load, and has a limit for that.
      if (isWelcome) wait(() => wait(() => lose(pageError('vault-lost'))))
      post({ type: 'hello', version: VERSION, restored })
      if (isReporting) post({ type: 'report-requests' })
    },
    onWelcome(version: number) {
      clearTimeout(timer)
      if (version !== VERSION) return lose(commonError('vault-mismatch'))
      isWelcome = true
    },
    /** From now on events tell of requests, too; a vault that is greeted again is told again. */
    reportRequests() {
      isReporting = true
      post({ type: 'report-requests' })
    },
    /** @returns whether it is another run than before */
    noteInstance(current: string): boolean {
      const before = instance ?? current
      instance = current
      return before !== current
    },
    /** Nothing is waited for: the page goes, or its client closes. */
    stop: () => clearTimeout(timer),
  }
}
