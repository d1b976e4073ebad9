import { expect, test } from './fixtures.js'

type Trace = import('../../js/vault/trace.js').Trace

declare global {
  function openTraces(count: number): Promise<Trace[]>
}

test.beforeEach(async ({ open, page }) => {
  await open(page)
  await page.evaluate(() => {
    window.openTraces = async (count) => {
      const { openTrace } = await import('/pkg/vault/trace.js' as string)
      return Array.from({ length: count }, () => openTrace('two'))
    }
  })
})

test('promise 6: of vaults that claim an exchange at the same moment, one gets it', async ({ page }) => {
  const marks = await page.evaluate(async () => {
    const rows = await Promise.all((await openTraces(5)).map((trace) => trace.claim(3000, 3000)))
    return rows.map(([, , , , mark]) => mark).filter(Boolean).length
  })
  expect(marks).toBe(1)
})

test('promise 6: a mark is free when it was taken back, and only by whom it belongs to', async ({ page }) => {
  const seen = await page.evaluate(async () => {
    const [one, two] = (await openTraces(2)) as [Trace, Trace]
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
    const [one, two] = (await openTraces(2)) as [Trace, Trace]
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
