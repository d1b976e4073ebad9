/** The first and the longest pause between attempts. Each pause is twice the one before. In milliseconds, before jitter. */
const MIN_PAUSE = 1000
const MAX_PAUSE = 30_000

export interface Retry {
  /** Starts the attempts, unless they are already running. */
  start(): void
  /** Ends the current pause, so that the next attempt starts at once. */
  retryNow(): void
  stop(): void
}

/**
 * Repeats an attempt until `isDone`, with growing pauses.
 *
 * @param attempt never rejects
 */
export function createRetry(attempt: () => Promise<void>, isDone: () => boolean): Retry {
  let isRunning = false
  let isStopped = false
  let endPause = () => {}
  const isOver = () => isStopped || isDone()

  async function run() {
    for (let pause = MIN_PAUSE; !isOver(); pause *= 2) {
      await attempt()
      if (isOver()) break
      await new Promise<void>((resolve) => {
        // Clients that lose their server at the same time must not all retry at the same time.
        const jitter = 0.5 + Math.random() / 2
        const timer = setTimeout(resolve, Math.min(pause, MAX_PAUSE) * jitter)
        endPause = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    isRunning = false
  }

  return {
    start() {
      if (isRunning) return
      isRunning = true
      run()
    },
    retryNow: () => endPause(),
    stop() {
      isStopped = true
      endPause()
    },
  }
}
