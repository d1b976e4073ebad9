import { IDBFactory } from 'fake-indexeddb'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openDatabase, settled } from '../../js/vault/database.js'
import { createIdleStore } from '../../js/vault/idle-store.js'
import { openSharedState } from '../../js/vault/shared-state.js'

/** The storage of a vault, with another implementation of IndexedDB. tests/e2e/shared-state.spec.ts tests those of browsers. */

const NOW = 1_800_000_000_000
const STORE = 'shared-state'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: NOW })
  vi.stubGlobal('indexedDB', new IDBFactory())
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

/** The stored entry. */
async function stored(name = 'app') {
  const database = await openDatabase(name, STORE)
  const entry = await settled(database.transaction(STORE).objectStore(STORE).get(STORE))
  database.close()
  return entry
}

async function store(entry: unknown, name = 'app') {
  const database = await openDatabase(name, STORE)
  await settled(database.transaction(STORE, 'readwrite').objectStore(STORE).put(entry, STORE))
  database.close()
}

const markOf = ([, , , , mark]: readonly unknown[]) => mark as number | undefined

test('a browser without an entry has never had a session', async () => {
  expect(await openSharedState('app').recall()).toEqual(['never', 0, undefined, false, undefined, false])
  expect(await stored()).toBeUndefined()
})

test('a vault remembers a session for the other vaults with its name, and not for those with another name', async () => {
  await openSharedState('app').remember('session', 3)
  expect(await openSharedState('app').recall()).toEqual(['session', 3, undefined, false, undefined, false])
  expect((await openSharedState('other').recall())[0]).toBe('never')
})

test('promise 16: a state of an older epoch does not replace a sign-out, and one of the same epoch does', async () => {
  const state = openSharedState('app')
  await state.remember('signed-out', 5)
  await state.remember('session', 4)
  expect((await state.recall()).slice(0, 2)).toEqual(['signed-out', 5])
  await state.remember('session', 5)
  expect((await state.recall()).slice(0, 2)).toEqual(['session', 5])
})

test('epochs wrap around after 32 bits', async () => {
  const state = openSharedState('app')
  await state.remember('session', 2 ** 31 - 1)
  await state.remember('signed-out', -(2 ** 31))
  expect((await state.recall()).slice(0, 2)).toEqual(['signed-out', -(2 ** 31)])
})

test('promise 6: of two vaults one acquires the lease, until it is released or its time is over', async () => {
  const [one, two] = [openSharedState('app'), openSharedState('app')]
  const mark = markOf(await one.claim(3000, 9000)) ?? 0
  expect(Math.floor(mark)).toBe(NOW)
  vi.setSystemTime(NOW + 2999)
  expect(await two.claim(3000, 9000)).toEqual(['never', 0, 2999, false, undefined])
  vi.setSystemTime(NOW + 3000)
  const next = markOf(await two.claim(3000, 9000)) ?? 0
  expect(Math.floor(next)).toBe(NOW + 3000)
  // Only the vault with the lease can release it.
  await one.release(mark)
  expect(markOf(await one.claim(3000, 9000))).toBeUndefined()
  await two.release(next)
  expect(await one.claim(3000, 9000)).toEqual(['never', 0, undefined, false, expect.any(Number)])
})

test('promise 6: a lease that another clock has dated a little later is valid, and the age is not negative', async () => {
  const [one, two] = [openSharedState('app'), openSharedState('app')]
  await one.claim(3000, 9000)
  vi.setSystemTime(NOW - 5)
  expect(await two.claim(3000, 9000)).toEqual(['never', 0, 0, false, undefined])
  vi.setSystemTime(NOW - 3000)
  expect(markOf(await two.claim(3000, 9000))).toEqual(expect.any(Number))
})

test('promise 10: the lease of a slow exchange is valid for longer, and so is the next one', async () => {
  const [one, two] = [openSharedState('app'), openSharedState('app')]
  const mark = markOf(await one.claim(3000, 9000)) ?? 0
  await two.markSlow(mark + 1)
  expect((await two.recall())[3]).toBe(false)
  await one.markSlow(mark)
  vi.setSystemTime(NOW + 8999)
  expect(await two.claim(3000, 9000)).toEqual(['never', 0, 8999, true, undefined])
  await one.release(mark)
  expect(markOf(await two.claim(3000, 9000))).toEqual(expect.any(Number))
  expect((await stored()).slow).toBe(true)
})

test('a release says whether its exchange was slow, and one without an exchange leaves what is known', async () => {
  const state = openSharedState('app')
  for (const [slow, expected] of [
    [true, true],
    [undefined, true],
    [false, false],
    [undefined, false],
  ] as const) {
    const mark = markOf(await state.claim(3000, 9000)) ?? 0
    await state.release(mark, slow)
    expect(await stored()).toMatchObject({ mark: 0, slow: expected })
  }
})

test.each([
  ['a text', 'x'],
  ['null', null],
  ['a hint of the wrong type', { hint: 1, epoch: 0, mark: 0, slow: false }],
  ['an epoch that is no integer', { hint: 'session', epoch: 0.5, mark: 0, slow: false }],
  ['an endless mark', { hint: 'session', epoch: 0, mark: Number.POSITIVE_INFINITY, slow: false }],
  ['no `slow`', { hint: 'session', epoch: 0, mark: 0 }],
])('promise 9: %s in the database counts as no entry, and the next write replaces it', async (_, entry) => {
  await store(entry)
  const state = openSharedState('app')
  expect((await state.recall())[0]).toBe('never')
  await state.remember('session', 1)
  expect(await stored()).toEqual({ hint: 'session', epoch: 1, mark: 0, slow: false })
})

