import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openDatabase, settled } from '../../js/vault/database.js'
import { createIdleStore } from '../../js/vault/idle-store.js'

/** The time of the last activity, which outlives the browser. */

const store = createIdleStore('app')

beforeEach(() => vi.stubGlobal('indexedDB', new IDBFactory()))
afterEach(() => vi.unstubAllGlobals())

/** Stores this as any script of the page can. Later versions of the vault read the same database and store. */
async function put(value: unknown) {
  const database = await openDatabase('app idle', 'idle')
  await settled(database.transaction('idle', 'readwrite').objectStore('idle').put(value, 'idle'))
  database.close()
}

test('the time that one vault stores is read by the next', async () => {
  const at = Date.now()
  expect(await store.read()).toBeUndefined()
  await store.write(at)
  expect(await createIdleStore('app').read()).toBe(at)
  expect(await createIdleStore('other').read()).toBeUndefined()
})

test('a stored time is read, unless it is in the future or is no number', async () => {
  const past = Date.now() - 5000
  await put(past)
  expect(await store.read()).toBe(past)
  for (const value of ['5', null, new Date(0), Date.now() + 60_000]) {
    await put(value)
    expect(await store.read()).toBeUndefined()
  }
})

test('the database is closed after each use, so that it can be deleted', async () => {
  await store.write(1)
  await store.read()
  const request = indexedDB.deleteDatabase('app idle')
  const blocked = vi.fn()
  request.onblocked = blocked
  await settled(request as IDBRequest)
  expect(blocked).not.toHaveBeenCalled()
})

test('without IndexedDB nothing is stored, and nothing fails', async () => {
  vi.stubGlobal('indexedDB', undefined)
  await expect(store.write(1)).resolves.toBeUndefined()
  expect(await store.read()).toBeUndefined()
})
