import { createCertificate } from '../../examples/api/support/certificate.js'
import { ADA, doubtToken, expect, get, signIn, status, test } from './fixtures.js'

test('promise 2: a first-time visitor causes no request to the API', async ({ api, open, page }) => {
  await open(page)
  expect(await status(page)).toBe('never')
  expect(api.journal.entries()).toEqual([])
})

test('promise 3: after a sign-in the page has the user and no token, and requests succeed', async ({
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

test('promise 3: a refused sign-in rejects with the status and body of the response, and the session does not change', async ({
  open,
  page,
}) => {
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

test('promise 10: a reload during a refresh does not lose the rotated cookie', async ({
  api,
  open,
  page,
}) => {
  await open(page)
  await signIn(page)
  for (let round = 0; round < 3; round++) {
    api.faults.add({ route: 'refresh', kind: 'hold' })
    const held = api.faults.whenHeld('refresh')
    await page.reload()
    await held
    // The server has rotated the cookie, and the response arrives while the page reloads.
    const gone = page.reload()
    api.faults.release('refresh')
    await gone
    expect(await page.evaluate(() => auth.ready.then(({ status }) => status))).toBe('authenticated')
  }
  expect(api.journal.counts().refresh.reuse).toBe(0)
})

test('promise 13: the token goes to an API on another origin that is configured, and not to the origin of the page', async ({
  api,
  open,
  page,
  site,
}) => {
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
