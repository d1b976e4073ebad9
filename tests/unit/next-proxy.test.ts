import { parseSetCookie } from 'cookie'
import { NextRequest, NextResponse } from 'next/server.js'
import { createStorage } from 'unstorage'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createNextAuth, type NextAuth, type NextAuthOptions } from '../../js/next/index.js'
import type { SharedStore } from '../../js/server/index.js'
import { memory } from '../../js/server/memory.js'
import { type Browser, browse, fakeTime, ORIGIN, pass, startApi } from './server/browser.js'

let server: Awaited<ReturnType<typeof startApi>>
beforeEach(async () => {
  fakeTime()
  server = await startApi()
})
afterEach(async () => {
  await server.close()
  vi.useRealTimers()
})

/** After this time, in milliseconds, a token of the API is due for a refresh and has not expired. */
const MOST_OF_ITS_LIFE = 700_000
const NAME = '__Host-tokencell'

async function due(more: Partial<NextAuthOptions> = {}) {
  const auth = createNextAuth({ ...server.options, ...more })
  const browser = browse(server.options)
  await browser.signIn()
  pass(MOST_OF_ITS_LIFE)
  return { auth, browser }
}

const visit = (browser: Browser, path: string, cookie = '') =>
  new NextRequest(new URL(path, ORIGIN), { headers: { cookie: `${cookie}${browser.cookieHeader}` } })

const anonymous = (path: string, init?: ConstructorParameters<typeof NextRequest>[1]) =>
  new NextRequest(new URL(path, ORIGIN), init)

/** The cookies of a response, by their names. */
const cookiesOf = (response: Response) =>
  Object.fromEntries(
    response.headers.getSetCookie().map((header) => {
      const { name, value } = parseSetCookie(header)
      return [name, value]
    }),
  )

/** The header `name` of the request, as the page that Next renders gets it. */
const passedOn = (response: Response, name: string) => {
  const isListed = response.headers.get('x-middleware-override-headers')?.split(',').includes(name)
  return isListed ? response.headers.get(`x-middleware-request-${name}`) : null
}

/** Like `createMiddleware()` of next-intl 4: a rewrite with request headers, and a cookie. */
function nextIntl(request: NextRequest) {
  const headers = new Headers(request.headers)
  headers.set('X-NEXT-INTL-LOCALE', 'en')
  const response = NextResponse.rewrite(new URL(`/en${request.nextUrl.pathname}`, request.url), {
    request: { headers },
  })
  response.cookies.set('NEXT_LOCALE', 'en', { path: '/', sameSite: 'lax' })
  return response
}

/** Like `createI18nMiddleware()` of next-international 1: a rewrite without request headers, and a cookie. */
function nextInternational(request: NextRequest) {
  const url = request.nextUrl.clone()
  url.pathname = `/en${request.nextUrl.pathname}`
  const response = NextResponse.rewrite(url)
  response.headers.set('X-Next-Locale', 'en')
  response.cookies.set('NEXT_LOCALE', 'en', { sameSite: 'strict' })
  return response
}

type Compose = (auth: NextAuth, request: NextRequest) => Promise<Response>

const compositions: Record<string, Compose> = {
  'next-intl inside': (auth, request) => auth.withProxy(nextIntl)(request),
  'next-international inside': (auth, request) => auth.withProxy(nextInternational)(request),
  'a plain response inside, whose headers are immutable': (auth, request) =>
    auth.withProxy(
      () => new Response(null, { headers: { 'x-middleware-next': '1', 'set-cookie': 'NEXT_LOCALE=en' } }),
    )(request),
  async 'a cookie set on the response afterwards'(auth, request) {
    const response = await auth.proxy(request)
    response.cookies.set('NEXT_LOCALE', 'en')
    return response
  },
  async 'a header appended to the response afterwards'(auth, request) {
    const response = await auth.proxy(request)
    response.headers.append('set-cookie', 'NEXT_LOCALE=en')
    return response
  },
  async 'next-intl afterwards, with our cookies copied'(auth, request) {
    const { cookies, headers } = await auth.proxy(request)
    const response = nextIntl(request)
    response.headers.set('cache-control', headers.get('cache-control') ?? '')
    for (const cookie of cookies.getAll()) response.cookies.set(cookie)
    return response
  },
  /** Like `clerkMiddleware(handler)`: it adds cookies and headers to the response of its handler. */
  async 'inside the handler of another'(auth, request) {
    const response = await auth.withProxy(nextInternational)(request)
    response.headers.append('set-cookie', '__client_uat=0; Path=/')
    response.headers.set('x-clerk-auth-status', 'signed-out')
    return response
  },
  async 'around and inside others, each with a cookie'(auth, request) {
    const response = await auth.withProxy(nextIntl)(request)
    response.cookies.set('theme', 'dark')
    response.cookies.delete('old')
    return response
  },
}

