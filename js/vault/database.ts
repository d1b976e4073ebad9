/**
 * Opens a database with one store. Any script of the page can change the database. If the store is missing, or is one that
 * cannot hold our entries, the database is deleted and created anew.
 */
export async function openDatabase(name: string, store: string): Promise<IDBDatabase> {
  const database = await open(name, store, 1).catch((error: unknown) => {
    // A newer build, or a script, has raised the version. Its entries can still be read.
    if ((error as Error | null)?.name === 'VersionError') return open(name, store)
    throw error
  })
  if (isUsable(database, store)) return database
  database.close()
  await settled(indexedDB.deleteDatabase(name))
  return open(name, store, 1)
}

function open(name: string, store: string, version?: number): Promise<IDBDatabase> {
  const request = indexedDB.open(name, version)
  request.onupgradeneeded = () => request.result.createObjectStore(store)
  return settled(request)
}

/** A store with keys of its own refuses entries with a key. */
function isUsable(database: IDBDatabase, name: string): boolean {
  if (!database.objectStoreNames.contains(name)) return false
  const { keyPath, autoIncrement } = database.transaction(name).objectStore(name)
  return keyPath === null && !autoIncrement
}

export function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}
