import { listenForLifecycle } from '../protocol/lifecycle.js'

/**
 * Listens for the events after which a vault must check its timers and its session again. A worker gets only `online`; its
 * pages send it the other events.
 *
 * @returns a function that stops listening
 */
export function listenForVaultLifecycle(emit: (event: 'online' | 'restored' | 'woke') => void): () => void {
  const listening = new AbortController()
  const { signal } = listening
  addEventListener('online', () => emit('online'), { capture: true, signal })
  if (typeof document === 'object')
    listenForLifecycle(signal, {
      hidden() {},
      restored: () => emit('restored'),
      woke: () => emit('woke'),
    })
  return () => listening.abort()
}
