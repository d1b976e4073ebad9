import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from '@playwright/test'
import { type Dialect, listen } from './dialects/index.js'
import { ADA, test as base, expect, get, outliveTrust, status } from './fixtures.js'

type Request = Parameters<Dialect['routes'][string]>[0]

interface Asked {
  path: string
  authorization: string | undefined
  body: Record<string, unknown>
}

const test = base.extend<{
  /** Serves these routes as the API of the page. Resolves with its URL. */
  route: (routes: Dialect['routes']) => Promise<string>
  /** Serves an API with one account. Resolves with its URL and the requests that it receives. */
  serve: (api: {
    grant: (round: number) => { headers?: Record<string, string>; body: unknown }
    accepts: (authorization: string | undefined) => boolean
  }) => Promise<{ url: string; asked: Asked[] }>
}>({
  route: async ({ api: _, site }, use) => {
    const servers: Awaited<ReturnType<typeof listen>>[] = []
    await use(async (routes) => {
      const server = await listen({ routes }, site.url)
      servers.push(server)
      site.options = { origins: [server.url], signIn: '/login', csrf: false }
      return server.url
    })
    for (const server of servers) server.close()
  },
  serve: async ({ route }, use) => {
    await use(async ({ grant, accepts }) => {
      const asked: Asked[] = []
      let round = 0
      const noting = (path: string, answer: Dialect['routes'][string]) => (request: Request) => {
        asked.push({ path, authorization: request.header('authorization'), body: request.body })
        return answer(request)
      }
      const me = noting('/me', (request) => ({
        status: accepts(request.header('authorization')) ? 200 : 401,
        body: { reason: 'by_admin' },
      }))
      const url = await route({
        'POST /login': noting('/login', () => grant(++round)),
        'POST /refresh': noting('/refresh', () => grant(++round)),
        'POST /logout': noting('/logout', () => ({ status: 204 })),
        'GET /me': me,
        'GET /me?a=1': me,
      })
      return { url, asked }
    })
  },
})

test('a refresh token from a nested field is sent back under its last name, and expires_in may be a decimal text', async ({
  open,
  page,
  serve,
  site,
}) => {
  let good = 1
  const { url, asked } = await serve({
    grant: (round) => ({
      body: { data: { access_token: `a${round}`, refresh_token: `r ü${round}`, expires_in: '3600' } },
    }),
    accepts: (authorization) => authorization === `Bearer a${good}`,
  })
  const fields = {
    accessToken: 'data.access_token',
    refreshToken: 'data.refresh_token',
    expiresIn: 'data.expires_in',
  }
  Object.assign(site.options, { refresh: '/refresh', signOut: '/logout', refreshToken: 'body', fields })
  await open(page)
  await page.evaluate((ada) => auth.signIn(ada), ADA)
  const expiresAt = await page.evaluate(() => (auth.snapshot.expiresAt ?? 0) - Date.now())
  expect(expiresAt).toBeGreaterThan(3_500_000)
  good = 2
  await outliveTrust(page)
  expect(await get(page, `${url}/me`)).toBe(200)
  expect(asked.find(({ path }) => path === '/refresh')?.body).toEqual({ refresh_token: 'r ü1' })
})

for (const [scheme, given, sent] of [
  [undefined, (token: string) => `Bearer ${token}`, 'Bearer 1|abc'],
  ['Token', (token: string) => `Token ${token}`, 'Token 1|abc'],
  ['JWT', (token: string) => `bearer ${token}`, 'JWT 1|abc'],
  ['', (token: string) => token, '1|abc'],
] as const)
  test(`scheme ${scheme}: the token is read from the Authorization header of the sign-in response and sent as ${sent}`, async ({
    open,
    page,
    serve,
    site,
  }) => {
    const { url } = await serve({
      grant: () => ({ headers: { authorization: given('1|abc') }, body: {} }),
      accepts: (authorization) => authorization === sent,
    })
    if (scheme !== undefined) site.options.scheme = scheme
    await open(page)
    await page.evaluate((ada) => auth.signIn(ada), ADA)
    expect(await get(page, `${url}/me`)).toBe(200)
  })

