import { ADA, BOB, expect, get, holdRefresh, outliveTrust, signIn, status, test } from './fixtures.js'

test('promise 2: a first-time visitor causes no request to the API', async ({ api, open, page }) => {
  await open(page)
  expect(await status(page)).toBe('never')
  expect(api.journal.entries()).toEqual([])
})

test('promise 3: after a sign-in the page has the user and the claims, and no token', async ({
  api,
  open,
  page,
}) => {
  await open(page)
  const body = await signIn(page)
  expect(body).toMatchObject({ user: { email: ADA.email }, expires_in: 900 })
  expect(JSON.stringify(body)).not.toContain('eyJ')
  const snapshot = await page.evaluate(() => auth.snapshot)
  expect(snapshot).toMatchObject({ status: 'authenticated', reason: null, user: { email: ADA.email } })
  expect(snapshot.claims).toMatchObject({ roles: ['admin', 'editor'] })
  expect((snapshot.expiresAt ?? 0) - Date.now()).toBeGreaterThan(890_000)
  expect(await get(page, `${api.url}/api/v1/me`)).toBe(200)
})

test('promise 3: a sign-in works with a token in the Authorization header of the response', async ({
  api,
  open,
  page,
}) => {
  api.configure({ tokenIn: 'header' })
  await open(page)
  expect(await signIn(page)).toEqual({ user: expect.objectContaining({ email: ADA.email }) })
  expect(await get(page, `${api.url}/api/v1/me`)).toBe(200)
})

