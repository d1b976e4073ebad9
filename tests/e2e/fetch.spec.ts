import { doubtToken, expect, get, signIn, test } from './fixtures.js'

test('promise 14: every body that can be read again is sent again after a 401', async ({
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

test('promise 12: an abort is an AbortError, on the wire and while waiting for a token', async ({
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

test('promise 13: an origin is meant however it is spelled', async ({ api, open, page, site }) => {
  site.options.origins = [`${api.url.toUpperCase()}/`]
  await open(page)
  await signIn(page)
  expect(await get(page, `${api.url}/api/v1/me`)).toBe(200)
})

test('promise 12: a network error is the TypeError of fetch', async ({ api, open, page }) => {
  await open(page)
  await signIn(page)
  await api.unplug()
  // What it says differs from browser to browser.
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

test('promise 13: the token goes to allowed origins only, and a header of the caller wins', async ({
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

test('promise 13: a <base> of another origin takes no token with it', async ({ api, open, page, site }) => {
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

test('promise 14: the 401 of a stream is given back after the refresh, with the reason', async ({
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
    // Over HTTP/1.1 Chromium refuses to send streams: then it is the error of fetch, and not a retry.
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

test('a disposed client lets go', async ({ api, open, page }) => {
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
