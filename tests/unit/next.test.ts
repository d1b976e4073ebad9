import type { GetServerSidePropsContext, NextApiHandler, NextApiRequest, NextApiResponse } from 'next'
import { parseBody } from 'next/dist/server/api-utils/node/parse-body.js'
import { NextRequest, NextResponse } from 'next/server.js'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Snapshot } from '../../js/common/types.js'
import { createExceptions, createGuard } from '../../js/next/guard.js'
import { createNextAuth, type NextAuthOptions, type Pages } from '../../js/next/index.js'
import { type Browser, browse, ORIGIN, serve, serveNothing, startApi } from './server/browser.js'

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
  vi.unstubAllEnvs()
  await server.close()
  vi.useRealTimers()
})

/** After this time, in milliseconds, a token of the API is due for a refresh and has not expired. */
const MOST_OF_ITS_LIFE = 700_000

async function signedIn(more: Partial<NextAuthOptions> = {}) {
  const auth = createNextAuth({ ...server.options, ...more })
  const browser = browse(server.options)
  await browser.signIn()
  return { auth, browser }
}

/** Like `signedIn`, with a token that is due for a refresh. */
async function due(more: Partial<NextAuthOptions> = {}) {
  const both = await signedIn(more)
  vi.setSystemTime(Date.now() + MOST_OF_ITS_LIFE)
  return both
}

/** Runs an API route in the way the Pages Router does. */
async function get(browser: Browser, route: NextApiHandler) {
  const { url, close } = await serve((req, res) => void route(req as NextApiRequest, res as NextApiResponse))
  const response = await fetch(url, { headers: { cookie: browser.cookieHeader } })
  const text = await response.text()
  close()
  return { text, setCookies: response.headers.getSetCookie() }
}

const visit = (browser: Browser, path: string, more = '') =>
  new NextRequest(new URL(path, ORIGIN), { headers: { cookie: browser.cookieHeader + more } })

test('promise 23: a route handler that the proxy covers responds `private, no-store` to a browser with a session', async () => {
  const { auth, browser } = await signedIn()
  expect((await auth.proxy(visit(browser, '/api/mine'))).headers.get('cache-control')).toBe(
    'private, no-store',
  )
})

