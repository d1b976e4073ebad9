import { LOADING } from '../common/snapshot.js'
import type { ConnectedVault, VaultObserver } from '../protocol/vault.js'
import { connect } from './connect.js'
import type { Placement } from './placement.js'

/**
 * For so long all calls share the failure of a vault to start. Firefox never tells what became of a shared worker that
 * is constructed while it clears away one that has failed. In milliseconds.
 */
const RETRY_DELAY = 1000

type Observer = Omit<VaultObserver, 'onLost'> & { onOpen(vault: ConnectedVault): void }

/** Keeps a page connected to its vault, which is started again after it has been lost. */
export function createVaultConnection(placement: Placement, observer: Observer) {
  /** Set once the vault has failed to start. */
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
    /** For a call: a vault that has failed to start is started again, unless it has just failed. */
    forCall(): Promise<ConnectedVault> {
      if (retryAt && performance.now() >= retryAt) vault = open()
      return vault
    },
    /** Does this with the vault that there is, if there is one. */
    withCurrent: (work: (vault: ConnectedVault) => void) => void vault.then(work, () => {}),
  }
}
