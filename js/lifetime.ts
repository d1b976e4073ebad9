/** The time in which a client makes calls. A call ends with it, whatever else becomes of the call. */
export function createLifetime() {
  const open = new Set<(error: unknown) => void>()
  let ended: { error: unknown } | undefined

  return {
    get isOver() {
      return ended !== undefined
    },
    during<T>(start: () => Promise<T>): Promise<T> {
      return new Promise((resolve, reject) => {
        if (ended) return reject(ended.error)
        open.add(reject)
        start()
          .then(resolve, reject)
          .finally(() => open.delete(reject))
      })
    },
    end(error: unknown) {
      ended = { error }
      for (const reject of open) reject(error)
    },
  }
}
