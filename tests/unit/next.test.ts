import type { NextApiHandler, NextApiRequest, NextApiResponse } from 'next'
import { parseBody } from 'next/dist/server/api-utils/node/parse-body.js'
import { NextRequest } from 'next/server.js'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createGuard } from '../../js/next/guard.js'
import { createNextAuth, type NextAuthOptions } from '../../js/next/index.js'
import type { Snapshot } from '../../js/types.js'
import { type Browser, browse, ORIGIN, serve, startApi } from './server/browser.js'

let server: Awaited<ReturnType<typeof startApi>>
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  server = await startApi()
})
let echo: Awaited<ReturnType<typeof serve>>
beforeEach(async () => {
  echo = await serve((request, response) => void request.pipe(response))
})
afterEach(async () => {
  echo.close()
  vi.restoreAllMocks()
  await server.close()
  vi.useRealTimers()
})

/** After it, a token of the API is due; not expired yet. In milliseconds. */
const MOST_OF_ITS_LIFE = 700_000

async function signedIn(more: Partial<NextAuthOptions> = {}) {
  const auth = createNextAuth({ ...server.options, ...more })
  const browser = browse(server.options)
  await browser.signIn()
  return { auth, browser }
}

/** The same with a token that is due. */
async function due(more: Partial<NextAuthOptions> = {}) {
  const both = await signedIn(more)
  vi.setSystemTime(Date.now() + MOST_OF_ITS_LIFE)
  return both
}

/** What the Pages Router runs an API route in. */
async function get(browser: Browser, route: NextApiHandler) {
  const { url, close } = await serve((req, res) => void route(req as NextApiRequest, res as NextApiResponse))
  const response = await fetch(url, { headers: { cookie: browser.cookieHeader } })
  const text = await response.text()
  close()
  return { text, setCookies: response.headers.getSetCookie() }
}

const visit = (browser: Browser, path: string, more = '') =>
  new NextRequest(new URL(path, ORIGIN), { headers: { cookie: browser.cookieHeader + more } })

test('promise 23: a route handler that the proxy covers is `private, no-store` for whoever has a session', async () => {
  const { auth, browser } = await signedIn()
  expect((await auth.proxy(visit(browser, '/api/mine'))).headers.get('cache-control')).toBe(
    'private, no-store',
  )
})

test('promise 22: what a stream of the Pages Router asks after it has begun spends no refresh', async () => {
  const { auth, browser } = await due()
  const streamed = await get(browser, async (req, res) => {
    res.write('authenticated? ')
    const { snapshot } = await auth.pages.getSession({ req, res })
    res.end(snapshot.status)
  })
  expect(streamed).toEqual({ text: 'authenticated? authenticated', setCookies: [] })
  expect(server.refreshes().total).toBe(0)
  const whole = await get(browser, async (req, res) =>
    res.end((await auth.pages.getSession({ req, res })).snapshot.status),
  )
  expect(whole).toMatchObject({ text: 'authenticated', setCookies: [expect.any(String)] })
})

test('promise 22: cookies of others, however odd, keep no new one of ours from the browser', async () => {
  const { auth, browser } = await due()
  const response = await auth.proxy(visit(browser, '/notes', '; my pref=1'))
  expect(response.headers.getSetCookie()).toHaveLength(1)
  expect(response.headers.get('x-middleware-request-cookie')).toContain('my pref=1')
})

/** As Next does it for API routes that have no `config`. */
const parsing =
  (handler: NextApiHandler): NextApiHandler =>
  async (req, res) => {
    req.body = await parseBody(req, '1mb')
    await Promise.resolve(handler(req, res)).catch((error) => res.writeHead(500).end(error.code))
  }

test.each([
  ['a form', 'application/x-www-form-urlencoded', 'a=1&b=2&b=3', 'body-parsed'],
  ['JSON', 'application/json', '{"id":12345678901234567890}', 'body-parsed'],
  ['no JSON', 'application/json', '', 'body-parsed'],
  ['text', 'text/plain', 'ü', 'ü'],
  ['bytes', 'application/octet-stream', 'ü', 'body-parsed'],
  ['text in another encoding', 'text/plain; charset=latin1', 'a', 'body-parsed'],
])('a body that Next has parsed is refused with what to do, unless it is as it came: %s', async (...row) => {
  const [, type, body, outcome] = row
  const { auth } = await signedIn({ proxy: ['/api/v1/echo'], api: echo.url })
  const app = await serve(
    (req, res) => void parsing(auth.pages.handler)(req as NextApiRequest, res as NextApiResponse),
  )
  const headers = { 'content-type': type, 'x-requested-with': 'tokencell', 'sec-fetch-site': 'same-origin' }
  const response = await fetch(`${app.url}/api/v1/echo`, { method: 'POST', body, headers })
  expect(await response.text()).toBe(outcome)
  app.close()
})

test('a page of the Pages Router that goes takes its request along', async () => {
  let asked = () => {}
  let gone = () => {}
  const isAsked = new Promise<void>((resolve) => {
    asked = resolve
  })
  const isGone = new Promise<void>((resolve) => {
    gone = resolve
  })
  const api = await serve((_, response) => {
    response.once('close', gone)
    asked()
  })
  const { auth, browser } = await signedIn({ api: api.url })
  const app = await serve(
    (req, res) => void auth.pages.handler(req as NextApiRequest, res as NextApiResponse),
  )
  const leaving = new AbortController()
  const { headers } = browser.request('/')
  const asking = fetch(`${app.url}/api/v1/notes`, { headers, signal: leaving.signal })
  await isAsked
  leaving.abort()
  await expect(asking).rejects.toMatchObject({ name: 'AbortError' })
  await isGone
  app.close()
  api.close()
})

test.each(['//', 'http://[', '/sign-in?redirect=//evil.test'])(
  'promise 20: whoever has no business on %s goes home',
  (wanted) => {
    const ada = { status: 'authenticated', reason: null, user: null, claims: null } as unknown as Snapshot
    expect(createGuard({})(ada, { guestOnly: true }, wanted)).toEqual({ to: '/' })
  },
)
