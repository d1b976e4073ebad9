/**
 * One piece of work at a time, in the order of the calls; in all tabs, where there are Web Locks. The lock is waited for
 * so long, in milliseconds, and never stolen: it shortens the road, and correctness does not rest on it (promise 11).
 */
export function createMutex(name: string, patience: number) {
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
      return await (locks?.request(name, { signal: AbortSignal.timeout(patience) }, begin) ?? begin())
    } catch {
      return begin()
    }
  }
}
