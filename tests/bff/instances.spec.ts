import {
  ADA,
  at,
  cookieHeader,
  expect,
  fromPage,
  isDev,
  isNuxt,
  openSignedIn,
  serveApp,
  signIn,
  test,
} from '../apps.js'
import { startCache, startRedis } from '../servers.js'
import { surfaceOf } from './surface.js'

test('promise 25: for thirty requests on an expired token, two instances with one Redis make one refresh in total', async ({
  api,
  page,
  served,
}) => {
  if (isDev(served)) test.setTimeout(240_000)
  const redis = await startRedis()
  const behind = { api: api.url, redis: `redis://127.0.0.1:${redis.port}` }
  const instances = await Promise.all([serveApp(served, behind), serveApp(served, behind)])
  const [first, second] = instances as [(typeof instances)[0], (typeof instances)[0]]
  api.configure({ accessTtl: 1 })
  // A development server compiles a route at its first request, which takes longer than the lifetime of these tokens.
  for (const { url } of instances)
    for (const name of ['/notes', '/sign-in', '/api/v1/me', '/api/auth/session']) await fetch(url + name)
  await page.goto(`${first.url}/notes`)
  await signIn(page, ADA)
  await expect(at(page, 'page-notes')).toBeVisible()
  for (let round = 0; round < 3; round++) {
    const cookie = await cookieHeader(page.context())
    const { total } = api.journal.counts().refresh
    api.configure({ accessTtl: round === 2 ? 900 : 3 })
    await new Promise((resolve) => setTimeout(resolve, round === 0 ? 1050 : 3050))
    const answers = await Promise.all(
      Array.from({ length: 30 }, async (_, n) => {
        const url = (n % 2 ? first : second).url
        const [name, headers] = n % 3 ? ['/notes', {}] : ['/api/v1/me', fromPage]
        const response = await fetch(url + name, { headers: { ...headers, cookie } })
        return [response.status, (await response.text()).includes('Ada')]
      }),
    )
    expect(answers).toEqual(Array(30).fill([200, true]))
    expect(api.journal.counts().refresh.total - total, `round ${round}`).toBe(1)
    await page.goto(`${second.url}/notes`)
    await expect(at(page, 'page-notes')).toHaveText('Notes of Ada')
  }
  await at(page, 'sign-out').click()
  await expect(at(page, 'to-sign-in')).toBeVisible()
  for (const instance of instances) await instance.end()
  await redis.end()
})

test('promise 23: behind a cache that stores every cacheable response, a visitor without a session gets no data or cookie of a user', async ({
  app,
  api,
  page,
  served,
}) => {
  const cache = await startCache(app.url)
  const url = `http://localhost:${cache.port}`
  const { ofAda, ofNobody, cached } = surfaceOf(served)
  const kinds = [...ofAda, ...ofNobody, ['/', {}], ['/admin', {}], ['/about', {}], [cached, {}]] as const
  await openSignedIn(page)
  await page.goto(`${url}/sign-in`)
  await expect(at(page, 'page-home')).toContainText('Ada')
  const ada = await cookieHeader(page.context())
  api.configure({ accessTtl: 900 })
  const visit = async (name: string, headers: Record<string, string>, cookie: string) => {
    const all = { ...fromPage, ...headers, ...(cookie && { cookie }) }
    const response = await fetch(url + name, { headers: all, redirect: 'manual' })
    return { text: await response.text(), headers: response.headers }
  }
  for (const cookie of [ada, '', ada, ''])
    for (const [name, more] of kinds) {
      const { text, headers } = await visit(name, more, cookie)
      if (cookie) continue
      expect(text, name).not.toMatch(/Ada|ada@example/)
      expect(headers.getSetCookie(), name).toEqual([])
    }
  const kept = (await visit(cached, {}, '')).headers.get('x-cache')
  expect(kept, 'the cache stores a cacheable page').toBe(isDev(served) && !isNuxt(served) ? 'MISS' : 'HIT')
  await cache.end()
})
