export type Lifetime = ReturnType<typeof createLifetime>

/** The time in which a client makes calls, until `end` is called. Calls that are open at its end are rejected. */
export function createLifetime() {
  const open = new Set<(error: unknown) => void>()
  let ended: { error: unknown } | undefined

  return {
    get isOver() {
      return !!ended
    },
    /**
     * Makes a call. It is rejected when the lifetime ends.
     *
     * @param signal rejects this call when it is aborted
     */
    during<T>(start: () => Promise<T>, signal?: AbortSignal): Promise<T> {
      return new Promise((resolve, reject) => {
        if (ended) return reject(ended.error)
        const onAbort = () => reject(signal?.reason)
        open.add(reject)
        signal?.addEventListener('abort', onAbort)
        start()
          .then(resolve, reject)
          .finally(() => {
            open.delete(reject)
            signal?.removeEventListener('abort', onAbort)
          })
      })
    },
    end(error: unknown) {
      ended = { error }
      for (const reject of open) reject(error)
    },
  }
}
