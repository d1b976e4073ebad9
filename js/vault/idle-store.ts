import { openDatabase, settled } from './database.js'

/** The time of the last activity in IndexedDB. If the storage fails, the limit holds only while a vault runs. */
export function createIdleStore(name: string) {
  const STORE = 'idle'

  async function run<T>(
    mode: IDBTransactionMode,
    work: (store: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T | undefined> {
    try {
      const database = await openDatabase(`${name} idle`, STORE)
      try {
        return await settled(work(database.transaction(STORE, mode).objectStore(STORE)))
      } finally {
        database.close()
      }
    } catch {
      return undefined
    }
  }

  return {
    async read(): Promise<number | undefined> {
      const value: unknown = await inTime(run('readonly', (store) => store.get(STORE)))
      return typeof value === 'number' && value <= Date.now() ? value : undefined
    },
    async write(at: number) {
      await run('readwrite', (store) => store.put(at, STORE))
    },
  }
}

/** A storage that does not answer must not delay the start. In milliseconds. */
const READ_TIMEOUT = 2000

const inTime = <T>(work: Promise<T>): Promise<T | undefined> =>
  Promise.race([work, new Promise<undefined>((resolve) => setTimeout(resolve, READ_TIMEOUT))])
