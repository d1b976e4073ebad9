import { openDatabase } from './database.js'

/** The state that the vaults of a browser share: a hint, an epoch, and the lease of an exchange. It contains no secrets. */
interface Entry {
  hint: string
  epoch: number
  /**
   * The mark of the lease: when the exchange started, in milliseconds, plus a random fraction to make it unique. 0: no
   * lease.
   */
  mark: number
  /** Whether that exchange, or the one before it, was slow. */
  slow: boolean
}

/**
 * The shared state as the core reads it: hint, epoch, age of the lease in milliseconds, whether its exchange is slow, and
 * the mark of the lease if this vault has acquired it, and whether the storage did not answer.
 */
export type SharedStateRow = [
  hint: string,
  epoch: number,
  age: number | undefined,
  slow: boolean,
  mark?: number | undefined,
  isStale?: boolean,
]

export type SharedState = ReturnType<typeof openSharedState>

const STORE = 'shared-state'
const NOTHING: Entry = { hint: 'never', epoch: 0, mark: 0, slow: false }
/** The hint while the storage cannot be read. */
const UNKNOWN = 'unknown'
/** Longer than a healthy browser takes. After this time, the last known state is used. In milliseconds. */
const TIMEOUT = 1000
/** The same for the first access, which may have to create the database files. In milliseconds. */
const FIRST_TIMEOUT = 5000

/**
 * The shared state in IndexedDB, the only storage that pages, workers and shared workers have in common. Each read and
 * write happen in one transaction, so that two vaults cannot both acquire the lease. No promise rejects, and each resolves
 * within the timeout.
 *
 * A browser may refuse a write (disk full) or delete the database of a running app. Then the state that this vault knows
 * is used, as long as it is newer than the stored state, and is written again.
 */
export function openSharedState(name: string) {
  let database: Promise<IDBDatabase> | undefined
  let known: Entry | undefined
  /** Whether the last write has failed. */
  let isUnsaved = false
  let isFirst = true
  /** Whether the last access has failed, so that only the last known state is available. */
  let isStale = false

  /** The stored state or the state that this vault knows, whichever is newer. */
  function current(stored: Entry | undefined): Entry {
    if (!known || known.hint === UNKNOWN) return stored ?? NOTHING
    if (!stored) return known
    const isNewer = isUnsaved && ((stored.epoch - known.epoch) | 0) <= 0
    return isNewer ? { ...stored, hint: known.hint, epoch: known.epoch } : stored
  }

  function attempt(update: (stored: Entry | undefined) => Entry, mode: IDBTransactionMode) {
    const timeout = isFirst ? FIRST_TIMEOUT : TIMEOUT
    isFirst = false
    database ??= open(name, () => {
      database = undefined
    })
    return within(
      timeout,
      database.then((database) => run(database, update, mode)),
    )
  }

  /** Replaces the entry with the result of `change`. Resolves with the entry before the change. */
  async function transact(change?: (entry: Entry) => Entry): Promise<Entry> {
    let before: Entry | undefined
    let after: Entry | undefined
    const update = (stored: Entry | undefined) => {
      before = current(stored)
      after = change ? change(before) : before
      return after
    }
    try {
      const stored = await attempt(update, change ? 'readwrite' : 'readonly')
      if (stored !== after && !change && after !== NOTHING) await attempt(update, 'readwrite')
      isUnsaved = false
      isStale = false
      known = after
    } catch {
      isStale = true
      database = undefined
      before ??= known ?? { ...NOTHING, hint: UNKNOWN }
      if (change) {
        known = change(before)
        isUnsaved = true
      }
    }
    return before ?? NOTHING
  }

  const row = ({ hint, epoch, mark, slow }: Entry): SharedStateRow => [
    hint,
    epoch,
    mark ? Math.max(0, Date.now() - Math.floor(mark)) : undefined,
    slow,
  ]

  return {
    async recall(): Promise<SharedStateRow> {
      const [hint, epoch, age, slow] = row(await transact())
      return [hint, epoch, age, slow, undefined, isStale]
    },
    async remember(hint: string, epoch: number) {
      // Epochs are 32-bit and wrap around.
      await transact((entry) => (((entry.epoch - epoch) | 0) > 0 ? entry : { ...entry, hint, epoch }))
    },
    /**
     * Acquires the lease if it is free.
     *
     * @param ttl how long a lease is valid if its exchange is not slow, in milliseconds
     * @param slowTtl how long a lease is valid if its exchange is slow, in milliseconds
     */
    async claim(ttl: number, slowTtl: number): Promise<SharedStateRow> {
      let own: number | undefined
      const before = await transact((entry) => {
        // The time is read inside the transaction: another vault may have acquired the lease while this one waited. A
        // mark a little in the future is valid, too: two processes may read the same clock with different precision.
        const now = Date.now()
        const isFree = Math.abs(now - Math.floor(entry.mark)) >= (entry.slow ? slowTtl : ttl)
        // Keeps the mark if this runs again: when the storage does not answer in time, its transaction may still succeed.
        own = isFree ? (own ?? now + Math.random()) : undefined
        return own ? { ...entry, mark: own } : entry
      })
      const [hint, epoch, age, isSlow] = row(before)
      return [hint, epoch, age, isSlow, own]
    },
    async markSlow(mark: number) {
      await transact((entry) => (entry.mark === mark ? { ...entry, slow: true } : entry))
    },
    /** @param slow whether the exchange was slow; `undefined` if it was not sent */
    async release(mark: number, slow?: boolean) {
      await transact((entry) =>
        entry.mark === mark ? { ...entry, mark: 0, slow: slow ?? entry.slow } : entry,
      )
    },
  }
}

function within<T>(millis: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(reject, millis)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

async function open(name: string, forget: () => void): Promise<IDBDatabase> {
  const database = await openDatabase(name, STORE)
  // Another tab may want to delete the database.
  database.onversionchange = () => {
    database.close()
    forget()
  }
  database.onclose = forget
  return database
}

/** Updates the entry in one transaction. Resolves with the previous entry after the update is stored. */
function run(
  database: IDBDatabase,
  update: (stored: Entry | undefined) => Entry,
  mode: IDBTransactionMode,
): Promise<Entry | undefined> {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(STORE, mode, { durability: 'relaxed' })
    const store = transaction.objectStore(STORE)
    const request: IDBRequest<unknown> = store.get(STORE)
    let stored: Entry | undefined
    request.onsuccess = () => {
      stored = isEntry(request.result) ? request.result : undefined
      const next = update(stored)
      if (mode === 'readwrite' && next !== stored) store.put(next, STORE)
    }
    transaction.oncomplete = () => resolve(stored)
    transaction.onabort = () => reject(transaction.error)
  })
}

/** Validates the stored value, because any script of the page can write to the database. */
function isEntry(value: unknown): value is Entry {
  const { hint, epoch, mark, slow } = (value ?? {}) as Partial<Entry>
  return (
    typeof hint === 'string' && Number.isInteger(epoch) && Number.isFinite(mark) && typeof slow === 'boolean'
  )
}