test('a refresh token in the Authorization header has the scheme, and a sign-out sends the access token', async ({
  open,
  page,
  serve,
  site,
}) => {
  let good = 1
  const { url, asked } = await serve({
    grant: (round) => ({ body: { access_token: `a${round}`, refresh_token: `r${round}` } }),
    accepts: (authorization) => authorization === `Bearer a${good}`,
  })
  Object.assign(site.options, {
    refresh: '/refresh',
    signOut: '/logout',
    refreshToken: { header: 'Authorization' },
  })
  await open(page)
  await page.evaluate((ada) => auth.signIn(ada), ADA)
  good = 2
  await outliveTrust(page)
  expect(await get(page, `${url}/me`)).toBe(200)
  await page.evaluate(() => auth.signOut())
  const sent = (wanted: string) => asked.find(({ path }) => path === wanted)?.authorization
  expect([sent('/refresh'), sent('/logout')]).toEqual(['Bearer r1', 'Bearer a2'])
  expect(await status(page)).toBe('signed-out')
})

for (const [check, ends] of [
  [undefined, true],
  ['/me', true],
  ['/session', false],
] as const)
  test(`without a refresh, a 401 to a request with the token ${ends ? 'ends' : 'does not end'} the session when check is ${check}`, async ({
    open,
    page,
    serve,
    site,
  }) => {
    const state = { isRevoked: false }
    const { url } = await serve({
      grant: () => ({ body: { access_token: 'a1' } }),
      accepts: () => !state.isRevoked,
    })
    if (check) site.options.check = check
    await open(page)
    await page.evaluate((ada) => auth.signIn(ada), ADA)
    expect(await get(page, `${url}/me`)).toBe(200)
    state.isRevoked = true
    await outliveTrust(page)
    expect(await get(page, `${url}/me?a=1`)).toBe(401)
    expect(await status(page)).toBe(ends ? 'revoked' : 'authenticated')
    if (!ends) return
    await page.waitForFunction(
      () => auth.snapshot.status === 'unauthenticated' && auth.snapshot.serverReason === 'by_admin',
    )
  })

/** Signs in, and makes a request whose 401 causes a refresh. */
async function signInAndDoubt(page: Page, url: string) {
  await page.evaluate((ada) => auth.signIn(ada), ADA)
  await outliveTrust(page)
  return page.evaluate(
    (url) =>
      auth.fetch(url).then(
        ({ status }) => status,
        ({ code, message }) => `${code} ${message}`,
      ),
    `${url}/me`,
  )
}

test('each endpoint can have its own body members, encoding, CSRF rule and fields', async ({
  open,
  page,
  route,
  site,
}) => {
  const asked: unknown[] = []
  const note = (path: string, { header, body }: Request) =>
    asked.push([path, header('content-type'), header('x-csrf'), body])
  const url = await route({
    'POST /login': (request) => {
      note('/login', request)
      return { body: { access: 'a1', refresh: 'r 1' } }
    },
    'POST /refresh': (request) => {
      note('/refresh', request)
      return { body: { token: 'a2' } }
    },
    'POST /logout': (request) => {
      note('/logout', request)
      return { status: 204 }
    },
    'GET /me': ({ header }) => ({ status: header('authorization') === 'Bearer a2' ? 200 : 401 }),
  })
  Object.assign(site.options, {
    signIn: { path: '/login', encoding: 'form', body: { grant_type: 'password' } },
    refresh: {
      path: '/refresh',
      encoding: 'form',
      body: { grant_type: 'refresh_token', client_id: 'web' },
      csrf: { header: 'X-CSRF', value: 'refresh' },
      fields: { accessToken: 'token' },
    },
    signOut: { path: '/logout', body: { client_id: 'web' }, csrf: false },
    csrf: { header: 'X-CSRF', value: 'all' },
    fields: { accessToken: 'access', refreshToken: 'refresh' },
    refreshToken: { body: 'refresh_token' },
  })
  await open(page)
  expect(await signInAndDoubt(page, url)).toBe(200)
  await page.evaluate(() => auth.signOut())
  const form = expect.stringContaining('application/x-www-form-urlencoded')
  expect(asked).toEqual([
    ['/login', form, 'all', { grant_type: 'password', ...ADA }],
    ['/refresh', form, 'refresh', { grant_type: 'refresh_token', client_id: 'web', refresh_token: 'r 1' }],
    ['/logout', 'application/json', undefined, { client_id: 'web', refresh_token: 'r 1' }],
  ])
})

