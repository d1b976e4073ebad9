import { listenForLifecycle } from '../protocol/lifecycle.js'

/**
 * Listens for the moments at which a vault has to look at its clock and its session again. A worker has only `online`; its
 * pages tell it the rest.
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
