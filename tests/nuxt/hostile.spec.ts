import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import {
  at,
  cookieHeader,
  expect,
  fromPage,
  isDev,
  openSignedIn,
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

test('promise 24: no access token, refresh token, session cookie or secret is in HTML, payload, state, files or logs', async ({
  api,
  app,
  context,
  page,
  served,
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
    const sent = [...response.headers].filter(([key]) => key !== 'set-cookie')
    places[name] = `${await response.text()} ${JSON.stringify(sent)}`
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
  for (const folder of isDev(served) ? ['.nuxt'] : ['.output', '.nuxt'])
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

test('promise 23: cached and prerendered pages contain no session, and other responses are not cacheable', async ({
  app,
  context,
  page,
  served,
}) => {
  test.skip(isDev(served), 'a development server renders every page again')
  await openSignedIn(page)
  const cookie = await cookieHeader(context)
  for (const name of ['/about', '/news']) {
    const response = await fetch(app.url + name, { headers: { cookie } })
    expect(response.headers.getSetCookie(), name).toEqual([])
    expect(await response.text(), name).not.toMatch(/Ada|ada@example/)
    // The page requests the session and shows the user.
    await page.goto(name)
    await expect(at(page, 'user')).toHaveText('Ada')
  }
  for (const name of ['/', '/notes', '/api/people']) {
    const response = await fetch(app.url + name, { headers: { cookie } })
    expect(response.headers.get('cache-control'), name).toBe('private, no-store')
  }
})