test('promise 3: a refused sign-in rejects with the status and body of the response, and the session does not change', async ({
  api,
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
  expect(await get(page, `${api.url}/api/v1/me`)).toBe(401)
})

test('promise 9: the error of a sign-in that the API answers with 429 has the time of Retry-After', async ({
  api,
  open,
  page,
}) => {
  await open(page)
  api.faults.add({ route: 'login', kind: 'status', status: 429, retryAfter: 7 })
  const error = await page.evaluate(() =>
    auth
      .signIn({ email: 'ada@example.com', password: 'correct horse' })
      .catch(({ code, status, retryAfter }) => ({ code, status, retryAfter })),
  )
  expect(error).toEqual({ code: 'unreachable', status: 429, retryAfter: 7000 })
})

test('promise 4: opaque tokens with expires_in work like JWTs, without claims', async ({
  api,
  open,
  page,
}) => {
  api.configure({ tokenFormat: 'opaque' })
  await open(page)
  await signIn(page)
  expect(await page.evaluate(() => auth.snapshot.claims)).toBeNull()
  expect(await get(page, `${api.url}/api/v1/me`)).toBe(200)
  await page.reload()
  await page.evaluate(() => auth.ready)
  expect(await get(page, `${api.url}/api/v1/me`)).toBe(200)
})

test('promise 2: a reload restores the session with one refresh, or with none where the vault survives', async ({
  api,
  open,
  page,
  survives,
}) => {
  await open(page)
  await signIn(page)
  await page.reload()
  const snapshot = await page.evaluate(() => auth.ready)
  expect(snapshot).toMatchObject({ status: 'authenticated', user: { email: ADA.email } })
  const refreshes = survives ? 0 : 1
  expect(api.journal.counts().refresh).toMatchObject({ total: refreshes, ok: refreshes })
  expect(await page.evaluate(() => statuses)).toEqual(['authenticated'])
})

test('promise 10: a reload during a refresh does not lose the rotated cookie', async ({
  api,
  open,
  page,
}) => {
  await open(page)
  await signIn(page)
  for (let round = 0; round < 3; round++) {
    await holdRefresh(page, api)
    // The server has rotated the cookie, and the response arrives while the page reloads.
    const gone = page.reload()
    api.faults.release('refresh')
    await gone
    expect(await page.evaluate(() => auth.ready.then(({ status }) => status))).toBe('authenticated')
  }
  expect(api.journal.counts().refresh.reuse).toBe(0)
})

test('promise 16: a sign-out ends the session in all tabs and at the server, and removes the cookie', async ({
  api,
  context,
  open,
  page,
}) => {
  await open(page)
  await signIn(page)
  const other = await context.newPage()
  await open(other)
  expect(await status(other)).toBe('authenticated')
  const left = other.evaluate(() => new Promise((resolve) => auth.subscribe(({ reason }) => resolve(reason))))
  await page.evaluate(() => auth.signOut())
  expect(await left).toBe('signed-out')
  expect(await status(page)).toBe('signed-out')
  expect(api.sessions.count()).toBe(0)
  expect((await context.cookies(api.url)).filter(({ name }) => name === 'refresh_token')).toEqual([])
  await page.reload()
  await page.evaluate(() => auth.ready)
  expect(await status(page)).toBe('signed-out')
})

test('promise 11: a sign-in and a sign-out show in the other tab, also when the message arrives before the shared state is written', async ({
  context,
  open,
  page,
}) => {
  await open(page)
  const other = await context.newPage()
  await open(other)
  for (let round = 0; round < 5; round++) {
    await signIn(page)
    await other.waitForFunction(() => auth.snapshot.status === 'authenticated')
    await page.evaluate(() => auth.signOut())
    await other.waitForFunction(() => auth.snapshot.status === 'unauthenticated')
  }
})

test('promise 16: after a sign-out during a refresh, the user stays signed out', async ({
  api,
  context,
  open,
  page,
}) => {
  await open(page)
  await signIn(page)
  await holdRefresh(page, api)
  const signedOut = page.evaluate(() => auth.signOut())
  await page.waitForFunction(() => auth.snapshot.reason === 'signed-out')
  api.faults.release('refresh')
  await signedOut
  expect(await status(page)).toBe('signed-out')
  expect(api.sessions.count()).toBe(0)
  expect((await context.cookies(api.url)).filter(({ name }) => name === 'refresh_token')).toEqual([])
  await page.reload()
  await page.evaluate(() => auth.ready)
  expect(await status(page)).toBe('signed-out')
})

test('promise 16: a sign-out works offline, and the server ends the session when the network is back', async ({
  api,
  open,
  page,
}) => {
  await open(page)
  await signIn(page)
  await api.unplug()
  await page.evaluate(() => auth.signOut())
  expect(await status(page)).toBe('signed-out')
  expect(api.sessions.count()).toBe(1)
  await api.plug()
  await expect.poll(() => api.sessions.count()).toBe(0)
})

test('promise 17: a sign-in with another account in another tab replaces the user here and rejects pending requests', async ({
  api,
  context,
  open,
  page,
}) => {
  await open(page)
  await signIn(page)
  api.faults.add({ route: 'notes', kind: 'hold' })
  const held = api.faults.whenHeld('notes')
  const pending = get(page, `${api.url}/api/v1/notes`)
  await held
  const other = await context.newPage()
  await open(other)
  const replaced = page.evaluate(
    () =>
      new Promise((resolve) =>
        auth.subscribe(({ user }) => {
          if (user?.email === 'bob@example.com') resolve(user.email)
        }),
      ),
  )
  await signIn(other, BOB)
  expect(await replaced).toBe(BOB.email)
  expect(await pending).toBe('replaced')
  api.faults.release('notes')
})

test('promise 9: when the session of a user is revoked, the page is signed out with the reason revoked', async ({
  api,
  open,
  page,
  survives,
}) => {
  await open(page)
  await signIn(page)
  await outliveTrust(page)
  api.sessions.revokeUser(api.accounts.byEmail(ADA.email)?.id ?? '')
  expect(await get(page, `${api.url}/api/v1/me`)).toBe(401)
  expect(await status(page)).toBe('revoked')
  const before = api.journal.counts().requests
  await page.reload()
  await page.evaluate(() => auth.ready)
  expect(await status(page)).toBe(survives ? 'revoked' : 'never')
  expect(api.journal.counts().requests).toBe(before)
})

test('promise 3: a sign-in without a response fails after 30 s, and a late response changes nothing', {
  tag: '@full',
}, async ({ api, context, open, page }) => {
  test.slow()
  await open(page)
  api.faults.add({ route: 'login', kind: 'hold' })
  const code = await page.evaluate((ada) => auth.signIn(ada).then(String, ({ code }) => code), ADA)
  expect(code).toBe('unreachable')
  expect(await status(page)).toBe('never')
  api.faults.release('login')
  expect((await context.cookies(api.url)).filter(({ name }) => name === 'refresh_token')).toEqual([])
  expect(await signIn(page)).toMatchObject({ user: { email: ADA.email } })
})

test('promise 9: serverReason is the reason of the API for the end of the session, until the next sign-in', async ({
  api,
  open,
  page,
  site,
}) => {
  site.options.fields = { reason: 'error' }
  await open(page)
  await signIn(page)
  await outliveTrust(page)
  api.sessions.revokeUser(api.accounts.byEmail(ADA.email)?.id ?? '')
  expect(await get(page, `${api.url}/api/v1/me`)).toBe(401)
  const snapshot = () => page.evaluate(() => auth.snapshot)
  expect(await snapshot()).toMatchObject({ reason: 'revoked', serverReason: 'revoked' })
  await signIn(page)
  expect(await snapshot()).not.toHaveProperty('serverReason')
  await page.evaluate(() => auth.signOut())
  expect(await snapshot()).toMatchObject({ reason: 'signed-out' })
  expect(await snapshot()).not.toHaveProperty('serverReason')
})
