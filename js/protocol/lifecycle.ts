/** The callbacks of a page for lifecycle events of the browser. */
export interface PageLifecycle {
  /** The page is closed, or goes into the back/forward cache. */
  hidden(): void
  /** The page was restored from that cache. */
  restored(): void
  /** The page is visible again, or is no longer frozen. Timers may be late or lost. */
  woke(): void
}

/** Listens until the signal is aborted. Capture phase: run before the listeners of the application. */
export function listenForLifecycle(signal: AbortSignal, page: PageLifecycle) {
  const listeners: Record<string, (event: Event) => void> = {
    pagehide: page.hidden,
    pageshow: (event) => (event as PageTransitionEvent).persisted && page.restored(),
    resume: page.woke,
    visibilitychange: () => document.hidden || page.woke(),
  }
  for (const [type, listener] of Object.entries(listeners))
    addEventListener(type, listener, { capture: true, signal })
}
