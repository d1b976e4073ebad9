import { defer } from './deferred.js'

/** A Web Lock that was requested or is held. */
export interface WebLock {
  /** Resolves when this vault has the lock. Rejects if it will never get the lock. */
  granted: Promise<void>
  /** Releases the lock, or cancels the request. */
  release(): void
}

/** Requests a lock that all tabs share. Returns `undefined` if there are no Web Locks. */
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
