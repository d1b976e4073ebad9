import { doubtToken, expect, get, signIn, test } from './fixtures.js'

test('promise 14: after a 401, a request is sent again with its body, for every kind of body that can be read twice', async ({
  api,
  open,
  page,
}) => {
  await open(page)
  await signIn(page)
  await doubtToken(page, api)
  const sizes = await page.evaluate(async (url) => {
    const form = new FormData()
    form.set('file', new Blob(['x'.repeat(1000)]), 'file.txt')
    const bytes = new Uint8Array(100_000)
    const bodies: [BodyInit, HeadersInit?][] = [
      ['text', { 'content-type': 'text/plain' }],
      [new Blob([bytes])],
      [bytes],
      [new URLSearchParams({ a: 'b' })],
      [form],
    ]
    const send = async (request: RequestInfo, init?: RequestInit) =>
      (await (await auth.fetch(request, init)).json()).bytes
    return Promise.all([
      ...bodies.map(([body, headers]) => send(url, { method: 'POST', body, ...(headers && { headers }) })),
      send(new Request(url, { method: 'POST', body: new Blob([bytes]) })),
    ])
  }, `${api.url}/api/v1/notes`)
  expect(sizes.slice(0, 4)).toEqual([4, 100_000, 100_000, 3])
  expect(sizes[4]).toBeGreaterThan(1000)
  expect(sizes[5]).toBe(100_000)
  expect(api.journal.counts().refresh.total).toBe(1)
})

test('promise 12: an abort rejects with the AbortError or the reason of the signal: in flight, during a refresh, and before the call', async ({
  api,
  open,
  page,
}) => {
  await open(page)
  await signIn(page)
  api.faults.add({ route: 'notes', kind: 'hold' })
  const held = api.faults.whenHeld('notes')
  const onTheWire = page.evaluate((url) => {
    const controller = new AbortController()
    Object.assign(window, { controller })
    return auth.fetch(url, { signal: controller.signal }).catch(({ name }) => name)
  }, `${api.url}/api/v1/notes`)
  await held
  await page.evaluate(() => (window as unknown as { controller: AbortController }).controller.abort())
  expect(await onTheWire).toBe('AbortError')
  await doubtToken(page, api)
  api.faults.add({ route: 'refresh', kind: 'hold' })
  const refreshing = api.faults.whenHeld('refresh')
  const waiting = page.evaluate((url) => {
    const controller = new AbortController()
    Object.assign(window, { controller })
    return auth.fetch(url, { signal: controller.signal }).catch((reason) => reason)
  }, `${api.url}/api/v1/me`)
  await refreshing
  await page.evaluate(() => (window as unknown as { controller: AbortController }).controller.abort('enough'))
  expect(await waiting).toBe('enough')
  const before = await page.evaluate(() =>
    auth.fetch('/', { signal: AbortSignal.abort('early') }).catch((reason) => reason),
  )
  expect(before).toBe('early')
})

test('promise 13: an origin in capitals and with a trailing slash matches requests to this origin', async ({
  api,
  open,
  page,
  site,
}) => {
  site.options.origins = [`${api.url.toUpperCase()}/`]
  await open(page)
  await signIn(page)
  expect(await get(page, `${api.url}/api/v1/me`)).toBe(200)
})

test('promise 12: a network error and an invalid URL reject with the TypeError of fetch', async ({
  api,
  open,
  page,
}) => {
  await open(page)
  await signIn(page)
  await api.unplug()
  // The message differs between browsers.
  const [error, own] = await page.evaluate(
    (url) =>
      Promise.all(
        [auth.fetch(url), fetch(url)].map((call) => call.catch(({ name, message }) => [name, message])),
      ),
    `${api.url}/api/v1/me`,
  )
  expect(error).toEqual(own)
  expect(error).toContain('TypeError')
  const invalid = await page.evaluate(() =>
    auth.fetch('http://user:secret@localhost/').catch(({ name }) => name),
  )
  expect(invalid).toBe('TypeError')
})

test('promise 13: the token goes to the configured origins only, and an Authorization header of the caller is kept', async ({
  api,
  open,
  page,
  site,
}) => {
  await open(page)
  await signIn(page)
  const seen: (string | undefined)[] = []
  site.overrides.set('/spy', (response) => {
    seen.push(response.req.headers.authorization)
    response.end('{}')
  })
  await page.evaluate(() => auth.fetch('/spy'))
  await page.evaluate(() => auth.fetch('/spy', { method: 'POST', body: 'x' }))
  expect(seen).toEqual([undefined, undefined])
  const own = await page.evaluate(
    (url) => auth.fetch(url, { headers: { authorization: 'Basic eDp5' } }).then(({ status }) => status),
    `${api.url}/api/v1/me`,
  )
  expect(own).toBe(401)
  expect(api.journal.counts().refresh.total).toBe(0)
  const pub = (await page.evaluate(
    (url) => auth.fetch(url).then((it) => it.json()),
    `${api.url}/api/v1/public`,
  )) as object
  expect(pub).toEqual({ authorization: true })
})

test('promise 13: a relative URL that a <base> moves to another origin is sent without the token', async ({
  api,
  open,
  page,
  site,
}) => {
  await open(page)
  await signIn(page)
  const seen: (string | undefined)[] = []
  site.overrides.set('/api/v1/me', (response) => {
    seen.push(response.req.headers.authorization)
    response.end('{}')
  })
  await page.evaluate((url) => {
    const base = document.createElement('base')
    base.href = `${url}/elsewhere/`
    document.head.append(base)
  }, site.url)
  await page.evaluate(() => auth.fetch('/api/v1/me'))
  expect(seen).toEqual([undefined])
  expect(api.journal.counts().byRoute['GET /api/v1/me']).toBeUndefined()
})

test('promise 14: a request with a stream as body is not sent again, and its caller gets the 401 after the refresh', async ({
  api,
  open,
  page,
}) => {
  await open(page)
  await signIn(page)
  await doubtToken(page, api)
  const via = await page.evaluate(async (url) => {
    const body = new Blob(['x']).stream()
    const init = { method: 'POST', body, duplex: 'half' } as RequestInit
    // Chromium does not send streams over HTTP/1.1: fetch rejects, and no retry follows.
    const outcome = await auth.fetch(url, init).then(
      ({ status }) => status,
      ({ name }) => name,
    )
    const request = events.findLast((event) => event.type === 'request')
    return [outcome, request?.type === 'request' && request.via]
  }, `${api.url}/api/v1/notes`)
  expect([
    [401, 'not-replayed'],
    ['TypeError', 'direct'],
  ]).toContainEqual(via)
})

test('dispose() rejects pending and later calls with closed', async ({ api, open, page }) => {
  await open(page)
  await signIn(page)
  api.faults.add({ route: 'notes', kind: 'hold' })
  const held = api.faults.whenHeld('notes')
  const open_ = page.evaluate((url) => auth.fetch(url).catch(({ code }) => code), `${api.url}/api/v1/notes`)
  await held
  await page.evaluate(() => auth.dispose())
  expect(await open_).toBe('closed')
  expect(
    await page.evaluate((url) => auth.fetch(url).catch(({ code }) => code), `${api.url}/api/v1/me`),
  ).toBe('closed')
})
