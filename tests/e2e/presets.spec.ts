import type { Page } from '@playwright/test'
import { type Dialect, deviseTokenAuth, dialects, listen, optionsOf } from './dialects/index.js'
import { ADA, test as base, expect, get, outliveTrust, status } from './fixtures.js'

const test = base.extend<{
  /** Serves a backend that the page calls with the preset of this name. Resolves with its URL. */
  serve: (name: string, dialect: Pick<Dialect, 'routes'>) => Promise<string>
}>({
  serve: async ({ api: _, site }, use) => {
    const servers: Awaited<ReturnType<typeof listen>>[] = []
    await use(async (name, dialect) => {
      const { credentials } = optionsOf(name, site.url)
      const server = await listen(dialect, site.url, credentials !== 'omit')
      servers.push(server)
      site.options = { ...optionsOf(name, server.url) }
      return server.url
    })
    for (const server of servers) server.close()
  },
})

declare const search: { abort(): void; outcome: Promise<unknown>; reported: Promise<void> }

const signIn = (page: Page, { credentials }: Pick<Dialect, 'credentials'>) =>
  page.evaluate((credentials) => auth.signIn(credentials as Record<string, unknown>), credentials)

const post = (page: Page, url: string) =>
  page.evaluate(
    (url) => auth.fetch(url, { method: 'POST', body: 'a note' }).then(({ status }) => status),
    url,
  )

/** Everything that page scripts can see of a response and of the session. */
const seen = (page: Page, url: string) =>
  page.evaluate(async (url) => {
    const response = await auth.fetch(url)
    return JSON.stringify([[...response.headers], await response.text(), auth.snapshot, events])
  }, url)

for (const [name, create] of Object.entries(dialects))
  test(`preset ${name}: sign-in, reload, refresh and sign-out work, and the page sees no token`, async ({
    page,
    open,
    serve,
    survives,
  }) => {
    const dialect = create()
    const url = await serve(name, dialect)
    const me = `${url}/me`

    await open(page)
    expect(await status(page)).toBe('never')
    const shown = JSON.stringify(await signIn(page, dialect))
    expect([await get(page, me), await post(page, `${url}/notes`)]).toEqual([200, 201])
    const heard = shown + (await seen(page, me))
    for (const secret of dialect.secrets) expect(heard).not.toContain(secret)
    if (!['jwtSessions', 'knock'].includes(name))
      expect(await page.evaluate(() => (auth.snapshot.user as { email: string }).email)).toBe(
        'ada@example.com',
      )

    await open(page)
    if (dialect.survivesReload || survives) expect(await status(page)).toBe('authenticated')
    else await signIn(page, dialect)
    expect([await get(page, me), await post(page, `${url}/notes`)]).toEqual([200, 201])

    await outliveTrust(page)
    dialect.expire()
    if (dialect.refreshes) {
      expect(await get(page, me)).toBe(200)
      expect(dialect.refreshes()).toBe(1)
    } else {
      expect(await get(page, me)).toBe(401)
      await signIn(page, dialect)
      expect(await get(page, me)).toBe(200)
    }

    await page.evaluate(() => auth.signOut())
    expect(await status(page)).toBe('signed-out')
    expect(dialect.isOpen()).toBe(!dialect.hasSignOut)
    expect(await get(page, me)).toBe(401)
  })

test('preset refreshCookie: sign-in, reload, refresh and sign-out work against Express', async ({
  page,
  api,
  open,
  site,
  survives,
}) => {
  const paths = { signIn: '/api/v1/login', refresh: '/api/v1/refresh', signOut: '/api/v1/logout' }
  site.options = { ...optionsOf('refreshCookie', api.url), ...paths }
  await open(page)
  await signIn(page, { credentials: ADA })
  await open(page)
  expect(await status(page)).toBe('authenticated')
  expect(api.journal.counts().refresh.total).toBe(survives ? 0 : 1)
  expect(await get(page, `${api.url}/api/v1/me`)).toBe(200)
  await page.evaluate(() => auth.signOut())
  expect(api.state().sessions).toBe(0)
})

test('devise_token_auth: every request carries the token of the previous response', async ({
  page,
  open,
  serve,
}) => {
  const dialect = deviseTokenAuth()
  const url = await serve('deviseTokenAuth', dialect)
  await open(page)
  await signIn(page, dialect)
  for (let turn = 1; turn <= 5; turn++) expect(await get(page, `${url}/me`)).toBe(200)
  expect(dialect).toMatchObject({ rotations: 5, refusals: 0 })
})

test('devise_token_auth: concurrent requests share a token, and a blank token in a response is ignored', async ({
  page,
  open,
  serve,
}) => {
  const dialect = deviseTokenAuth(60_000)
  const url = await serve('deviseTokenAuth', dialect)
  await open(page)
  await signIn(page, dialect)
  const statuses = await page.evaluate(
    (url) => Promise.all(Array.from({ length: 20 }, () => auth.fetch(url).then(({ status }) => status))),
    `${url}/me`,
  )
  expect(new Set(statuses)).toEqual(new Set([200]))
  expect(dialect).toMatchObject({ rotations: 0, refusals: 0 })
})