for (const [what, answer, code, text] of [
  ['404', { status: 404 }, 'status-unexpected', 'refresh: '],
  ['a redirect', { status: 302, headers: { location: '/login' } }, 'redirected', 'refresh: '],
  ['no token', { body: {} }, 'token-missing', 'fields.accessToken: '],
  [
    'a lifetime in words',
    { body: { access_token: 'a', expires_in: 'soon' } },
    'lifetime-invalid',
    'fields.expiresIn: ',
  ],
] as const)
  test(`after a refresh response with ${what}, the event, ready and the snapshot name the failure and the request gets its own 401`, async ({
    open,
    page,
    route,
    site,
  }) => {
    const url = await route({
      'POST /login': () => ({ body: { access_token: 'a1', expires_in: 900 } }),
      'POST /refresh': () => answer,
      'GET /me': () => ({ status: 401 }),
    })
    Object.assign(site.options, { refresh: '/refresh', forgetAfter: 0 })
    await open(page)
    expect(await signInAndDoubt(page, url), 'the request gets its own 401').toBe(401)
    expect(await status(page)).toBe('authenticated')
    const failed = await page.evaluate(() => events.find(({ type }) => type === 'refresh-failed'))
    expect(failed).toMatchObject({ failure: 'malformed', code })

    await page.goto(site.url)
    const error = await page.evaluate(() => auth.ready.catch(({ code, message }) => [code, message]))
    expect(error).toEqual([code, expect.stringContaining(text)])
    expect(await page.evaluate(() => auth.snapshot)).toMatchObject({
      status: 'loading',
      failure: 'malformed',
    })
  })

test('a status in refresh.endsOn ends the session', async ({ open, page, route, site }) => {
  const url = await route({
    'POST /login': () => ({ body: { access_token: 'a1' } }),
    'POST /refresh': () => ({ status: 404, body: { reason: 'no_such_user' } }),
    'GET /me': () => ({ status: 401 }),
  })
  site.options.refresh = { path: '/refresh', endsOn: [401, 404] }
  await open(page)
  expect(await signInAndDoubt(page, url)).toBe(401)
  expect(await page.evaluate(() => auth.snapshot)).toMatchObject({
    reason: 'revoked',
    serverReason: 'no_such_user',
  })
})

for (const empty of [null, {}, { user: null }])
  test(`with a cookie as credential, a check response of ${JSON.stringify(empty)} means that no user is signed in`, async ({
    open,
    page,
    route,
    site,
  }) => {
    let user: object | undefined
    await route({
      'POST /login': () => {
        user = { name: 'Ada' }
        return { body: { user } }
      },
      'GET /session': () => ({ body: user ? { user } : empty }),
    })
    const refresh = { method: 'GET', path: '/session' }
    Object.assign(site.options, { credential: 'cookie', refresh, forgetAfter: 0 })
    await open(page)
    expect(await status(page)).toBe('never')
    await page.evaluate((ada) => auth.signIn(ada), ADA)
    expect(await status(page)).toBe('authenticated')
    user = undefined
    await page.goto(site.url)
    expect(await page.evaluate(() => auth.ready.then(({ reason }) => reason))).toBe('expired')
  })

test('the error of a sign-in that the API answers with a redirect names the redirect', async ({
  open,
  page,
  route,
}) => {
  await route({ 'POST /login': () => ({ status: 302, headers: { location: '/elsewhere' } }) })
  await open(page)
  const error = await page.evaluate(
    (ada) => auth.signIn(ada).catch(({ code, message }) => [code, message]),
    ADA,
  )
  expect(error).toEqual([
    'redirected',
    expect.stringMatching(/^signIn: The endpoint responded with a redirect/),
  ])
})

test('the error for a response that CORS blocks differs from the error for a server that is down', async ({
  open,
  page,
  site,
}) => {
  const withoutCors = createServer((_, response) => void response.end('{}'))
  await new Promise<void>((resolve) => withoutCors.listen(0, 'localhost', resolve))
  const url = `http://localhost:${(withoutCors.address() as AddressInfo).port}`
  site.options = { origins: [url], signIn: '/login' }
  await open(page)
  const attempt = () =>
    page.evaluate(
      async ([url, ada]) => [
        await auth.signIn(ada).catch(({ code }) => code),
        await auth.fetch(`${url}/me`).catch(({ name, message }) => `${name}: ${message}`),
      ],
      [url, ADA] as const,
    )
  expect(await attempt()).toEqual(['cors-refused', expect.stringMatching(/^TypeError: .*CORS.*doctor/)])
  withoutCors.closeAllConnections()
  withoutCors.close()
  expect(await attempt()).toEqual(['unreachable', expect.not.stringContaining('CORS')])
})