test.each(Object.entries(compositions))(
  'the refreshed cookie reaches the browser and the page, together with cookies of other middleware: %s',
  async (_, compose) => {
    const { auth, browser } = await due()
    const before = browser.cookies.get(NAME)
    const response = await compose(auth, visit(browser, '/notes', 'pref=1; '))
    const cookies = cookiesOf(response)
    expect(cookies).toMatchObject({ NEXT_LOCALE: 'en', [NAME]: expect.stringMatching(/^ey/) })
    expect(cookies[NAME]).not.toBe(before)
    const seen = passedOn(response, 'cookie') ?? ''
    expect(seen).toMatch(/^pref=1; __Host-tokencell=ey/)
    expect(seen).not.toContain(before)
    expect(passedOn(response, 'x-tokencell-path')).toBe('/notes')
    expect(response.headers.get('cache-control')).toBe('private, no-store')
    expect(server.refreshes().total).toBe(1)
  },
)

test('our cookie keeps its attributes when other middleware sets a cookie', async () => {
  const { auth, browser } = await due()
  const response = await auth.proxy(visit(browser, '/notes'))
  const [ours = ''] = response.headers.getSetCookie()
  response.cookies.set('theme', 'dark')
  const again = response.headers.getSetCookie().find((header) => header.startsWith(NAME)) ?? ''
  const { expires: _, ...attributes } = parseSetCookie(again)
  expect(attributes).toEqual(parseSetCookie(ours))
})

test('unusual cookies of other middleware stay exactly as they were written', async () => {
  const { auth, browser } = await due()
  const odd = ['a=%25', 'b="x y"; Path=/deep; Max-Age=0', 'c=1; Expires=Wed, 21 Oct 2099 07:28:00 GMT']
  const plain = auth.withProxy(() => {
    const headers = new Headers()
    for (const cookie of odd) headers.append('set-cookie', cookie)
    return new Response(null, { headers })
  })
  const next = auth.withProxy(() => {
    const response = NextResponse.next()
    for (const cookie of odd) response.headers.append('set-cookie', cookie)
    return response
  })
  for (const proxy of [plain, next]) {
    const response = await proxy(visit(browser, '/notes'))
    expect(response.headers.getSetCookie()).toEqual([...odd, expect.stringContaining(NAME)])
  }
})

test('the cookie of an ended session is deleted, also when other middleware sets a cookie afterwards', async () => {
  const { auth, browser } = await due()
  const old = visit(browser, '/notes')
  await browser.signOut()
  pass(3_600_000)
  const response = await auth.proxy(old)
  response.cookies.set('theme', 'dark')
  const header = response.headers.getSetCookie().find((one) => one.startsWith(NAME))
  expect(header).toContain('Max-Age=0')
  expect(old.cookies.get(NAME)).toBeUndefined()
})

test('middleware inside finds the refreshed session in `request.cookies`', async () => {
  const { auth, browser } = await due()
  const seen: (string | undefined)[] = []
  const proxy = auth.withProxy(({ cookies }) => void seen.push(cookies.get(NAME)?.value))
  const response = await proxy(visit(browser, '/notes'))
  expect(seen).toEqual([cookiesOf(response)[NAME]])
  expect(seen).not.toEqual([browser.cookies.get(NAME)])
})

test('middleware inside is not called for a request that the guard redirects', async () => {
  const auth = createNextAuth({ ...server.options, guard: { '/notes/**': { requiresAuth: true } } })
  const inside = vi.fn(nextIntl)
  const response = await auth.withProxy(inside)(anonymous('/notes'))
  expect(response.headers.get('location')).toBe(`${ORIGIN}/sign-in?redirect=%2Fnotes`)
  expect(inside).not.toHaveBeenCalled()
  expect((await auth.withProxy(inside)(anonymous('/'))).headers.get('x-middleware-rewrite')).toBe(
    `${ORIGIN}/en/`,
  )
})

test('middleware inside gets the other arguments of Next, and may return nothing', async () => {
  const auth = createNextAuth(server.options)
  const event = { waitUntil() {} }
  const inside = vi.fn((_: NextRequest, _event: typeof event) => {})
  const response = await auth.withProxy(inside)(anonymous('/'), event)
  expect(inside).toHaveBeenCalledWith(expect.any(NextRequest), event)
  expect(response.headers.get('x-middleware-next')).toBe('1')
})

test('the page gets the request headers that middleware inside sets, and its own path', async () => {
  const auth = createNextAuth(server.options)
  const proxy = auth.withProxy(() =>
    NextResponse.next({ request: { headers: new Headers({ only: 'this' }) } }),
  )
  const { headers } = await proxy(anonymous('/', { headers: { other: '1' } }))
  expect(headers.get('x-middleware-override-headers')).toBe('only,x-tokencell-path')
})