/** Makes a request, aborts it before the server answers, and waits until the vault has processed the response. */
async function abortBeforeAnswer(
  page: Page,
  url: string,
  { arrived, answer }: ReturnType<typeof lateAnswer>,
) {
  await page.evaluate((url) => {
    const controller = new AbortController()
    const reported = new Promise<void>((resolve) => {
      auth.onEvent((event) => event.type === 'request' && event.url === url && resolve())
    })
    const outcome = auth.fetch(url, { signal: controller.signal }).catch((reason: unknown) => reason)
    Object.assign(window, { search: { abort: () => controller.abort('typed on'), outcome, reported } })
  }, url)
  await arrived
  await page.evaluate(() => search.abort())
  expect(await page.evaluate(() => search.outcome)).toBe('typed on')
  // The vault gets messages in order: when a later request has ended, the abort has arrived, too.
  await page.evaluate(
    (url) => auth.fetch(new URL('/later', url), { credentials: 'omit' }).catch(() => {}),
    url,
  )
  answer()
  await page.evaluate(() => search.reported)
}

/** A route that decides on its response (and rotates the token) at once, and sends it when the test calls `answer`. */
function lateAnswer(decide: Dialect['routes'][string]) {
  let arrive!: () => void
  let answer!: () => void
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve
  })
  const isDue = new Promise<void>((resolve) => {
    answer = resolve
  })
  const route: Dialect['routes'][string] = async (asked) => {
    const decided = await decide(asked)
    arrive()
    await isDue
    return decided
  }
  return { route, arrived, answer }
}

test('devise_token_auth: an aborted request rejects at once, and the next request carries the token of the late response', async ({
  page,
  open,
  serve,
}) => {
  const dialect = deviseTokenAuth()
  const late = lateAnswer((asked) => dialect.routes['GET /me'](asked))
  const url = await serve('deviseTokenAuth', { routes: { ...dialect.routes, 'GET /search': late.route } })
  await open(page)
  await signIn(page, dialect)
  await abortBeforeAnswer(page, `${url}/search`, late)
  expect(await get(page, `${url}/me`)).toBe(200)
  expect(dialect).toMatchObject({ rotations: 2, refusals: 0 })
})

test('devise_token_auth: the session survives ten aborted requests in a row, like those of a search field', async ({
  page,
  open,
  serve,
}) => {
  const dialect = deviseTokenAuth()
  const lates: ReturnType<typeof lateAnswer>[] = []
  const routes = Object.fromEntries(
    Array.from({ length: 10 }, (_, at) => {
      const late = lateAnswer((asked) => dialect.routes['GET /me'](asked))
      lates.push(late)
      return [`GET /search${at}`, late.route]
    }),
  )
  const url = await serve('deviseTokenAuth', { routes: { ...dialect.routes, ...routes } })
  await open(page)
  await signIn(page, dialect)
  for (const [at, late] of lates.entries()) await abortBeforeAnswer(page, `${url}/search${at}`, late)
  expect(await get(page, `${url}/me`)).toBe(200)
  expect(dialect).toMatchObject({ rotations: 11, refusals: 0 })
})

test('devise_token_auth: an aborted request is not sent again after a 401', async ({ page, open, serve }) => {
  const dialect = deviseTokenAuth()
  let requests = 0
  const late = lateAnswer(() => {
    requests++
    return { status: 401 }
  })
  const url = await serve('deviseTokenAuth', { routes: { ...dialect.routes, 'GET /search': late.route } })
  await open(page)
  await signIn(page, dialect)
  await outliveTrust(page)
  await abortBeforeAnswer(page, `${url}/search`, late)
  expect(await get(page, `${url}/me`)).toBe(200)
  expect(requests).toBe(1)
})

test('railsSession: when the server no longer knows the session cookie, a 401 ends the session', async ({
  page,
  open,
  serve,
}) => {
  const dialect = dialects.railsSession?.() as Dialect
  const url = await serve('railsSession', dialect)
  await open(page)
  await signIn(page, dialect)
  await outliveTrust(page)
  dialect.expire()
  expect(await get(page, `${url}/me`)).toBe(401)
  expect(await status(page)).toBe('revoked')
})

test('promise 13: a request with credential headers follows no redirect, which could send them to another origin', async ({
  page,
  open,
  serve,
}) => {
  const dialect = deviseTokenAuth()
  const reached: string[] = []
  const arrive = () => {
    reached.push('there')
    return { body: {} }
  }
  // After a redirect to another origin, the `Origin` of a request is `null`.
  const elsewhere = await listen({ routes: { 'GET /there': arrive } }, 'null')
  const away = () => ({ status: 302, headers: { location: `${elsewhere.url}/there` } })
  const url = await serve('deviseTokenAuth', { routes: { ...dialect.routes, 'GET /away': away } })
  await open(page)
  await signIn(page, dialect)
  expect(await get(page, `${url}/away`)).toBe('TypeError')
  expect(reached).toEqual([])
  expect(await get(page, `${url}/me`)).toBe(200)
  elsewhere.close()
})
