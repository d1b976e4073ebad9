/** How long something may take to answer, and how long it is left alone when it has not. In milliseconds. */
const TIMEOUT = 1000
const FIRST_PAUSE = 1000
const LONGEST_PAUSE = 30_000

export interface Breaker {
  /** Whether the next call is made, as far as is known. */
  readonly isClosed: boolean
  /** Rejects with what `call` rejects with, or with a `TimeoutError`; at once during a pause. */
  run<T>(call: () => T | PromiseLike<T>): Promise<T>
}

/**
 * A circuit breaker, whose pauses are times that are compared, not timers: after a call that was not answered in time, none is
 * made for a while. Then one call is let through, and decides. An immediate error delays no call and does not open the breaker.
 *
 * @param onFailure called for the first failure after a success, and for each call that was let through in vain
 */
export function createBreaker(onFailure: (error: unknown) => void): Breaker {
  let isFailing = false
  let pause = FIRST_PAUSE
  /** No call is made before. In milliseconds since the epoch. */
  let closedUntil = 0

  function fail(error: unknown, isTrial: boolean) {
    const isSlow = isTimeout(error)
    if (!isFailing || isTrial) onFailure(error)
    isFailing = true
    if (isTrial) closedUntil = 0
    // Of several calls that were under way, the first has begun the pause.
    if (!isSlow || Date.now() < closedUntil) return
    closedUntil = Date.now() + pause
    pause = Math.min(pause * 2, LONGEST_PAUSE)
  }

  return {
    get isClosed() {
      return Date.now() >= closedUntil
    },
    async run(call) {
      if (Date.now() < closedUntil) throw timeoutError()
      const isTrial = pause > FIRST_PAUSE
      if (isTrial) closedUntil = Date.now() + TIMEOUT
      try {
        const result = await inTime(call)
        isFailing = false
        pause = FIRST_PAUSE
        closedUntil = 0
        return result
      } catch (error) {
        fail(error, isTrial)
        throw error
      }
    },
  }
}

const timeoutError = () => new DOMException('The store does not answer.', 'TimeoutError')

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
