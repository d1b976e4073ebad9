import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import {
  ADA,
  at,
  cookieHeader,
  expect,
  fromPage,
  isDev,
  openSignedIn,
  refuseTokens,
  SECRET,
  serveApp,
  signIn,
  test,
} from '../apps.js'
import { Canaries, find } from '../e2e/canary.js'
import { startCache, startRedis } from '../servers.js'

function* filesIn(place: string): Generator<string> {
  for (const name of readdirSync(place)) {
    const file = path.join(place, name)
    if (statSync(file).isDirectory()) yield* filesIn(file)
    else yield file
  }
}

test('promise 24: no token is in HTML, payload, state, files or logs; nor is the refresh token, the cookie or the secret', async ({
  api,
  app,
  context,
  page,
}) => {
  const canaries = new Canaries(page, api)
  const refreshes: string[] = []
  const { rotate } = api.sessions
  api.sessions.rotate = (token) => {
    refreshes.push(token)
    return rotate(token)
  }
  await openSignedIn(page)
  await refuseTokens(api)
  await page.goto('/notes')
  await at(page, 'note-text').fill('a note')
  await at(page, 'add-note').click()
  await expect(at(page, 'notes')).toContainText('a note')
  expect(await canaries.findings(page)).toEqual([])

  const cookie = await cookieHeader(context)
  const places: Record<string, string> = {}
  const get = async (name: string, headers: Record<string, string> = {}) => {
    const response = await fetch(app.url + name, { headers: { cookie, connection: 'close', ...headers } })
    const said = [...response.headers].filter(([key]) => key !== 'set-cookie')
    places[name] = `${await response.text()} ${JSON.stringify(said)}`
  }
  for (const name of [
    '/',
    '/notes',
    '/admin',
    '/about',
    '/news',
    '/sign-in',
    '/nowhere',
    '/about/_payload.json',
    '/news/_payload.json',
  ])
    await get(name)
  await get('/api/auth/session', fromPage)
  await get('/api/v1/me', fromPage)
  await get('/api/people')
  api.faults.add({ route: '*', kind: 'drop', times: 3 })
  for (const name of ['/notes?broken', '/admin?broken', '/api/people?broken']) await get(name)
  for (const folder of ['.output', '.nuxt'])
    for (const file of filesIn(path.join(app.folder, folder))) places[file] = readFileSync(file, 'latin1')
  places.log = app.output()

  expect(canaries.tokens.length).toBeGreaterThanOrEqual(2)
  expect(refreshes).toHaveLength(1)
  expect(find([...canaries.tokens, ...refreshes], places)).toEqual([])
  const sealed = cookie.split('=').at(-1) ?? ''
  expect(sealed.length).toBeGreaterThan(100)
  const holding = (text: string) => Object.keys(places).filter((name) => places[name]?.includes(text))
  expect({ secret: holding(SECRET), cookie: holding(sealed) }).toEqual({ secret: [], cookie: [] })
})

test('promise 23: what is rendered once for all carries nobody’s session, whoever asks first', async ({
  app,
  context,
  page,
  served,
}) => {
  test.skip(isDev(served), 'a development server renders each anew')
  await openSignedIn(page)
  const cookie = await cookieHeader(context)
  for (const name of ['/about', '/news']) {
    const response = await fetch(app.url + name, { headers: { cookie } })
    expect(response.headers.getSetCookie(), name).toEqual([])
    expect(await response.text(), name).not.toMatch(/Ada|ada@example/)
    // The page asks, and knows.
    await page.goto(name)
    await expect(at(page, 'user')).toHaveText('Ada')
  }
  for (const name of ['/', '/notes', '/api/people']) {
    const response = await fetch(app.url + name, { headers: { cookie } })
    expect(response.headers.get('cache-control'), name).toBe('private, no-store')
  }
})

test('promise 23: a cache in front serves nobody the page of another', async ({ api, app, page, served }) => {
  test.skip(isDev(served), 'nothing of a development server is kept')
  const cache = await startCache(app.url)
  const url = `http://localhost:${cache.port}`
  await page.goto(`${url}/sign-in`)
  await signIn(page, ADA)
  await expect(at(page, 'user')).toHaveText('Ada')
  const ada = await cookieHeader(page.context())
  api.configure({ accessTtl: 900 })
  let hit: string | null = null
  for (const cookie of [ada, '', ada, ''])
    for (const name of [
      '/',
      '/notes',
      '/admin',
      '/about',
      '/news',
      '/api/people',
      '/api/v1/me',
      '/api/auth/session',
    ]) {
      const headers = { ...fromPage, ...(cookie && { cookie }) }
      const response = await fetch(url + name, { headers, redirect: 'manual' })
      const text = await response.text()
      if (!cookie) expect(text, name).not.toMatch(/Ada|ada@example/)
      if (!cookie) expect(response.headers.getSetCookie(), name).toEqual([])
      if (name === '/news') hit = response.headers.get('x-cache')
    }
  expect(hit, 'the cache does keep what it may').toBe('HIT')
  await cache.end()
})

test('promise 25: two instances refresh once between them, through Nitro’s storage on Redis', async ({
  api,
  page,
  served,
}) => {
  if (isDev(served)) test.setTimeout(240_000)
  const redis = await startRedis()
  const behind = { api: api.url, redis: `redis://127.0.0.1:${redis.port}` }
  const instances = await Promise.all([serveApp(served, behind), serveApp(served, behind)])
  const [first, second] = instances as [(typeof instances)[0], (typeof instances)[0]]
  for (const { url } of instances)
    for (const name of ['/notes', '/sign-in', '/api/v1/me']) await fetch(url + name)
  api.configure({ accessTtl: 2 })
  await page.goto(`${first.url}/notes`)
  await signIn(page, ADA)
  await expect(at(page, 'page-notes')).toBeVisible()
  api.configure({ accessTtl: 900 })
  await new Promise((resolve) => setTimeout(resolve, 2050))
  const cookie = await cookieHeader(page.context())
  const { total } = api.journal.counts().refresh
  const answers = await Promise.all(
    Array.from({ length: 30 }, async (_, n) => {
      const [name, headers] = n % 3 ? ['/notes', {}] : ['/api/v1/me', fromPage]
      const response = await fetch((n % 2 ? first : second).url + name, { headers: { ...headers, cookie } })
      return [response.status, (await response.text()).includes('Ada')]
    }),
  )
  expect(answers).toEqual(Array(30).fill([200, true]))
  expect(api.journal.counts().refresh.total - total).toBe(1)
  for (const instance of instances) await instance.end()
  await redis.end()
})

test('promise 23: every route has its check against forgery', async ({ api, app, context, page }) => {
  await openSignedIn(page)
  await page.waitForLoadState('networkidle')
  const cookie = await cookieHeader(context)
  const before = api.journal.entries().length
  const forged = { cookie, origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' }
  for (const [method, name] of [
    ['POST', '/api/auth/sign-in'],
    ['POST', '/api/auth/sign-out'],
    ['POST', '/api/auth/refresh'],
    ['GET', '/api/auth/session'],
    ['GET', '/api/v1/me'],
    ['POST', '/api/v1/notes'],
  ] as const)
    for (const headers of [forged, { ...forged, 'x-requested-with': 'x' }, { cookie }]) {
      const response = await fetch(app.url + name, { method, headers })
      expect([response.status, response.headers.get('x-tokencell-error')], `${method} ${name}`).toEqual([
        403,
        'forged',
      ])
    }
  expect(api.journal.entries()).toHaveLength(before)
})
