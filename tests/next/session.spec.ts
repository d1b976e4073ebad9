import {
  ADA,
  at,
  BOB,
  cookieHeader,
  expect,
  fromPage,
  openSignedIn,
  openWithShortToken,
  pathOf,
  refuseTokens,
  signIn,
  signOut,
  test,
} from '../apps.js'

test('promise 20: a deep link leads over the sign-in page to the page, rendered on the server with its data', async ({
  api,
  context,
  page,
  app,
}) => {
  await page.goto('/notes?from=link')
  expect(pathOf(page)).toBe('/sign-in?redirect=%2Fnotes%3Ffrom%3Dlink')
  await signIn(page)
  await expect(at(page, 'page-notes')).toHaveText('Notes of Ada')
  expect(pathOf(page)).toBe('/notes?from=link')
  await at(page, 'note-text').fill('rendered on the server')
  await at(page, 'add-note').click()
  await expect(at(page, 'notes')).toContainText('rendered on the server')
  const html = await (
    await fetch(`${app.url}/notes`, { headers: { cookie: await cookieHeader(context) } })
  ).text()
  expect(html).toContain('rendered on the server')
  expect(api.journal.counts().refresh.total).toBe(0)
})

test('promise 22: a full page load on an expired token makes one refresh, has fresh data, and the browser has its cookie', async ({
  api,
  context,
  page,
}) => {
  const refreshes = await openWithShortToken(page, api, 1)
  const before = await cookieHeader(context)
  await page.goto('/notes')
  await expect(at(page, 'notes')).toHaveAttribute('data-status', '200')
  expect(refreshes()).toBe(1)
  const after = await cookieHeader(context)
  expect(after).not.toBe(before)
  await page.reload()
  await expect(at(page, 'notes')).toHaveAttribute('data-status', '200')
  expect(refreshes(), 'and no other for the next page').toBe(1)
})

test('promise 22: thirty at once on an expired token, pages, prefetches and handlers: one refresh, thirty answers', async ({
  api,
  app,
  context,
  page,
  served,
}) => {
  test.skip(
    served === 'next-15-edge',
    'the edge runtime has a memory of its own, which takes a store to share',
  )
  const refreshes = await openWithShortToken(page, api, 1)
  const cookie = await cookieHeader(context)
  const kinds: [path: string, headers: Record<string, string>][] = [
    ['/notes', {}],
    ['/legacy', {}],
    ['/notes?_rsc=1', { rsc: '1' }],
    ['/', { rsc: '1', 'next-router-prefetch': '1' }],
    ['/api/v1/me', fromPage],
    ['/api/auth/session', fromPage],
  ]
  const answers = await Promise.all(
    Array.from({ length: 30 }, async (_, n) => {
      const [path, headers] = kinds[n % kinds.length] as (typeof kinds)[0]
      const response = await fetch(app.url + path, { headers: { ...headers, cookie } })
      return {
        path,
        status: response.status,
        text: await response.text(),
        cookies: response.headers.getSetCookie().length,
      }
    }),
  )
  expect(answers.filter(({ status }) => status !== 200)).toEqual([])
  expect(refreshes()).toBe(1)
  expect(
    answers.filter(({ cookies }) => cookies === 0).map(({ path }) => path),
    'each hands the new cookie on',
  ).toEqual([])
  for (const { path, text } of answers)
    if (!path.includes('rsc') && path !== '/') expect(text, path).toContain('Ada')
})

test('a 401 in a handler refreshes, and the call is made again', async ({ api, page }) => {
  await openSignedIn(page)
  await refuseTokens(api)
  await at(page, 'note-text').fill('sent again')
  await at(page, 'add-note').click()
  await expect(at(page, 'notes')).toContainText('sent again')
  expect(api.journal.counts().refresh).toMatchObject({ total: 1, ok: 1 })
})

test('promise 9: a revoked session leads to the sign-in page, which says why; a 503 leads nowhere', async ({
  api,
  page,
}) => {
  api.configure({ accessTtl: 1.5 })
  await openSignedIn(page)
  await new Promise((resolve) => setTimeout(resolve, 1550))
  api.faults.add({ route: 'refresh', kind: 'status', status: 503 })
  await page.goto('/notes')
  await expect(at(page, 'user')).toHaveText('Ada')
  expect(pathOf(page)).toBe('/notes')
  api.sessions.revokeUser(api.accounts.byEmail(ADA.email)?.id ?? '')
  await expect(async () => {
    await page.goto('/notes')
    expect(pathOf(page)).toBe('/sign-in?redirect=%2Fnotes')
  }).toPass()
  await expect(at(page, 'notice')).toHaveText('The server has ended your session.')
  api.configure({ accessTtl: 900 })
  await signIn(page)
  await expect(at(page, 'page-notes')).toBeVisible()
})

