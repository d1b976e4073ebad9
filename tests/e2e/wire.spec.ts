import { listen } from './dialects.js'
import { ADA, test as base, expect, get, outliveTrust, status } from './fixtures.js'

type Request = Parameters<Parameters<typeof listen>[0]['routes'][string]>[0]

interface Asked {
  path: string
  authorization: string | undefined
  body: Record<string, unknown>
}

/** An API with one account, whose access tokens are good for one request after a doubt. */
const test = base.extend<{
  /** Serves it, and resolves with its URL and what it is asked. */
  serve: (api: {
    grant: (round: number) => { headers?: Record<string, string>; body: unknown }
    accepts: (authorization: string | undefined) => boolean
  }) => Promise<{ url: string; asked: Asked[] }>
}>({
  serve: async ({ api: _, site }, use) => {
    const servers: Awaited<ReturnType<typeof listen>>[] = []
    await use(async ({ grant, accepts }) => {
      const asked: Asked[] = []
      let round = 0
      const note = (
        path: string,
        { header, body }: Parameters<Parameters<typeof listen>[0]['routes'][string]>[0],
      ) => asked.push({ path, authorization: header('authorization'), body })
      const me = (request: Request) => {
        note('/me', request)
        return { status: accepts(request.header('authorization')) ? 200 : 401, body: { reason: 'by_admin' } }
      }
      const server = await listen(
        {
          routes: {
            'POST /login': (request) => {
              note('/login', request)
              return grant(++round)
            },
            'POST /refresh': (request) => {
              note('/refresh', request)
              return grant(++round)
            },
            'POST /logout': (request) => {
              note('/logout', request)
              return { status: 204 }
            },
            'GET /me': me,
            'GET /me?a=1': me,
          },
        },
        site.url,
      )
      servers.push(server)
      site.options = { origins: [server.url], signIn: '/login', csrf: false }
      return { url: server.url, asked }
    })
    for (const server of servers) server.close()
  },
})

test('a wrapped refresh token goes back under its last name; numbers may be decimal text', async ({
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
  test(`scheme ${scheme}: a token is found in the Authorization header of an answer, and goes out as ${sent}`, async ({
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

test('a refresh token in Authorization has the scheme, and a sign-out has the access token', async ({
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
  test(`without a refresh, a 401 to a request with the token ${ends ? 'ends the session' : 'is its endpoint’s'}: check is ${check}`, async ({
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
      () => auth.snapshot.status === 'unauthenticated' && auth.snapshot.cause === 'by_admin',
    )
  })
