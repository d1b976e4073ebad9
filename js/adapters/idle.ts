import type { Auth } from '../common/types.js'

// TypeScript applies the interface `Register` of 'tokencell' only if that module is part of the program.
export type {} from '../index.js'

export interface ActivityOptions {
  /**
   * How often `auth.stay()` is called at most, in seconds; at once while the warning is shown (`snapshot.idle`). It must be
   * less than `idle.after` of the vault.
   * @default 30
   */
  every?: number
}

const EVENTS = ['keydown', 'pointerdown', 'pointermove', 'touchmove', 'visibilitychange', 'wheel']

/**
 * Counts what the user does on this page as activity for the option `idle` of the vault: the pointer, keys, the wheel,
 * touches, and the return to this tab. Without it, only requests and sign-ins count. It does nothing while no user is signed
 * in, and on a server.
 *
 * Events inside an `<iframe>` are not seen.
 *
 * @returns a function that stops this
 */
export function trackActivity(
  auth: Pick<Auth<unknown>, 'snapshot' | 'stay'>,
  { every = 30 }: ActivityOptions = {},
): () => void {
  if (typeof document === 'undefined') return () => {}
  let timer: ReturnType<typeof setTimeout> | undefined

  function note() {
    const { status, idle } = auth.snapshot
    const isCounted = timer !== undefined && !idle
    if (isCounted || status !== 'authenticated' || document.visibilityState === 'hidden') return
    clearTimeout(timer)
    timer = setTimeout(() => {
      timer = undefined
    }, every * 1000)
    // A vault that does not answer reports it in its events.
    auth.stay().catch(() => {})
  }

  // In the capture phase, because the application may stop the propagation of an event.
  const options = { capture: true, passive: true }
  for (const name of EVENTS) document.addEventListener(name, note, options)
  return () => {
    clearTimeout(timer)
    for (const name of EVENTS) document.removeEventListener(name, note, options)
  }
}