test('promise 22: reading the session after a Pages Router response has started makes no refresh', async () => {
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

test('promise 22: an unusual cookie of another program does not stop our refreshed cookie from reaching the browser', async () => {
  const { auth, browser } = await due()
  const response = await auth.proxy(visit(browser, '/notes', '; my pref=1'))
  expect(response.headers.getSetCookie()).toHaveLength(1)
  expect(response.headers.get('x-middleware-request-cookie')).toContain('my pref=1')
})

test('promise 22: a copy of the request headers that other middleware made first is updated with our cookie', async () => {
  const { auth, browser } = await due()
  const request = visit(browser, '/notes?x=1', '; theme=dark')
  const before = request.headers.get('cookie')
  const others = NextResponse.rewrite(`${ORIGIN}/en/notes`, {
    request: { headers: new Headers([...request.headers, ['x-locale', 'en']]) },
  })
  const { headers } = await auth.withProxy(() => others)(request)
  const passed = (name: string) => headers.get(`x-middleware-request-${name}`)
  expect(passed('cookie')).not.toBe(before)
  expect(passed('cookie')).toBe(request.headers.get('cookie'))
  expect(passed('cookie')).toContain('theme=dark')
  expect([passed('x-locale'), passed('x-tokencell-path')]).toEqual(['en', '/notes?x=1'])
  expect(headers.get('x-middleware-override-headers')?.split(',')).toEqual([
    'cookie',
    'x-locale',
    'x-tokencell-path',
  ])
})

test('promise 22: a cookie header that other middleware has set for the page is not changed', async () => {
  const { auth, browser } = await due()
  const request = visit(browser, '/notes')
  const others = NextResponse.next({ request: { headers: new Headers({ cookie: 'chosen=1' }) } })
  const { headers } = await auth.withProxy(() => others)(request)
  expect(headers.get('x-middleware-request-cookie')).toBe('chosen=1')
})

/** Parses the body as Next does for API routes that have no `config`. */
const parsing =
  (handler: NextApiHandler): NextApiHandler =>
  async (req, res) => {
    req.body = await parseBody(req, '1mb')
    await Promise.resolve(handler(req, res)).catch((error) => res.writeHead(500).end(error.code))
  }

test.each([
  ['a form', 'application/x-www-form-urlencoded', 'a=1&b=2&b=3', 'body-parsed'],
  ['JSON', 'application/json', '{"id":12345678901234567890}', 'body-parsed'],
  ['invalid JSON', 'application/json', '', 'body-parsed'],
  ['text', 'text/plain', 'ü', 'ü'],
  ['bytes', 'application/octet-stream', 'ü', 'body-parsed'],
  ['text in another encoding', 'text/plain; charset=latin1', 'a', 'body-parsed'],
])('a body that Next has parsed is refused with a fix, unless it is unchanged text: %s', async (...row) => {
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

test('when a client of the Pages Router closes its connection, the request to the API is aborted', async () => {
  const api = await serveNothing()
  const { auth, browser } = await signedIn({ api: api.url })
  const app = await serve(
    (req, res) => void auth.pages.handler(req as NextApiRequest, res as NextApiResponse),
  )
  const leaving = new AbortController()
  const { headers } = browser.request('/')
  const asking = fetch(`${app.url}/api/v1/notes`, { headers, signal: leaving.signal })
  await api.asked
  leaving.abort()
  await expect(asking).rejects.toMatchObject({ name: 'AbortError' })
  await api.gone
  app.close()
  api.close()
})

test.each(['//', 'http://[', '/sign-in?redirect=//evil.test', '/sign-in?redirect=/a&redirect=/b'])(
  'promise 20: a user who may not see %s is redirected to the home page',
  (wanted) => {
    const ada = { status: 'authenticated', reason: null, user: null, claims: null } as unknown as Snapshot
    expect(createGuard({})(ada, { guestOnly: true }, wanted)).toEqual({ to: '/' })
  },
)

const anonymous = {
  status: 'unauthenticated',
  reason: 'never',
  user: null,
  claims: null,
} as unknown as Snapshot
const authenticated = { ...anonymous, status: 'authenticated', reason: null } as unknown as Snapshot

const localeOf = (pathname: string) => pathname.split('/')[1]
const BELOW_LOCALE: Pages = {
  signIn: (pathname) => `/${localeOf(pathname)}/sign-in`,
  home: (pathname) => `/${localeOf(pathname)}`,
  forbidden: (pathname, search) => `/${localeOf(pathname)}/forbidden?team=${search.get('team')}`,
}

test.each<[wanted: string, rule: object, session: Snapshot, to: string]>([
  ['/ar/notes?x=1', { requiresAuth: true }, anonymous, '/ar/sign-in?redirect=%2Far%2Fnotes%3Fx%3D1'],
  ['/ar', { requiresAuth: true }, anonymous, '/ar/sign-in'],
  // Without this rule, the parameter `redirect` would grow with each redirect, without an end.
  ['/ar/sign-in?redirect=/ar/notes', { requiresAuth: true }, anonymous, '/ar/sign-in'],
  ['/ar/sign-in?redirect=/en/notes', { guestOnly: true }, authenticated, '/en/notes'],
  ['/ar/sign-in?redirect=//evil.test', { guestOnly: true }, authenticated, '/ar'],
  ['/ar/admin?team=7', { roles: ['admin'] }, authenticated, '/ar/forbidden?team=7'],
])('pages may be functions of the requested path: %s', (wanted, rule, session, to) => {
  expect(createGuard(BELOW_LOCALE)(session, rule, wanted)).toEqual({ to })
})

test.each([
  ['/notes', '/sign-in?from=app', '/sign-in?from=app&redirect=%2Fnotes'],
  ['/', '/sign-in', '/sign-in'],
  ['/?x=1', '/sign-in', '/sign-in?redirect=%2F%3Fx%3D1'],
])('a guest who requests %s is redirected to the sign-in page %s, with the page', (wanted, signIn, to) => {
  expect(createGuard({ signIn })(anonymous, { requiresAuth: true }, wanted)).toEqual({ to })
})

test('without a page `forbidden`, a user without the role gets the not-found page', () => {
  expect(createGuard({})(authenticated, { roles: ['admin'] }, '/admin')).toBe('not-found')
})

test('while the session is not known, a page that requires sign-in is unavailable, and others are shown', () => {
  const unknown = {
    ...anonymous,
    status: 'loading',
    reason: null,
    failure: 'unreachable',
  } as unknown as Snapshot
  expect(createGuard({})(unknown, { requiresAuth: true }, '/notes')).toBe('unavailable')
  expect(createGuard({})(unknown, {}, '/notes')).toBe('allow')
})

const CLOSED = { requiresAuth: true, roles: ['admin'] }

test.each<[string, object, object]>([
  ['/notes', CLOSED, CLOSED],
  ['/notes', { guestOnly: true }, { guestOnly: true }],
  ['/sign-in', CLOSED, { guestOnly: false }],
  ['/forbidden', CLOSED, { guestOnly: false }],
  ['/sign-in', { ...CLOSED, guestOnly: true }, { guestOnly: true }],
  ['/', CLOSED, CLOSED],
  ['/', { ...CLOSED, guestOnly: true }, CLOSED],
])('a rule never redirects away from the page that it redirects to: %s with %j', (path, rule, counts) => {
  const ruleFor = createExceptions({ forbidden: '/forbidden' })
  expect(ruleFor(rule, new URL(path, ORIGIN))).toEqual(counts)
})

test('when the requested page is unknown, a page function gets the path `/`', () => {
  const signIn = vi.fn(() => '/sign-in')
  expect(createGuard({ signIn })(anonymous, { requiresAuth: true }, undefined)).toEqual({ to: '/sign-in' })
  expect(signIn).toHaveBeenCalledWith('/', new URLSearchParams())
})

test('a page for which the function `home` returns no path can still be the target after a sign-in', () => {
  const home = (pathname: string) => (pathname === '/en' ? '/en' : (undefined as never))
  const guard = createGuard({ home })
  expect(guard(anonymous, { requiresAuth: true }, '/account')).toEqual({ to: '/sign-in?redirect=%2Faccount' })
})

const NO_PATHS = [null, 7, {}, '', 'sign-in', '//evil.test', '/\\evil.test', 'https://evil.test/sign-in']

test.each(NO_PATHS)(
  'promise 20: a value of `pages` that is not a path of this application is refused by name: %j',
  (page) => {
    const wrong = (option: string) =>
      expect.objectContaining({ code: 'option-invalid', option: `pages.${option}` })
    for (const option of ['signIn', 'home', 'forbidden'])
      expect(() => createNextAuth({ ...server.options, pages: { [option]: page } })).toThrow(wrong(option))
    for (const [option, session, rule] of [
      ['signIn', anonymous, { requiresAuth: true }],
      ['home', authenticated, { guestOnly: true }],
      ['forbidden', authenticated, { roles: ['admin'] }],
    ] as const) {
      const guard = createGuard({ [option]: () => page })
      expect(() => guard(session, rule, '/ar/notes')).toThrow(wrong(option))
      expect(() => guard(session, rule, '/ar/notes')).toThrow('/ar/notes')
    }
  },
)

test('the proxy redirects to the sign-in page of the requested locale, also when Next has removed the locale from the path', async () => {
  const auth = createNextAuth({
    ...server.options,
    pages: BELOW_LOCALE,
    guard: { '/*/notes': { requiresAuth: true } },
  })
  const own = await auth.proxy(new NextRequest(`${ORIGIN}/ar/notes`))
  expect(own.headers.get('location')).toBe(`${ORIGIN}/ar/sign-in?redirect=%2Far%2Fnotes`)
  const i18n = { locales: ['en', 'ar'], defaultLocale: 'en' }
  const byNext = createNextAuth({ ...server.options, guard: { '/notes': { requiresAuth: true } } })
  const taken = await byNext.proxy(new NextRequest(`${ORIGIN}/ar/notes`, { nextConfig: { i18n } }))
  expect(taken.headers.get('location')).toBe(`${ORIGIN}/ar/sign-in?redirect=%2Fnotes`)
})

test.each([
  ['ar', '/ar/sign-in?redirect=%2Fnotes'],
  ['en', '/sign-in?redirect=%2Fnotes'],
  [undefined, '/sign-in?redirect=%2Fnotes'],
])('a Pages Router page redirects to the sign-in page of its locale: %s', async (locale, destination) => {
  const { pages } = createNextAuth(server.options)
  const load = pages.withSession({ requiresAuth: true }, async () => ({ props: {} }))
  const res = { headersSent: false, setHeader() {}, appendHeader() {} }
  const context = { req: { headers: {} }, res, resolvedUrl: '/notes', locale, defaultLocale: locale && 'en' }
  expect(await load(context as unknown as GetServerSidePropsContext)).toEqual({
    redirect: { destination, permanent: false },
  })
})

test('with `basePath`, routes and rules are written without it, and redirects include it', async () => {
  const { auth, browser } = await signedIn()
  const nextConfig = { basePath: '/app' }
  const ask = (path: string, init: RequestInit = {}) => {
    const { headers } = browser.request('/')
    return new NextRequest(new URL(path, ORIGIN), { ...init, headers, nextConfig } as never)
  }
  const session = await auth.handlers.GET(ask('/app/api/auth/session'))
  expect((await session.json()).snapshot.status).toBe('authenticated')
  expect((await auth.handlers.GET(ask('/app/api/v1/notes'))).status).toBe(200)
  const body = JSON.stringify({ text: 'below' })
  const added = ask('/app/api/v1/notes', { method: 'POST', body })
  added.headers.set('content-type', 'application/json')
  expect((await auth.handlers.POST(added)).status).toBe(201)
  const back = await auth.handlers.GET(ask('/app/api/auth/refresh?to=/notes'))
  expect(back.headers.get('location')).toBe('/app/notes')
})

/** Next has removed the `basePath` from the URL. Next defines it when it compiles this package. */
test('with `basePath`, redirects of a route handler in Node include it', async () => {
  vi.stubEnv('__NEXT_ROUTER_BASEPATH', '/app')
  const { auth, browser } = await signedIn()
  const { headers } = browser.request('/')
  const back = await auth.handlers.GET(
    new NextRequest(new URL('/api/auth/refresh?to=/notes', ORIGIN), { headers }),
  )
  expect(back.headers.get('location')).toBe('/app/notes')
  const form = new NextRequest(new URL('/api/auth/sign-in', ORIGIN), {
    method: 'POST',
    body: 'email=nobody@example.com&password=wrong',
    headers: {
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/x-www-form-urlencoded',
      referer: `${ORIGIN}/app/sign-in`,
    },
  })
  expect((await auth.handlers.POST(form)).headers.get('location')).toBe('/app/sign-in?error=refused')
})

/** Next does not compile this package for the Pages Router. It stores the whole URL in the metadata of the request. */
test('with `basePath`, redirects of the Pages Router include it', async () => {
  const { auth, browser } = await signedIn()
  const app = await serve((req, res) => {
    const meta = { initURL: `http://localhost/app${req.url}` }
    Object.assign(req, { [Symbol.for('NextInternalRequestMeta')]: meta })
    void auth.pages.handler(req as NextApiRequest, res as NextApiResponse)
  })
  const { headers } = browser.request('/')
  const back = await fetch(`${app.url}/api/auth/refresh?to=/notes`, { headers, redirect: 'manual' })
  expect(back.headers.get('location')).toBe('/app/notes')
  app.close()
})