const EVERYTHING = { '/**': { requiresAuth: true } }
const locationOf = (response: Response) => response.headers.get('location')?.slice(ORIGIN.length)

/** Follows all redirects. Returns the last path and its status. */
async function follow(proxy: NextAuth['proxy'], path: string, cookie = '') {
  const seen: string[] = [path]
  for (;;) {
    const at = seen.at(-1) as string
    const response = await proxy(anonymous(at, { headers: { cookie } }))
    const to = locationOf(response)
    if (to === undefined) return { at, status: response.status }
    if (seen.length > 5) throw new Error(seen.join(' → '))
    seen.push(to)
  }
}

test.each<[string, Partial<NextAuthOptions>]>([
  ['by default', {}],
  ['with another sign-in page', { pages: { signIn: '/login' } }],
  ['with a page for guests', { guard: { '/sign-in': { guestOnly: true }, ...EVERYTHING } }],
  ['with roles', { guard: { '/**': { roles: ['admin'] } } }],
  ['with a page below a locale', { pages: { signIn: (path) => `/${path.split('/')[1]}/sign-in` } }],
])('a guard of all paths redirects to the sign-in page once: %s', async (_, more) => {
  const { proxy } = createNextAuth({ ...server.options, guard: EVERYTHING, ...more })
  const { at, status } = await follow(proxy, '/en/notes?x=1')
  expect(at).toMatch(/^\/(en\/)?(sign-in|login)\?redirect=%2Fen%2Fnotes%3Fx%3D1$/)
  expect(status).toBe(200)
})

test('a sign-in page with a slash at the end counts as the sign-in page', async () => {
  const { proxy } = createNextAuth({ ...server.options, guard: EVERYTHING })
  const response = await proxy(anonymous('/sign-in/', { nextConfig: { trailingSlash: true } }))
  expect(locationOf(response)).toBeUndefined()
})

test('a user without the role for all paths gets the page `forbidden`, and a `home` page for guests only causes no redirect', async () => {
  const { browser } = await due()
  const guard = { '/guests': { guestOnly: true }, '/**': { roles: ['no such role'] } }
  const pages = { forbidden: '/forbidden', home: '/guests' }
  const { proxy } = createNextAuth({ ...server.options, guard, pages })
  expect((await follow(proxy, '/notes', browser.cookieHeader)).at).toBe('/forbidden')
  expect((await follow(proxy, '/guests', browser.cookieHeader)).at).toBe('/guests')
})

test('after a sign-out, the sign-in page does not return to the page that was open; it returns to a page that is requested later', async () => {
  const { browser, auth } = await due({ guard: { '/notes': { requiresAuth: true } } })
  const sentTo = async () => locationOf(await auth.proxy(visit(browser, '/notes')))
  await browser.signOut()
  expect(await sentTo()).toBe('/sign-in')
  vi.setSystemTime(Date.now() + 10_000)
  expect(await sentTo()).toBe('/sign-in?redirect=%2Fnotes')
})

test('a request header does not open a guarded page: only the URL identifies the sign-in page', async () => {
  const { proxy } = createNextAuth({ ...server.options, guard: EVERYTHING })
  const response = await proxy(anonymous('/notes', { headers: { 'x-tokencell-path': '/sign-in' } }))
  expect(locationOf(response)).toBe('/sign-in?redirect=%2Fnotes')
})

test.each([
  '/logo.png',
  '/fonts/a%20b.woff2',
  '/favicon.ico',
  '/robots.txt',
  '/site.webmanifest',
  '/_next/static/chunks/main.js',
  '/_next/image?url=%2Flogo.png',
  '/.well-known/security.txt',
  '/api/auth/session',
  '/api/v1/notes',
])('a guard of all paths does not guard files and the API: %s', async (path) => {
  const { proxy } = createNextAuth({ ...server.options, guard: EVERYTHING })
  expect(locationOf(await proxy(anonymous(path)))).toBeUndefined()
})

test.each(['/', '/users/jane.doe', '/notes', '/notes;.png', '/notes/%2e%2e/a', '/api/export'])(
  'a guard of all paths guards pages: %s',
  async (path) => {
    const { proxy } = createNextAuth({ ...server.options, guard: EVERYTHING })
    expect(locationOf(await proxy(anonymous(path)))).toMatch(/^\/sign-in/)
  },
)

test('a more specific pattern guards files', async () => {
  const guard = { '/files/**': { requiresAuth: true }, ...EVERYTHING }
  const { proxy } = createNextAuth({ ...server.options, guard })
  expect(locationOf(await proxy(anonymous('/files/plan.png')))).toBe('/sign-in?redirect=%2Ffiles%2Fplan.png')
})

