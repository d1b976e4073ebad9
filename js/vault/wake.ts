import { listenForLifecycle } from '../protocol/lifecycle.js'

/**
 * Listens for the events after which a vault must check its timers and its session again. A worker gets only `online`; its
 * pages send it the other events.
 *
 * @returns a function that stops listening
 */
export function listenForWake(wake: (word: 'online' | 'restored' | 'woke') => void): () => void {
  const listening = new AbortController()
  const { signal } = listening
  addEventListener('online', () => wake('online'), { capture: true, signal })
  if (typeof document === 'object')
    listenForLifecycle(signal, {
      hidden() {},
      restored: () => wake('restored'),
      woke: () => wake('woke'),
    })
  return () => listening.abort()
}
