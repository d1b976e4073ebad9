import { expect, signIn, test } from './fixtures.js'

const SIZE = 5 * 1024 * 1024

test(`promise 12: a download of ${SIZE} bytes arrives complete and in order`, async ({ api, open, page }) => {
  await open(page)
  await signIn(page)
  const outcome = await page.evaluate(async (url) => {
    const { body } = await auth.fetch(url)
    const reader = body?.getReader()
    let bytes = 0
    let wrong = 0
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true }
      if (done || !value) return { bytes, wrong }
      // The API sends bytes in this pattern.
      for (const byte of value) if (byte !== bytes++ % 251) wrong++
    }
  }, `${api.url}/api/v1/bytes/${SIZE}?length=no`)
  expect(outcome).toEqual({ bytes: SIZE, wrong: 0 })
})

for (const how of ['abort', 'cancel'] as const) {
  test(`promise 12: the page reads the first part of a download before the rest arrives, and ${how} closes the connection`, async ({
    api,
    open,
    page,
  }) => {
    await open(page)
    await signIn(page)
    const outcome = await page.evaluate(
      async ([url, how]) => {
        const controller = new AbortController()
        const { body } = await auth.fetch(url, { signal: controller.signal })
        const reader = body?.getReader()
        const first = await reader?.read()
        if (how === 'abort') controller.abort()
        else await reader?.cancel()
        return [
          (first?.value?.length ?? 0) > 0,
          await reader?.read().then(
            ({ done }) => done,
            ({ name }) => name,
          ),
        ]
      },
      [`${api.url}/api/v1/bytes/${SIZE}?length=no&pause=60000`, how] as const,
    )
    expect(outcome).toEqual([true, how === 'abort' ? 'AbortError' : true])
    const { status } = await api.journal.when(({ path, aborted }) => /bytes/.test(path) && aborted)
    expect(status).toBe(200)
  })
}

test('promise 12: an abort before the response rejects with an AbortError and closes the connection', async ({
  api,
  open,
  page,
}) => {
  await open(page)
  await signIn(page)
  api.faults.add({ route: 'notes', kind: 'hold' })
  const held = api.faults.whenHeld('notes')
  const outcome = page.evaluate((url) => {
    const controller = new AbortController()
    Object.assign(window, { controller })
    return auth.fetch(url, { signal: controller.signal }).catch(({ name }) => name)
  }, `${api.url}/api/v1/notes`)
  await held
  await page.evaluate(() => (window as unknown as { controller: AbortController }).controller.abort())
  expect(await outcome).toBe('AbortError')
  await api.journal.when(({ path, aborted }) => /notes/.test(path) && aborted)
})

test('promise 14: bodies of every kind arrive complete', async ({ api, open, page }) => {
  await open(page)
  await signIn(page)
  const received = await page.evaluate(async (url) => {
    const form = new FormData()
    form.set('file', new Blob(['x'.repeat(1000)]), 'file.txt')
    const bytes = new Uint8Array(100_000)
    const bodies = ['text', new Blob([bytes]), bytes, new URLSearchParams({ a: 'b' }), form]
    const send = async (body: BodyInit) => (await auth.fetch(url, { method: 'POST', body })).json()
    return (await Promise.all(bodies.map(send))).map(({ received }) => received as number)
  }, `${api.url}/api/v1/bytes`)
  expect(received.slice(0, 4)).toEqual([4, 100_000, 100_000, 3])
  expect(received[4]).toBeGreaterThan(1000)
})

test('promise 12: a network error is the TypeError of fetch', async ({ api, open, page }) => {
  await open(page)
  await signIn(page)
  await api.unplug()
  const [error, own] = await page.evaluate(
    (url) =>
      Promise.all(
        [auth.fetch(url), fetch(url)].map((call) => call.catch(({ name, message }) => [name, message])),
      ),
    `${api.url}/api/v1/me`,
  )
  expect(error).toEqual(own)
  expect(error).toContain('TypeError')
})