test('promise 2: without a storage the hint is unknown, and the vault keeps what it knows in memory', async () => {
  vi.stubGlobal('indexedDB', {
    open() {
      throw new Error('refused')
    },
  })
  const state = openSharedState('app')
  expect(await state.recall()).toEqual(['unknown', 0, undefined, false, undefined, true])
  await state.remember('session', 2)
  expect(await state.recall()).toEqual(['session', 2, undefined, false, undefined, true])
  expect(markOf(await state.claim(3000, 9000))).toEqual(expect.any(Number))
})

/** A database that never answers, and one that works again. */
function stopStorage() {
  const working = indexedDB
  vi.stubGlobal('indexedDB', { open: () => ({}) })
  return () => vi.stubGlobal('indexedDB', working)
}

test('the first access waits 5 s for the storage, and each later one 1 s', async () => {
  stopStorage()
  const state = openSharedState('app')
  for (const millis of [5000, 1000]) {
    const done = vi.fn()
    const recalled = state.recall().then(done)
    await vi.advanceTimersByTimeAsync(millis - 1)
    expect(done).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    await recalled
    expect(done).toHaveBeenCalledWith(['unknown', 0, undefined, false, undefined, true])
  }
})

test('promise 9: a sign-out that could not be stored is stored by the next access, unless a newer state is there', async () => {
  for (const [other, expected] of [
    [undefined, ['signed-out', 6]],
    [{ hint: 'session', epoch: 5, mark: 0, slow: true }, ['signed-out', 6]],
    [{ hint: 'session', epoch: 6, mark: 0, slow: true }, ['signed-out', 6]],
    [{ hint: 'session', epoch: 7, mark: 0, slow: true }, ['session', 7]],
  ] as const) {
    vi.stubGlobal('indexedDB', new IDBFactory())
    const start = stopStorage()
    const state = openSharedState('app')
    const remembered = state.remember('signed-out', 6)
    await vi.advanceTimersByTimeAsync(5000)
    await remembered
    start()
    if (other) await store(other)
    const row = await state.recall()
    expect(row.slice(0, 2)).toEqual(expected)
    expect(row[5]).toBe(false)
    expect(await stored()).toMatchObject({ hint: expected[0], epoch: expected[1], slow: Boolean(other) })
  }
})

test('promise 9: when the database of a running vault is deleted, the vault writes its state again', async () => {
  const state = openSharedState('app')
  await state.remember('session', 2)
  await settled(indexedDB.deleteDatabase('app'))
  expect((await state.recall())[0]).toBe('session')
  expect(await stored()).toMatchObject({ hint: 'session', epoch: 2 })
})

test('promise 9: a database of a later version keeps its entries', async () => {
  const request = indexedDB.open('app', 7)
  request.onupgradeneeded = () => request.result.createObjectStore(STORE)
  ;(await settled(request)).close()
  await openSharedState('app').remember('session', 2)
  expect(await stored()).toMatchObject({ hint: 'session', epoch: 2 })
})

test.each<[string, (database: IDBDatabase) => unknown]>([
  ['without the store', () => {}],
  ['whose store has keys of its own', (database) => database.createObjectStore(STORE, { keyPath: 'id' })],
  ['whose store makes keys', (database) => database.createObjectStore(STORE, { autoIncrement: true })],
])('promise 9: a database %s is created anew', async (_, create) => {
  const request = indexedDB.open('app', 7)
  request.onupgradeneeded = () => void create(request.result)
  ;(await settled(request)).close()
  const database = await openDatabase('app', STORE)
  expect(database.version).toBe(1)
  database.close()
  await openSharedState('app').remember('session', 2)
  expect(await stored()).toMatchObject({ hint: 'session', epoch: 2 })
})

test('a database that cannot be opened for another reason rejects with that reason', async () => {
  const error = new DOMException('full', 'QuotaExceededError')
  vi.stubGlobal('indexedDB', {
    open() {
      const request = { error, onerror: () => {} }
      queueMicrotask(() => request.onerror())
      return request
    },
  })
  await expect(openDatabase('app', STORE)).rejects.toBe(error)
})

test('the time of the last activity survives the vault, with a name of its own', async () => {
  await createIdleStore('app').write(NOW - 5)
  expect(await createIdleStore('app').read()).toBe(NOW - 5)
  expect(await createIdleStore('other').read()).toBeUndefined()
  expect((await indexedDB.databases()).map(({ name }) => name)).toEqual(['app idle', 'other idle'])
})

test('a time of the last activity in the future, or that is no number, does not count', async () => {
  const store = createIdleStore('app')
  for (const [at, expected] of [
    [NOW, NOW],
    [NOW + 1, undefined],
    ['x', undefined],
    [undefined, undefined],
  ] as const) {
    await store.write(at as number)
    expect(await store.read()).toBe(expected)
  }
})

test('without a storage there is no time of the last activity, and a storage that does not answer delays the start by 2 s', async () => {
  vi.stubGlobal('indexedDB', undefined)
  expect(await createIdleStore('app').read()).toBeUndefined()
  await createIdleStore('app').write(NOW)
  vi.stubGlobal('indexedDB', { open: () => ({}) })
  const done = vi.fn()
  const read = createIdleStore('app').read().then(done)
  await vi.advanceTimersByTimeAsync(1999)
  expect(done).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  await read
  expect(done).toHaveBeenCalledWith(undefined)
})
