import { ADA, expect, signIn, test } from './fixtures.js'

type SharedState = import('../../js/vault/shared-state.js').SharedState

declare global {
  function openSharedStates(count: number): Promise<SharedState[]>
}

test.beforeEach(async ({ open, page }) => {
  await open(page)
  await page.evaluate(() => {
    window.openSharedStates = async (count) => {
      const { openSharedState } = await import('/pkg/vault/shared-state.js' as string)
      return Array.from({ length: count }, () => openSharedState('two'))
    }
  })
})

test('promise 6: when five vaults claim the lease at the same moment, exactly one acquires it', async ({
  page,
}) => {
  const marks = await page.evaluate(async () => {
    const rows = await Promise.all((await openSharedStates(5)).map((state) => state.claim(3000, 3000)))
    return rows.map(([, , , , mark]) => mark).filter(Boolean).length
  })
  expect(marks).toBe(1)
})

test('promise 6: a vault does not acquire a lease that another vault has acquired after it asked', async ({
  page,
}) => {
  const marks = await page.evaluate(async () => {
    const [first, second] = (await openSharedStates(2)) as [SharedState, SharedState]
    await second.recall()
    const { now } = Date
    const time = now()
    Date.now = () => time
    // `first` must open the database before its transaction, so the transaction of `second` comes before it.
    const late = first.claim(3000, 3000)
    Date.now = () => time + 5
    const [, , , , acquired] = await second.claim(3000, 3000)
    const [, , , , refused] = await late
    // As in a process whose clock has a lower precision.
    Date.now = () => time - 5
    const [, , , , behind] = await first.claim(3000, 3000)
    // The clock was set back by more than the lease is valid.
    Date.now = () => time - 5000
    const [, , , , setBack] = await first.claim(3000, 3000)
    Date.now = now
    return { acquired, refused, behind, setBack }
  })
  expect(marks).toEqual({
    acquired: expect.any(Number),
    refused: undefined,
    behind: undefined,
    setBack: expect.any(Number),
  })
})

test('promise 6: a lease is free after its owner releases it, and another vault cannot release it', async ({
  page,
}) => {
  const seen = await page.evaluate(async () => {
    const [one, two] = (await openSharedStates(2)) as [SharedState, SharedState]
    const [, , , , mark] = await one.claim(3000, 3000)
    await two.release((mark ?? 0) + 1)
    const [, , age, , refused] = await two.claim(3000, 3000)
    await one.release(mark ?? 0)
    const [, , none, , granted] = await two.claim(3000, 3000)
    return { age, refused, none, granted }
  })
  expect(seen).toEqual({
    age: expect.any(Number),
    refused: undefined,
    none: undefined,
    granted: expect.any(Number),
  })
})

test('promise 16: a write with an older epoch does not overwrite the state of a newer one', async ({
  page,
}) => {
  const rows = await page.evaluate(async () => {
    const [one, two] = (await openSharedStates(2)) as [SharedState, SharedState]
    await one.remember('signed-out', 8)
    await two.remember('signed-in', 7)
    const kept = await two.recall()
    // Epochs wrap around: after the largest comes the smallest.
    for (const epoch of [0x7fff_ffff, 0xffff_fffe, 1]) await two.remember('signed-in', epoch)
    await one.remember('signed-out', 0xffff_ffff)
    return [kept, await one.recall()]
  })
  expect(rows.map(([hint, epoch]) => [hint, epoch])).toEqual([
    ['signed-out', 8],
    ['signed-in', 1],
  ])
})

test('promise 9: after a write that the browser refuses, the next access writes the state again', async ({
  page,
}) => {
  const seen = await page.evaluate(async () => {
    const [one, two] = (await openSharedStates(2)) as [SharedState, SharedState]
    await one.remember('signed-out', 3)
    const { put } = IDBObjectStore.prototype
    IDBObjectStore.prototype.put = () => {
      throw new DOMException('disk full', 'QuotaExceededError')
    }
    await one.remember('signed-in', 4)
    IDBObjectStore.prototype.put = put
    const [kept, epoch] = await one.recall()
    const [stored] = await two.recall()
    return { kept, epoch, stored }
  })
  expect(seen).toEqual({ kept: 'signed-in', epoch: 4, stored: 'signed-in' })
})

test('promise 9: newer state from another vault is kept after a refused write', async ({ page }) => {
  const hint = await page.evaluate(async () => {
    const [one, two] = (await openSharedStates(2)) as [SharedState, SharedState]
    await one.remember('signed-in', 3)
    const { put } = IDBObjectStore.prototype
    IDBObjectStore.prototype.put = () => {
      throw new DOMException('disk full', 'QuotaExceededError')
    }
    await one.remember('signed-in', 4)
    IDBObjectStore.prototype.put = put
    await two.remember('signed-out', 5)
    return (await one.recall())[0]
  })
  expect(hint).toBe('signed-out')
})

test('promise 9: when the database of a running vault is deleted, the vault writes its state again', async ({
  page,
}) => {
  const hints = await page.evaluate(async () => {
    const [one, two] = (await openSharedStates(2)) as [SharedState, SharedState]
    await one.remember('signed-in', 3)
    await new Promise((resolve, reject) => {
      const request = indexedDB.deleteDatabase('two')
      request.onsuccess = resolve
      request.onerror = reject
    })
    return [(await one.recall())[0], (await two.recall())[0]]
  })
  expect(hints).toEqual(['signed-in', 'signed-in'])
})

