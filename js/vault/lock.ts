import { defer } from './deferred.js'

/** A Web Lock that is asked for or held. */
export interface WebLock {
  /** Resolves when the lock is ours, rejects if it never will be. */
  granted: Promise<void>
  /** Gives it back, or stops waiting for it. */
  release(): void
}

/** Asks for a lock that all tabs share. Undefined where there are no locks. */
export function requestLock(name: string): WebLock | undefined {
  const waiting = new AbortController()
  const granted = defer<void>()
  let release = () => waiting.abort()
  try {
    const done = navigator.locks.request(name, { signal: waiting.signal }, () => {
      const held = defer<void>()
      release = held.resolve
      granted.resolve()
      return held.promise
    })
    done.catch(granted.reject)
  } catch {
    return undefined
  }
  return { granted: granted.promise, release: () => release() }
}
