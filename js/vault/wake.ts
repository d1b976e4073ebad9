/**
 * Listens for the moments at which a browser lets a page catch up: timers of hidden, frozen and sleeping pages are late or
 * lost. A worker has only `online`, and is told the rest by its pages.
 *
 * @returns a function that stops listening
 */
export function listenForWake(wake: (word: 'online' | 'restored' | 'woke') => void): () => void {
  const listening = new AbortController()
  // Capture phase: the core acts before the listeners of the application.
  const options = { capture: true, signal: listening.signal }
  addEventListener('online', () => wake('online'), options)
  if (typeof document === 'object') {
    document.addEventListener('visibilitychange', () => document.hidden || wake('woke'), options)
    document.addEventListener('resume', () => wake('woke'), options)
    const onShow = (event: Event) => (event as PageTransitionEvent).persisted && wake('restored')
    addEventListener('pageshow', onShow, options)
  }
  return () => listening.abort()
}
