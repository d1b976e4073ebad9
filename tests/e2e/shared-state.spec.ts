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

test('promise 6: of vaults that claim an exchange at the same moment, one gets it', async ({ page }) => {
  const marks = await page.evaluate(async () => {
    const rows = await Promise.all((await openSharedStates(5)).map((state) => state.claim(3000, 3000)))
    return rows.map(([, , , , mark]) => mark).filter(Boolean).length
  })
  expect(marks).toBe(1)
})

test('promise 6: a mark is free when it was taken back, and only by whom it belongs to', async ({ page }) => {
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

test('promise 16: what a newer epoch says is not overwritten by an older one', async ({ page }) => {
  const rows = await page.evaluate(async () => {
    const [one, two] = (await openSharedStates(2)) as [SharedState, SharedState]
    await one.remember('signed-out', 8)
    await two.remember('signed-in', 7)
    const kept = await two.recall()
    // They wrap around: after the largest comes the smallest.
    for (const epoch of [0x7fff_ffff, 0xffff_fffe, 1]) await two.remember('signed-in', epoch)
    await one.remember('signed-out', 0xffff_ffff)
    return [kept, await one.recall()]
  })
  expect(rows.map(([hint, epoch]) => [hint, epoch])).toEqual([
    ['signed-out', 8],
    ['signed-in', 1],
  ])
})

test('promise 9: a write that the browser refuses is written again by the next access', async ({ page }) => {
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

test('promise 9: what another vault has written since a refused write wins', async ({ page }) => {
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

test('promise 9: a database that is deleted under a running vault is written again', async ({ page }) => {
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

test('promise 9: a database of a later version, or with rows of another shape, is used all the same', async ({
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

test('promise 2: a storage that cannot be opened is unknown, and keeps what this vault learns', async ({
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

test('promise 10: a lease that is known to be slow lasts longer, and so does the next one', async ({
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
  test(`promise 2: a ${what} resolves when it is stored, so that a reload right after it finds it`, async ({
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
            // A transaction that is asked for more cannot end.
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
