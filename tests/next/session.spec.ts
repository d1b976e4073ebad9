import {
  at,
  BOB,
  cookieHeader,
  expect,
  openSignedIn,
  openWithShortToken,
  pathOf,
  refuseTokens,
  signIn,
  signOut,
  test,
} from '../apps.js'

test('promise 17: after a sign-in with another account, a request for the session of the first account fails with replaced', async ({
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

test('a page of the Pages Router gets data on the server, refreshes an expired token and gives the browser the new cookie', async ({
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

test('a sign-in redirects every tab to its requested page, and a sign-out redirects every tab from a guarded page', async ({
  context,
  page,
}) => {
  const other = await context.newPage()
  await page.goto('/notes?x=1#end')
  await other.goto('/sign-in')
  await signIn(page)
  await page.waitForURL((url) => url.pathname + url.search + url.hash === '/notes?x=1#end')
  await expect(at(page, 'page-notes')).toHaveText('Notes of Ada')
  await other.waitForURL((url) => url.pathname === '/')
  await expect(at(other, 'page-home')).toHaveText('Hello, Ada.')
  await other.goto('/notes')
  await signOut(page)
  for (const tab of [page, other]) {
    await tab.waitForURL((url) => url.pathname === '/sign-in')
    await expect(tab.getByText('Notes of Ada')).toHaveCount(0)
  }
})

test('a user who signs in after another user has signed out on a guarded page gets the home page', async ({
  context,
  page,
}) => {
  await openSignedIn(page)
  const other = await context.newPage()
  await other.goto('/notes?of=ada')
  await expect(at(other, 'page-notes')).toHaveText('Notes of Ada')
  await signOut(page)
  for (const tab of [page, other]) {
    await expect(at(tab, 'page-sign-in')).toBeVisible()
    expect(pathOf(tab)).toBe('/sign-in')
  }
  await signIn(page, BOB)
  await expect(at(page, 'page-home')).toHaveText('Hello, Bob.')
  expect(pathOf(page)).toBe('/')
})

test('when the API refuses the token of a page load, the server refreshes and the page shows its data', async ({
  api,
  page,
}) => {
  await page.goto('/sign-in')
  await signIn(page)
  await expect(at(page, 'user')).toHaveText('Ada')
  await refuseTokens(api)
  await page.goto('/notes')
  await expect(at(page, 'notes')).toHaveAttribute('data-status', '200')
  expect(api.journal.counts().refresh.total).toBe(1)
})

test('when the API refuses the token of a navigation within the application, the server refreshes and the page shows its data', async ({
  api,
  page,
}) => {
  await page.goto('/sign-in')
  await signIn(page)
  await expect(at(page, 'page-home')).toHaveText('Hello, Ada.')
  await refuseTokens(api)
  await page.getByRole('link', { name: 'Notes', exact: true }).click()
  await expect(at(page, 'notes')).toHaveAttribute('data-status', '200')
  expect(pathOf(page)).toBe('/notes')
  expect(api.journal.counts().refresh.total).toBe(1)
})

test('when the refresh for a navigation within the application fails, the page shows its 401, and no second redirect to refresh follows', async ({
  api,
  page,
}) => {
  await page.goto('/sign-in')
  await signIn(page)
  await expect(at(page, 'page-home')).toHaveText('Hello, Ada.')
  await refuseTokens(api)
  api.faults.add({ route: 'refresh', kind: 'status', status: 503 })
  const bounces: string[] = []
  page.on('request', (request) => {
    if (request.isNavigationRequest() && request.url().includes('/refresh?')) bounces.push(request.url())
  })
  await page.getByRole('link', { name: 'Notes', exact: true }).click()
  await expect(at(page, 'notes')).toHaveAttribute('data-status', '401')
  await page.getByRole('link', { name: 'tokencell' }).click()
  await expect(at(page, 'page-home')).toHaveText('Hello, Ada.')
  await page.getByRole('link', { name: 'Notes', exact: true }).click()
  await expect(at(page, 'notes')).toHaveAttribute('data-status', '401')
  expect(bounces).toHaveLength(1)
})

test('an action refreshes a refused token, and writes nothing for an anonymous user or a user without the role', async ({
  api,
  context,
  page,
  app,
}) => {
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
  expect(count(), 'writes of an anonymous user and of Bob').toBe(before)
})