test('promise 20: who lacks a role is told so, and who is signed in has nothing to do on the sign-in page', async ({
  page,
}) => {
  await openSignedIn(page, '/notes', BOB)
  await page.goto('/admin')
  await expect(at(page, 'page-forbidden')).toBeVisible()
  await page.goto('/sign-in?redirect=/legacy')
  await expect(at(page, 'page-legacy')).toHaveText('Notes of Bob')
  await page.goto('/sign-in?redirect=//evil.test')
  await expect(at(page, 'page-home')).toBeVisible()
})

test('promise 16: signing out shows in the other tab, and nothing is left', async ({
  api,
  context,
  page,
}) => {
  await openSignedIn(page)
  const other = await context.newPage()
  await other.goto('/notes')
  await expect(at(other, 'user')).toHaveText('Ada')
  await at(page, 'sign-out').click()
  await expect(at(other, 'to-sign-in')).toBeVisible()
  await expect(at(page, 'to-sign-in')).toBeVisible()
  await expect.poll(() => context.cookies()).toEqual([])
  expect(api.state().sessions).toBe(0)
})

test('promise 17: another account that signs in replaces the one of every tab, and its calls fail', async ({
  context,
  page,
}) => {
  await openSignedIn(page)
  const other = await context.newPage()
  await other.goto('/')
  const quiet = context.route('**/api/auth/session', (route) => route.abort())
  await quiet
  await signOut(other)
  await other.goto('/sign-in')
  await signIn(other, BOB)
  await expect(at(other, 'user')).toHaveText('Bob')
  await context.unroute('**/api/auth/session')
  const code = await page.evaluate(async () => {
    const headers = { 'x-requested-with': 'tokencell', 'x-tokencell-session': 'of-ada' }
    const response = await fetch('/api/v1/me', { headers })
    return [response.status, response.headers.get('x-tokencell-error')]
  })
  expect(code).toEqual([409, 'replaced'])
})

test('the Pages Router has the same session: data on the server, a refresh when it is due, the cookie handed on', async ({
  api,
  context,
  page,
}) => {
  const refreshes = await openWithShortToken(page, api, 1)
  const before = await cookieHeader(context)
  await page.goto('/legacy')
  await expect(at(page, 'page-legacy')).toHaveText('Notes of Ada')
  expect([refreshes(), (await cookieHeader(context)) !== before]).toEqual([1, true])
})

test('an action refreshes what is due, and is a door of its own', async ({ api, context, page, app }) => {
  await openSignedIn(page, '/admin')
  const asked = page.waitForRequest(
    (request) => request.method() === 'POST' && request.url().endsWith('/admin'),
  )
  await refuseTokens(api)
  await at(page, 'action').click()
  const request = await asked
  await expect(at(page, 'wrote')).toHaveText('1')
  await page.goto('/notes')
  await expect(at(page, 'notes')).toContainText('written in an action')
  expect(api.journal.counts().refresh.total).toBe(1)

  const headers = await request.allHeaders()
  const body = new Uint8Array(request.postDataBuffer() ?? [])
  const call = async (cookie: string) => {
    const { cookie: _, 'content-length': __, ...rest } = headers
    const names = Object.entries(rest).filter(([name]) => !name.startsWith(':'))
    return fetch(`${app.url}/admin`, {
      method: 'POST',
      headers: { ...Object.fromEntries(names), ...(cookie && { cookie }) },
      body,
      redirect: 'manual',
    })
  }
  const count = () =>
    api.journal.entries().filter(({ method, path }) => method === 'POST' && path === '/api/v1/notes').length
  const before = count()
  await call('')
  await signOut(page)
  await page.goto('/sign-in')
  await signIn(page, BOB)
  await expect(at(page, 'user')).toHaveText('Bob')
  await call(await cookieHeader(context))
  expect(count(), 'nobody and Bob have written nothing').toBe(before)
})