test('promise 9: a database of a later version, with an entry of another shape, can be read and written', async ({
  page,
}) => {
  const hints = await page.evaluate(async () => {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open('two', 7)
      request.onupgradeneeded = () =>
        request.result.createObjectStore('shared-state').put('nonsense', 'shared-state')
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
    database.close()
    const [one, two] = (await openSharedStates(2)) as [SharedState, SharedState]
    const [before] = await one.recall()
    await one.remember('signed-in', 1)
    return [before, (await two.recall())[0]]
  })
  expect(hints).toEqual(['never', 'signed-in'])
})

test('promise 2: when the storage cannot be opened, the hint is unknown, and the vault keeps its own state in memory', async ({
  page,
}) => {
  const hints = await page.evaluate(async () => {
    indexedDB.open = () => {
      throw new DOMException('private mode', 'SecurityError')
    }
    const [one] = (await openSharedStates(1)) as [SharedState]
    const [before] = await one.recall()
    await one.remember('signed-in', 1)
    return [before, (await one.recall())[0]]
  })
  expect(hints).toEqual(['unknown', 'signed-in'])
})

test('promise 10: a lease that is marked as slow is valid for longer, and so is the next lease', async ({
  page,
}) => {
  const seen = await page.evaluate(async () => {
    const [one, two] = (await openSharedStates(2)) as [SharedState, SharedState]
    const [, , , , mark] = await one.claim(0, 60_000)
    const [, , , , free] = await two.claim(0, 60_000)
    await two.markSlow(free ?? 0)
    const [, , , isSlow, refused] = await one.claim(0, 60_000)
    await two.release(free ?? 0, true)
    const [, , none, isStillSlow, next] = await one.claim(0, 60_000)
    return [mark, free, isSlow, refused, none, isStillSlow, next].map(
      (value) => typeof value === 'number' || value,
    )
  })
  expect(seen).toEqual([true, true, true, undefined, undefined, true, true])
})

for (const [what, hint] of [
  ['sign-in', 'signed-in'],
  ['sign-out', 'signed-out'],
] as const) {
  test(`promise 2: a ${what} resolves only after it is stored, so that a reload right after it finds it`, async ({
    page,
  }) => {
    if (what === 'sign-out') await signIn(page)
    const order = await page.evaluate(
      async ([what, hint, credentials]) => {
        const order: string[] = []
        let release = () => {}
        const held = new Promise<void>((resolve) => {
          const { put } = IDBObjectStore.prototype
          IDBObjectStore.prototype.put = function (value, key) {
            const request = put.call(this, value, key)
            if (value.hint !== hint) return request
            // A transaction stays open while it gets new requests.
            let isHeld = true
            const askAgain = () => {
              if (isHeld) this.get('shared-state').onsuccess = askAgain
            }
            askAgain()
            release = () => {
              isHeld = false
            }
            resolve()
            return request
          }
        })
        const call = what === 'sign-in' ? auth.signIn(credentials) : auth.signOut()
        const done = call.then(() => order.push('resolved'))
        await held
        await new Promise((resolve) => setTimeout(resolve))
        order.push('stored')
        release()
        await done
        return order
      },
      [what, hint, ADA] as const,
    )
    expect(order).toEqual(['stored', 'resolved'])
  })
}

test('promise 9: an entry of the wrong type does not block the lease, and the next write replaces it', async ({
  page,
}) => {
  const seen = await page.evaluate(async () => {
    const right = { hint: 'signed-in', epoch: 3, mark: 0, slow: false }
    const wrong = [
      'nonsense',
      7,
      { ...right, hint: 1 },
      { ...right, epoch: 'x' },
      { ...right, epoch: Number.NaN },
      { ...right, mark: 'x' },
      { ...right, mark: Number.NaN },
      { ...right, mark: Number.POSITIVE_INFINITY },
      { ...right, slow: 'yes', mark: Date.now() - 10_000 },
    ]
    const [seed] = (await openSharedStates(1)) as [SharedState]
    await seed.recall()
    const database = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open('two')
      request.onsuccess = () => resolve(request.result)
    })
    const rows: unknown[] = []
    for (const entry of wrong) {
      const transaction = database.transaction('shared-state', 'readwrite')
      transaction.objectStore('shared-state').put(entry, 'shared-state')
      await new Promise((resolve) => {
        transaction.oncomplete = resolve
      })
      const [one, two] = (await openSharedStates(2)) as [SharedState, SharedState]
      const [hint, epoch, age, , mark] = await one.claim(7000, 75_000)
      await one.release(mark ?? 0)
      await one.remember('signed-in', 1)
      rows.push([hint, epoch, age, typeof mark, (await two.recall())[0]])
    }
    database.close()
    return rows
  })
  expect(seen).toEqual(Array(9).fill(['never', 0, undefined, 'number', 'signed-in']))
})

for (const [what, options] of [
  ['without our store', null],
  ['whose store has keys of its own', { keyPath: 'id' }],
  ['whose store counts its keys', { autoIncrement: true }],
] as const) {
  test(`promise 9: a database of a later version ${what} is created anew`, async ({ page }) => {
    const hints = await page.evaluate(async (options) => {
      const database = await new Promise<IDBDatabase>((resolve) => {
        const request = indexedDB.open('two', 7)
        request.onupgradeneeded = () => {
          if (options) request.result.createObjectStore('shared-state', options)
        }
        request.onsuccess = () => resolve(request.result)
      })
      database.close()
      const [one, two] = (await openSharedStates(2)) as [SharedState, SharedState]
      const [before] = await one.recall()
      await one.remember('signed-in', 1)
      const { version } = (await indexedDB.databases()).find(({ name }) => name === 'two') ?? {}
      return [before, (await two.recall())[0], version]
    }, options)
    expect(hints).toEqual(['never', 'signed-in', 1])
  })
}
