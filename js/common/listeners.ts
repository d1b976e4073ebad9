/** Who wants to hear of something. */
export interface Listeners<T> {
  /** Returns the way to stop. The same function may listen twice, and stops once. */
  add(listener: (value: T) => void): () => void
  /** One listener's error is reported, and keeps no other from hearing. */
  emit(value: T): void
  clear(): void
}

/** Shows an error as uncaught, which is what it is. Node and jsdom have no `reportError`. */
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
