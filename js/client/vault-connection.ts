import { LOADING } from '../common/snapshot.js'
import type { ConnectedVault, VaultObserver } from '../protocol/vault.js'
import { connect } from './connect.js'
import type { Placement } from './placement.js'

/**
 * After a failed start, all calls within this time get the same error, and no new start is tried. If a shared worker is
 * constructed while Firefox still removes a failed one, Firefox fires neither an error nor a message for it. In
 * milliseconds.
 */
const RETRY_DELAY = 1000

type Observer = Omit<VaultObserver, 'onLost'> & { onOpen(vault: ConnectedVault): void }

/** Keeps a page connected to its vault. A lost vault is started again. */
export function createVaultConnection(placement: Placement, observer: Observer) {
  /** When the next call may start the vault again; set after a failed start. */
  let retryAt: number | undefined
  let vault = open()

  function open(): Promise<ConnectedVault> {
    retryAt = undefined
    const opening = connect(placement, {
      ...observer,
      onLost() {
        vault = open()
        observer.onSnapshot(LOADING)
      },
    })
    opening.then(observer.onOpen, (error) => {
      retryAt = performance.now() + RETRY_DELAY
      observer.onEvent({ type: 'vault-failed', error })
    })
    return opening
  }

  return {
    /** The vault for a call. If its start has failed and the delay is over, it is started again. */
    forCall(): Promise<ConnectedVault> {
      if (retryAt && performance.now() >= retryAt) vault = open()
      return vault
    },
    /** Calls `work` with the current vault, if it has started. Does not start one. */
    withCurrent(work: (vault: ConnectedVault) => void) {
      vault.then(work, () => {})
    },
  }
}
