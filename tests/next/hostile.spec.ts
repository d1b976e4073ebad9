import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import {
  at,
  BOB,
  cookieHeader,
  expect,
  fromPage,
  isDev,
  openSignedIn,
  openWithShortToken,
  refuseTokens,
  SECRET,
  test,
} from '../apps.js'
import { Canaries, find } from '../e2e/canary.js'

function* filesIn(place: string): Generator<string> {
  for (const name of readdirSync(place)) {
    const file = path.join(place, name)
    if (statSync(file).isDirectory()) yield* filesIn(file)
    else yield file
  }
}

test('promise 24: no token, cookie or secret is in HTML, flight data, the client bundle, the build cache, a log or an error page', async ({
  api,
  app,
  context,
  page,
  served,
}) => {
  if (isDev(served)) test.slow()
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
    // No keep-alive: a development server may compile for so long that it closes the idle connection just before its reuse.
    const response = await fetch(app.url + name, { headers: { cookie, connection: 'close', ...headers } })
    places[name] =
      `${await response.text()} ${JSON.stringify([...response.headers].filter(([key]) => key !== 'set-cookie'))}`
  }
  for (const name of ['/', '/notes', '/admin', '/legacy', '/about', '/vault', '/sign-in', '/nowhere']) {
    await get(name)
    await get(`${name}?_rsc=x`, { rsc: '1' })
  }
  await get('/api/auth/session', fromPage)
  await get('/api/v1/me', fromPage)
  api.faults.add({ route: 'notes', kind: 'drop', times: 4 })
  await get('/notes?broken')
  await get('/legacy?broken')
  await get('/api/v1/notes?broken', fromPage)
  for (const file of filesIn(path.join(app.folder, '.next'))) places[file] = readFileSync(file, 'latin1')
  places.log = app.output()

  expect(canaries.tokens.length).toBeGreaterThanOrEqual(2)
  expect(refreshes).toHaveLength(1)
  expect(find([...canaries.tokens, ...refreshes], places)).toEqual([])
  const sealed = cookie.split('=').at(-1) ?? ''
  expect(sealed.length).toBeGreaterThan(100)
  const holding = (text: string) => Object.keys(places).filter((name) => places[name]?.includes(text))
  expect({ secret: holding(SECRET), cookie: holding(sealed) }).toEqual({ secret: [], cookie: [] })
})

test('promise 23: responses that read or set a session are not cacheable, and a static page without a session is', async ({
  api,
  app,
  context,
  page,
  served,
}) => {
  await openWithShortToken(page, api, 1)
  const due = await cookieHeader(context)
  const control = async (name: string, headers: Record<string, string> = {}) => {
    const response = await fetch(app.url + name, { headers, redirect: 'manual' })
    const [setCookie] = response.headers.getSetCookie()
    return [response.headers.get('cache-control') ?? '', setCookie !== undefined] as const
  }
  // The response for a page that was rendered at build time has the new cookie of the session that was due.
  const [about, isSet] = await control('/about', { cookie: due })
  // A development server makes no response cacheable, with another header value.
  const uncached = isDev(served) ? /no-store/ : /private.*no-store/
  expect([about, isSet]).toEqual([expect.stringMatching(uncached), true])
  await page.goto('/notes')
  const cookie = await cookieHeader(context)
  for (const name of ['/', '/about', '/notes', '/legacy', '/admin', '/sign-in', '/forbidden'])
    expect((await control(name, { cookie }))[0], name).toMatch(uncached)
  for (const name of ['/api/auth/session', '/api/v1/me', '/api/v1/nothing'])
    expect((await control(name, { cookie, ...fromPage }))[0], name).toBe('private, no-store')
  expect((await control('/notes'))[0], 'the redirect to the sign-in page').toMatch(uncached)
  expect((await control('/about'))[0], 'the static page without a session').not.toContain('private')
})

test('no header that makes Next skip the proxy opens a protected page, because the page itself checks the session', async ({
  app,
  context,
  page,
}) => {
  await openSignedIn(page, '/notes', BOB)
  const bob = await cookieHeader(context)
  const skipping: Record<string, string>[] = [
    { 'x-middleware-subrequest': 'proxy:proxy:proxy:proxy:proxy' },
    {
      'x-middleware-subrequest': 'src/middleware:src/middleware:src/middleware:src/middleware:src/middleware',
    },
    { 'x-middleware-subrequest-id': '1' },
    { 'x-middleware-next': '1' },
    { 'x-middleware-rewrite': '/admin' },
    { 'x-nextjs-data': '1' },
    { 'x-matched-path': '/admin' },
    { 'next-action': 'x' },
    { purpose: 'prefetch', 'next-router-prefetch': '1', rsc: '1' },
    { 'x-tokencell-path': '//evil.test' },
  ]
  for (const headers of skipping)
    for (const [name, cookie] of [
      ['/admin', bob],
      ['/admin', ''],
      ['/notes', ''],
      ['/legacy', ''],
    ] as const) {
      const response = await fetch(app.url + name, {
        headers: { ...headers, ...(cookie && { cookie }) },
        redirect: 'manual',
      })
      const text = await response.text()
      expect(text, JSON.stringify(headers)).not.toMatch(/ada@example\.com|Notes of/)
      expect(response.headers.get('location') ?? '', JSON.stringify(headers)).not.toContain('evil')
    }
})
