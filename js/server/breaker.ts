/** How long a call may take, and how long no call is made after one that took longer. In milliseconds. */
const TIMEOUT = 1000
const MIN_PAUSE = 1000
const MAX_PAUSE = 30_000

export interface Breaker {
  /** Whether the next call is made, as far as is known. */
  readonly isClosed: boolean
  /** Rejects with the error of `call`, or with a `TimeoutError`. During a pause, it rejects at once. */
  run<T>(call: () => T | PromiseLike<T>): Promise<T>
}

/**
 * A circuit breaker. Its pauses are times that are compared, not timers. After a call that was not answered in time, no
 * call is made during a pause. Then one trial call is let through, and its result decides. An immediate error delays no
 * call and does not open the breaker.
 *
 * @param onFailure called for the first failure after a success, and for each trial call that fails
 */
export function createBreaker(onFailure: (error: unknown) => void): Breaker {
  let isFailing = false
  let pause = MIN_PAUSE
  /** No call is made before this time. In milliseconds since the epoch. */
  let closedUntil = 0

  function fail(error: unknown, isTrial: boolean) {
    const isSlow = isTimeout(error)
    if (!isFailing || isTrial) onFailure(error)
    isFailing = true
    if (isTrial) closedUntil = 0
    // Several calls can time out together. The first of them has started the pause.
    if (!isSlow || Date.now() < closedUntil) return
    closedUntil = Date.now() + pause
    pause = Math.min(pause * 2, MAX_PAUSE)
  }

  return {
    get isClosed() {
      return Date.now() >= closedUntil
    },
    async run(call) {
      if (Date.now() < closedUntil) throw timeoutError()
      const isTrial = pause > MIN_PAUSE
      if (isTrial) closedUntil = Date.now() + TIMEOUT
      try {
        const result = await inTime(call)
        isFailing = false
        pause = MIN_PAUSE
        closedUntil = 0
        return result
      } catch (error) {
        fail(error, isTrial)
        throw error
      }
    },
  }
}

const timeoutError = () => new DOMException('The store does not respond.', 'TimeoutError')

const isTimeout = (error: unknown) => error instanceof DOMException && error.name === 'TimeoutError'

async function inTime<T>(call: () => T | PromiseLike<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(timeoutError()), TIMEOUT)
  })
  try {
    return await Promise.race([call(), late])
  } finally {
    clearTimeout(timer)
  }
}
