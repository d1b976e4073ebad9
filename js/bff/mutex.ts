/**
 * Runs one task at a time, in the order of the calls. Where the browser has Web Locks, this holds across all tabs. A task
 * waits at most `timeout` milliseconds for the lock, and never steals it. After that time it runs without the lock: the
 * lock only avoids unnecessary requests, and correctness does not depend on it (promise 11).
 */
export function createMutex(name: string, timeout: number) {
  let last: Promise<unknown> = Promise.resolve()

  return function runExclusive<T>(work: () => Promise<T>): Promise<T> {
    const mine = last.then(() => locked(work))
    last = mine.catch(() => {})
    return mine
  }

  async function locked<T>(work: () => Promise<T>): Promise<T> {
    let begun: Promise<T> | undefined
    const begin = () => {
      begun ??= work()
      return begun
    }
    const locks: LockManager | undefined = globalThis.navigator?.locks
    try {
      return await (locks?.request(name, { signal: AbortSignal.timeout(timeout) }, begin) ?? begin())
    } catch {
      return begin()
    }
  }
}