test('with `trailingSlash: true`, a guard of one path covers every spelling of it', async () => {
  const { proxy } = createNextAuth({ ...server.options, guard: { '/exact': { requiresAuth: true } } })
  for (const path of ['/exact', '/exact/', '/EXACT/', '/%65xact', '/x/../exact'])
    expect(locationOf(await proxy(anonymous(path, { nextConfig: { trailingSlash: true } }))), path).toMatch(
      /^\/sign-in\/?\?redirect=/,
    )
})

test('while the store fails, guarded pages respond 503, other pages are shown, and no user is redirected to the sign-in page', async () => {
  const storage = createStorage() as SharedStore
  let isDown = false
  const guarded =
    (call: (...args: never[]) => unknown) =>
    async (...args: never[]) => {
      if (isDown) throw new Error('connection refused')
      return call(...args)
    }
  const store = {
    getItem: guarded(storage.getItem.bind(storage)),
    setItem: guarded(storage.setItem.bind(storage)),
    removeItem: guarded(storage.removeItem.bind(storage)),
  } as SharedStore
  const options = { ...server.options, store }
  const auth = createNextAuth({ ...options, guard: { '/closed': { requiresAuth: true } } })
  const browser = browse(options)
  await browser.signIn()
  // Simulates another process, which has an empty memory.
  memory().newest.clear()
  isDown = true
  const closed = await auth.proxy(visit(browser, '/closed'))
  expect([closed.status, closed.headers.get('retry-after')]).toEqual([503, '5'])
  expect((await auth.proxy(visit(browser, '/open'))).headers.get('x-middleware-next')).toBe('1')
  isDown = false
  expect((await auth.proxy(visit(browser, '/closed'))).headers.get('x-middleware-next')).toBe('1')
})

test('promise 23: only a page without a rule, for a visitor without a session, keeps its cache header', async () => {
  const { browser } = await due()
  const auth = createNextAuth({ ...server.options, guard: { '/sign-in': { guestOnly: true } } })
  const proxy = auth.withProxy(() => NextResponse.next({ headers: { 'cache-control': 'public' } }))
  const cacheOf = async (request: NextRequest) => (await proxy(request)).headers.get('cache-control')
  expect(await cacheOf(anonymous('/'))).toBe('public')
  expect(await cacheOf(anonymous('/sign-in'))).toBe('private, no-store')
  await browser.session()
  expect(await cacheOf(visit(browser, '/'))).toBe('private, no-store')
  await browser.signOut()
  expect(await cacheOf(visit(browser, '/'))).toBe('private, no-store')
})

test('a user without the role gets the not-found page if there is no page `forbidden`', async () => {
  const { browser, auth } = await due({ guard: { '/admin': { roles: ['no such role'] } } })
  const { status, headers } = await auth.proxy(visit(browser, '/admin?x=1'))
  expect([status, headers.get('x-middleware-rewrite')]).toEqual([404, `${ORIGIN}/404`])
})

test('the guard redirects GET and HEAD only, because an action checks its visitor itself', async () => {
  const { proxy } = createNextAuth({ ...server.options, guard: EVERYTHING })
  const ask = async (method: string) => locationOf(await proxy(anonymous('/notes', { method })))
  expect([await ask('GET'), await ask('HEAD')]).toEqual(Array(2).fill('/sign-in?redirect=%2Fnotes'))
  expect(await ask('POST')).toBeUndefined()
})

test('a response of middleware inside that ends the request stays as it is', async () => {
  const { browser, auth } = await due()
  const init = { status: 410, statusText: 'Gone', headers: { 'x-own': '1' } }
  const response = await auth.withProxy(() => new Response('gone', init))(visit(browser, '/notes'))
  expect([response.status, response.statusText, await response.text()]).toEqual([410, 'Gone', 'gone'])
  const own = ['x-own', 'x-middleware-next', 'x-middleware-override-headers', 'x-middleware-request-cookie']
  expect(own.map((name) => response.headers.get(name))).toEqual(['1', null, null, null])
})

test.each(['by default', 'with a copy of the headers that other middleware made first'])(
  'the page does not get the cookie of an ended session: %s',
  async (how) => {
    const { browser, auth } = await due()
    const old = visit(browser, '/notes')
    const copy = NextResponse.next({ request: { headers: new Headers(old.headers) } })
    await browser.signOut()
    pass(3_600_000)
    const response = await auth.withProxy(() => (how === 'by default' ? undefined : copy))(old)
    expect(passedOn(response, 'cookie')).toBeNull()
    expect(response.headers.get('x-middleware-request-cookie')).toBeNull()
    expect(passedOn(response, 'x-tokencell-path')).toBe('/notes')
  },
)
