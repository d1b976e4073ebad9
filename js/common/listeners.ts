/** A list of listeners for one kind of value. */
export interface Listeners<T> {
  /**
   * Adds a listener. A function that is added twice is called twice.
   *
   * @returns a function that undoes this call only
   */
  add(listener: (value: T) => void): () => void
  /**
   * Calls every listener. If a listener throws, the error is reported as uncaught, and the other listeners are still
   * called.
   */
  emit(value: T): void
  clear(): void
}

/** Reports an error as uncaught. It is thrown in a microtask, because Node and jsdom have no `reportError`. */
export function reportUncaught(error: unknown) {
  queueMicrotask(() => {
    throw error
  })
}

export function createListeners<T>(): Listeners<T> {
  const listeners = new Set<(value: T) => void>()
  return {
    add(listener) {
      const entry = (value: T) => listener(value)
      listeners.add(entry)
      return () => void listeners.delete(entry)
    },
    emit(value) {
      for (const listener of [...listeners]) {
        try {
          listener(value)
        } catch (error) {
          reportUncaught(error)
        }
      }
    },
    clear: () => listeners.clear(),
  }
}
