import { createCertificate } from '../../examples/api/support/certificate.js'
import { ADA, doubtToken, expect, get, signIn, status, test } from './fixtures.js'

test('promise 2: a first-time visitor causes no request to the API', async ({ api, open, page }) => {
  await open(page)
  expect(await status(page)).toBe('never')
  expect(api.journal.entries()).toEqual([])
})

test('promise 3: signing in brings the user and no token, and requests are answered', async ({
  api,
  open,
  page,
}) => {
  await open(page)
  const body = await signIn(page)
  expect(body).toMatchObject({ user: { email: ADA.email }, expires_in: 900 })
  expect(JSON.stringify(body)).not.toContain('eyJ')
  expect(await page.evaluate(() => auth.snapshot)).toMatchObject({
    status: 'authenticated',
    user: { email: ADA.email },
  })
  expect(await get(page, `${api.url}/api/v1/me`)).toBe(200)
})

test('promise 3: a refused sign-in says why and changes nothing', async ({ open, page }) => {
  await open(page)
  const error = await page.evaluate(() =>
    auth
      .signIn({ email: 'ada@example.com', password: 'wrong' })
      .catch(({ name, code, status, body }) => ({ name, code, status, body })),
  )
  expect(error).toEqual({ name: 'AuthError', code: 'refused', status: 401, body: { error: 'credentials' } })
  expect(await status(page)).toBe('never')
})

for (const count of [1, 5]) {
  test(`promise 6: ${count} requests at once on a refused token cause one refresh`, async ({
    api,
    open,
    page,
  }) => {
    await open(page)
    await signIn(page)
    await doubtToken(page, api)
    const answers = await Promise.all(Array.from({ length: count }, () => get(page, `${api.url}/api/v1/me`)))
    expect(answers).toEqual(Array(count).fill(200))
    expect(api.journal.counts().refresh).toMatchObject({ total: 1, ok: 1 })
  })
}

test('promise 2: a reload restores the session with one refresh', async ({ api, open, page }) => {
  await open(page)
  await signIn(page)
  await page.reload()
  const snapshot = await page.evaluate(() => auth.ready)
  expect(snapshot).toMatchObject({ status: 'authenticated', user: { email: ADA.email } })
  expect(api.journal.counts().refresh).toMatchObject({ total: 1, ok: 1 })
  expect(await get(page, `${api.url}/api/v1/me`)).toBe(200)
})

test('promise 10: reloads in the middle of a refresh lose no rotated cookie', async ({ api, open, page }) => {
  await open(page)
  await signIn(page)
  for (let round = 0; round < 3; round++) {
    api.faults.add({ route: 'refresh', kind: 'hold' })
    const held = api.faults.whenHeld('refresh')
    await page.reload()
    await held
    // The cookie is rotated at the server, and its reply is on the way when the page goes.
    const gone = page.reload()
    api.faults.release('refresh')
    await gone
    expect(await page.evaluate(() => auth.ready.then(({ status }) => status))).toBe('authenticated')
  }
  expect(api.journal.counts().refresh.reuse).toBe(0)
})

test('promise 2: a second tab costs a refresh only where it has a vault of its own', async ({
  api,
  newTab,
  open,
  page,
  where,
}) => {
  await open(page)
  await signIn(page)
  const other = await newTab()
  await open(other)
  expect(await status(other)).toBe('authenticated')
  expect(api.journal.counts().refresh.total).toBe(where === 'shared' ? 0 : 1)
  await page.reload()
  expect(await page.evaluate(() => auth.ready.then(({ status }) => status))).toBe('authenticated')
  expect(api.journal.counts().refresh.total).toBe(where === 'shared' ? 0 : 2)
})

test('promise 13: an API on an origin of its own is allowed by name', async ({ api, open, page, site }) => {
  api.configure({ corsOrigins: [site.url] })
  const { url, close } = await api.listen({ host: 'localhost', tls: createCertificate() })
  site.options = { ...site.options, origins: [url] }
  await open(page)
  await signIn(page)
  expect(await get(page, `${url}/api/v1/me`)).toBe(200)
  await page.reload()
  expect(await page.evaluate(() => auth.ready.then(({ status }) => status))).toBe('authenticated')
  expect(await get(page, `${url}/api/v1/me`)).toBe(200)
  expect(await get(page, `${site.url}/api/v1/me`)).toBe(401)
  await close()
})

test('promise 18: a page from the back/forward cache hears anew before it shows anything', async ({
  newTab,
  open,
  page,
  site,
}) => {
  // Cached pages are not those that forbid storing them.
  site.headers = { 'cache-control': 'max-age=0' }
  site.overrides.set('/elsewhere', (response) =>
    response.setHeader('content-type', 'text/html').end('elsewhere'),
  )
  await open(page)
  await signIn(page)
  await page.evaluate(() => {
    const shown: unknown[] = []
    addEventListener('pageshow', ({ persisted }) => shown.push(persisted, auth.snapshot.status), true)
    auth.subscribe(({ status }) => shown.push(status))
    Object.assign(window, { shown })
  })
  const other = await newTab()
  await open(other)
  await page.goto(`${site.url}/elsewhere`)
  await other.evaluate(() => auth.signOut())
  await page.goBack()
  await page.waitForFunction(() => auth.snapshot.status === 'unauthenticated')
  const shown = await page.evaluate(() => (window as unknown as { shown: unknown[] }).shown)
  expect(shown).toContain(true)
  expect(shown).not.toContain('authenticated')
  expect(await status(page)).toBe('signed-out')
})

test('promises 11, 16: a sign-in shows in a second tab, and a sign-out in the first', async ({
  api,
  newTab,
  open,
  page,
}) => {
  await open(page)
  const other = await newTab()
  await open(other)
  await signIn(page)
  await other.waitForFunction(() => auth.snapshot.status === 'authenticated')
  expect(await get(other, `${api.url}/api/v1/me`)).toBe(200)
  const left = page.evaluate(
    () => new Promise((resolve) => auth.subscribe(({ reason }) => reason && resolve(reason))),
  )
  await other.evaluate(() => auth.signOut())
  expect(await left).toBe('signed-out')
  expect(await status(other)).toBe('signed-out')
  expect(api.sessions.count()).toBe(0)
  await page.reload()
  await page.evaluate(() => auth.ready)
  expect(await status(page)).toBe('signed-out')
})
