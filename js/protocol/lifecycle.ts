/** What a page does when its browser puts it away, brings it back or lets it catch up. */
export interface PageLifecycle {
  /** It is closed, or goes into the back/forward cache. */
  hidden(): void
  /** It has come back from that cache. */
  restored(): void
  /** It is shown again, or is no longer frozen: timers may be late or lost. */
  woke(): void
}

/** Listens until the signal aborts, in the capture phase: before the listeners of the application. */
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
