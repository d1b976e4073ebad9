/** What vaults remember of each other: a word, a number, and the mark of an exchange under way. Nothing secret. */
interface Entry {
  hint: string
  epoch: number
  /** When the exchange began, in milliseconds, with a fraction that tells it from others; 0 for none. */
  mark: number
}

/** As the core reads it: hint, epoch, age of the mark, and a mark of ours. */
export type TraceRow = [hint: string, epoch: number, age: number | undefined, mark?: number | undefined]

export type Trace = ReturnType<typeof openTrace>

const STORE = 'trace'
const NOTHING: Entry = { hint: 'never', epoch: 0, mark: 0 }
/** Longer than any healthy browser takes; then what was last known holds. In milliseconds. */
const PATIENCE = 1000
/** The first opening may have to create files. */
const FIRST_PATIENCE = 5000

/**
 * The trace, kept in IndexedDB: the one storage that pages, workers and shared workers have in common. Reading and
 * writing are one transaction, so two vaults cannot both be first. No promise rejects, and each settles in time.
 */
export function openTrace(name: string) {
  let database: Promise<IDBDatabase> | undefined
  let known: Entry | undefined

  /** Replaces the entry by what `change` makes of it. Resolves with the one before. */
  async function transact(change?: (entry: Entry) => Entry): Promise<Entry> {
    let before: Entry
    try {
      database ??= open(name, () => {
        database = undefined
      })
      before = await within(
        known ? PATIENCE : FIRST_PATIENCE,
        database.then((database) => run(database, change)),
      )
    } catch (error) {
      database = undefined
      // Forbidden storage remembers nobody. Slow storage might, and asking the server is better than forgetting.
      before = known ?? { ...NOTHING, hint: error === LATE ? 'signed-in' : NOTHING.hint }
    }
    known = change ? change(before) : before
    return before
  }

  const row = ({ hint, epoch, mark }: Entry): TraceRow => [
    hint,
    epoch,
    mark ? Math.max(0, Date.now() - Math.floor(mark)) : undefined,
  ]

  return {
    recall: async () => row(await transact()),
    async remember(hint: string, epoch: number) {
      // Epochs are 32-bit and wrap around.
      await transact((entry) => (((entry.epoch - epoch) | 0) > 0 ? entry : { ...entry, hint, epoch }))
    },
    async claim(settling: number): Promise<TraceRow> {
      const now = Date.now()
      const isFree = ({ mark }: Entry) => Math.floor(mark) > now || now - Math.floor(mark) >= settling
      const mark = now + Math.random()
      const before = await transact((entry) => (isFree(entry) ? { ...entry, mark } : entry))
      const [hint, epoch, age] = row(before)
      return [hint, epoch, age, isFree(before) ? mark : undefined]
    },
    async release(mark: number) {
      await transact((entry) => (entry.mark === mark ? { ...entry, mark: 0 } : entry))
    },
  }
}

const LATE = Symbol()

function within<T>(millis: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(reject, millis, LATE)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

function open(name: string, forget: () => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(STORE)
    request.onerror = () => reject(request.error)
    request.onsuccess = () => {
      const database = request.result
      // Whoever wants to delete it may.
      database.onversionchange = () => {
        database.close()
        forget()
      }
      database.onclose = forget
      resolve(database)
    }
  })
}

function run(database: IDBDatabase, change: ((entry: Entry) => Entry) | undefined): Promise<Entry> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(STORE, change ? 'readwrite' : 'readonly', {
      durability: 'relaxed',
    })
    const store = transaction.objectStore(STORE)
    const request: IDBRequest<Entry | undefined> = store.get(STORE)
    let entry = NOTHING
    request.onsuccess = () => {
      entry = request.result ?? NOTHING
      const next = change?.(entry)
      if (next && next !== entry) store.put(next, STORE)
    }
    transaction.oncomplete = () => resolve(entry)
    transaction.onabort = () => reject(transaction.error)
  })
}
