import { commonError } from '../common/errors.js'
import { VERSION } from '../protocol/messages.js'
import type { Calls } from './call-channel.js'

/** Sends `hello` to the vault, and detects that another run of the vault's script answers. */
export function createHandshake(
  { awaitWelcome, post }: Pick<Calls, 'awaitWelcome' | 'post'>,
  lose: (error: unknown) => void,
) {
  let isAccepted = false
  let isReporting = false
  /** Identifies the run of the vault's script: a browser may restart a SharedWorker while its pages keep the same ports. */
  let instance: string | undefined

  return {
    /** Whether the vault has ever answered. */
    get isAccepted() {
      return isAccepted
    },
    greet(restored: boolean) {
      post({ type: 'hello', version: VERSION, restored })
      // Before its first answer the vault may still be loading. `connect.ts` has its own limit for that.
      if (isAccepted) awaitWelcome()
      if (isReporting) post({ type: 'report-requests' })
    },
    onWelcome(version: number) {
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
  }
}
