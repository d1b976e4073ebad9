/** The longest pause between attempts, unless a server asks for more. In milliseconds, before jitter. */
const MAX_PAUSE = 30_000

/** Pauses that double with each failure. In milliseconds. */
export function createBackoff(first: () => number) {
  let failures = 0
  return {
    /** Clients that lose their server at the same time must not all return at the same time. */
    next: () => Math.min(first() * 2 ** failures++, Math.max(first(), MAX_PAUSE)) * (1 + Math.random() / 2),
    reset() {
      failures = 0
    },
  }
}

/** A pause that ends early when the browser is online again, when `wake` is called, or when the signal is aborted. */
export function createPause() {
  let end: (() => void) | undefined
  return {
    wake: () => end?.(),
    /** @param millis `null` waits for `wake` only */
    wait(millis: number | null, signal: AbortSignal): Promise<void> {
      return new Promise((resolve) => {
        const timer = millis === null ? undefined : setTimeout(finish, Math.min(millis, 2 ** 31 - 1))
        const onOnline = () => millis !== null && finish()
        function finish() {
          clearTimeout(timer)
          signal.removeEventListener('abort', finish)
          globalThis.removeEventListener?.('online', onOnline)
          end = undefined
          resolve()
        }
        end = finish
        signal.addEventListener('abort', finish)
        globalThis.addEventListener?.('online', onOnline)
        if (signal.aborted) finish()
      })
    },
  }
}
