import { createApp, createRouter, defineEventHandler, type H3Event, toWebHandler } from 'h3'
import { afterEach, expect, test, vi } from 'vitest'
import { createMemoryHistory, createRouter as createVueRouter } from 'vue-router'
import { guardRoutes } from '../../js/adapters/router.js'
import { decide } from '../../js/common/guard.js'
import { withBase, withoutBase } from '../../js/nuxt/base-url.js'
import { checkHeaders, checkPages, headersOf, type Pages, pagesOf } from '../../js/nuxt/pages.js'
import { routesOf } from '../../js/nuxt/routes.js'
import { isGlobalFor, ruleOf } from '../../js/nuxt/rule.js'
import { whenHydrated } from '../../js/nuxt/runtime/hydrated.js'
import { rolesAt } from '../../js/nuxt/runtime/roles.js'
import { createConfiguredBff } from '../../js/nuxt/runtime/server/configured.js'
import { type EventSession, offerSession, sessionOf } from '../../js/nuxt/runtime/server/context.js'
import { silentWhileClosed } from '../../js/nuxt/runtime/silent.js'
import { createTestAuth, type TestSession } from '../../js/testing.js'

declare global {
  interface ImportMeta {
    /** Nuxt declares this property. Its types are not in scope here. */
    readonly prerender?: boolean
  }
}

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

/** @param outer the context of the outer request, when the server sends this request to itself */
const eventIn = (context: object, outer?: object) =>
  ({ context, node: { req: outer ? { __unenv__: outer } : {} } }) as unknown as H3Event
const SESSION = {} as EventSession

test('promise 22: a request opens its session once, at first use, and its internal requests share it', () => {
  const event = eventIn({})
  const open = vi.fn(() => SESSION)
  offerSession(event, open)
  expect(open).not.toHaveBeenCalled()
  const inner = eventIn({}, event.context)
  const another = vi.fn(() => SESSION)
  offerSession(inner, another)
  expect([sessionOf(event), sessionOf(inner)]).toEqual([SESSION, SESSION])
  expect([open, another].map(({ mock }) => mock.calls.length)).toEqual([1, 0])
})

test.each([
  ['a cached handler', { cache: {} }],
  ['a page that a platform caches', { _nitro: { routeRules: { isr: true } } }],
])('promise 23: %s gets no session, even after a middleware has opened one', (_, more) => {
  const event = eventIn({})
  const open = vi.fn(() => SESSION)
  offerSession(event, open)
  sessionOf(event)
  Object.assign(event.context, more)
  expect(() => sessionOf(event)).toThrow(expect.objectContaining({ code: 'shared-answer' }))
})

test('promise 20: roles are read from the configured path, as a list or as words, and from own properties only', () => {
  const snapshot = (claims: object) => ({ user: null, claims }) as never
  expect(rolesAt('claims.scope')(snapshot({ scope: 'notes:read admin' }))).toEqual(['notes:read', 'admin'])
  expect(rolesAt('claims.realm.roles')(snapshot({ realm: { roles: ['admin', 7] } }))).toEqual(['admin'])
  for (const path of ['claims.nothing', 'claims.constructor.name'])
    expect(rolesAt(path)(snapshot({}))).toEqual([])
})

test.each([
  ['by default', undefined],
  ['at a configured path', 'claims.scope'],
])(
  'promise 20: a refresh that takes the role away leaves a page with `auth: { roles }`, roles %s',
  async (_, path) => {
    vi.stubGlobal('window', {})
    const auth = createTestAuth<unknown>({
      session: { user: { role: 'admin' }, claims: { role: 'admin', scope: 'notes admin' } },
      refresh: () => ({ claims: { role: 'editor', scope: 'notes' } }),
    })
    const component = { render: () => null }
    const routes = [
      { path: '/admin', component, meta: { auth: { roles: ['admin'] } } },
      { path: '/forbidden', component },
    ]
    const router = createVueRouter({ history: createMemoryHistory(), routes })
    guardRoutes(router, auth, {
      forbidden: '/forbidden',
      ...(path && { roles: rolesAt(path) }),
      rule: ({ meta }) => ruleOf(meta as Parameters<typeof ruleOf>[0], false),
    })
    await router.push('/admin')
    expect(router.currentRoute.value.path).toBe('/admin')
    await auth.refresh()
    await vi.waitFor(() => expect(router.currentRoute.value.path).toBe('/forbidden'))
  },
)

test.each([
  [{ auth: true }, false, { requiresAuth: true }],
  [{ auth: false }, true, { requiresAuth: false }],
  [{ auth: 'guest' as const }, true, { guestOnly: true }],
  [{ auth: { roles: ['admin'] } as never }, false, { roles: ['admin'] }],
  [{ middleware: 'auth' }, false, { requiresAuth: true }],
  [{ middleware: ['other', 'guest'] }, true, { guestOnly: true }],
  [{}, true, { requiresAuth: true }],
  [{}, false, { requiresAuth: false }],
])('promise 20: the rule of a page with %j in a closed app (%s)', (meta, isGlobal, rule) => {
  expect(ruleOf(meta, isGlobal)).toEqual(rule)
})

/** Routes in the form that Nuxt creates from page files. */
const ROUTES = [
  { path: '/ar/notes', name: 'locale-notes', params: { locale: 'ar' } },
  { path: '/ar/sign-in', name: 'locale-sign-in', params: { locale: 'ar' } },
  { path: '/ar/unavailable', name: 'locale-unavailable', params: { locale: 'ar' } },
]

const below = (page: string) =>
  ((to: (typeof ROUTES)[number]) => `/${to.params.locale}${page}?a=1#b`) as never

test.each<[string, Pages]>([
  ['paths', { signIn: '/ar/sign-in', unavailable: '/ar/unavailable' }],
  ['routes by name', { signIn: { name: 'locale-sign-in' }, unavailable: { name: 'locale-unavailable' } }],
  ['routes by path', { signIn: { path: '/ar/sign-in' }, unavailable: { path: '/ar/unavailable' } }],
  ['functions', { signIn: below('/sign-in'), unavailable: below('/unavailable') }],
])('promise 20: a closed app leaves the pages open that it redirects to: %s', (_, pages) => {
  const closed = (to: (typeof ROUTES)[number]) => isGlobalFor({ global: true, pages }, to as never)
  expect(ROUTES.map(closed)).toEqual([true, false, false])
  expect(isGlobalFor({ global: false, pages }, ROUTES[0] as never)).toBe(false)
})

test('a closed app does not redirect to the sign-in page for a URL without a page', () => {
  const closed = (path: string, matched: unknown[]) =>
    isGlobalFor({ global: true, pages: { signIn: '/sign-in' } }, { path, matched })
  expect([closed('/wp-login.php', []), closed('/notes', [{}])]).toEqual([false, true])
  expect(['/sign-in/', '/SIGN-IN'].map((path) => closed(path, [{}]))).toEqual([false, false])
})

test('a page function that throws or returns nothing leaves the page closed', () => {
  const signIn = (() => {
    throw new Error('no locale')
  }) as never
  for (const page of [signIn, (() => undefined) as never])
    expect(isGlobalFor({ global: true, pages: { signIn: page } }, ROUTES[0] as never)).toBe(true)
})

test('pages of app.config take precedence over those of nuxt.config, and its functions get the Nuxt app', () => {
  const nuxtApp = { vueApp: { runWithContext: (work: () => unknown) => work() } }
  const signIn = vi.fn((to: { path: string }) => `${to.path}/sign-in`)
  const configured = { signIn: '/sign-in', home: '/', forbidden: '/forbidden' }
  const pages = pagesOf(nuxtApp as never, configured, { signIn: signIn as never, home: { name: 'locale' } })
  expect(pages).toMatchObject({ home: { name: 'locale' }, forbidden: '/forbidden' })
  expect((pages.signIn as unknown as typeof signIn)({ path: '/ar' })).toBe('/ar/sign-in')
  expect(signIn).toHaveBeenCalledWith({ path: '/ar' }, nuxtApp)
})

test.each([() => '/sign-in', 7, null, '', 'sign-in', '//evil.test', {}, { path: '/sign-in' }, { name: 7 }])(
  'a page that nuxt.config cannot contain is refused by the name of its option: %s',
  (page) => {
    for (const option of ['signIn', 'home', 'forbidden', 'unavailable'])
      expect(() => checkPages({ [option]: page } as never)).toThrow(
        expect.objectContaining({ code: 'option-invalid', option: `pages.${option}` }),
      )
    checkPages({ signIn: '/sign-in', home: { name: 'home', params: { locale: 'en' } } })
    checkPages(undefined)
  },
)

test('for a function in nuxt.config, which Nuxt would drop, the error names app.config', () => {
  expect(() => checkPages({ signIn: (() => '/sign-in') as never })).toThrow('app.config')
})

test('the headers of the app come from app.config, and get the Nuxt app at each request', () => {
  const nuxtApp = { vueApp: { runWithContext: (work: () => unknown) => work() }, locale: 'de' }
  const headers = vi.fn((app: unknown) => ({ 'Accept-Language': (app as typeof nuxtApp).locale }))
  const { headers: compute } = headersOf(nuxtApp as never, { headers })
  expect(headers).not.toHaveBeenCalled()
  expect(compute?.()).toEqual({ 'Accept-Language': 'de' })
  nuxtApp.locale = 'fr'
  expect(compute?.()).toEqual({ 'Accept-Language': 'fr' })
  expect([headersOf(nuxtApp as never, {}), headersOf(nuxtApp as never, undefined)]).toEqual([{}, {}])
})

test('for a function `headers` in nuxt.config, which Nuxt would drop, the error names app.config', () => {
  expect(() => checkHeaders(() => ({}))).toThrow(
    expect.objectContaining({
      code: 'option-invalid',
      option: 'headers',
      message: expect.stringContaining('app.config'),
    }),
  )
  checkHeaders(['x-tenant'])
  checkHeaders(undefined)
})

/** A page that hydrates. `settled` is called when `whenHydrated` resolves; `hydrate` reports the hydration. */
function hydrating() {
  vi.useFakeTimers()
  let hydrate = () => {}
  const hooks = {
    hookOnce(_: string, hook: () => void) {
      hydrate = hook
    },
  }
  const auth = createTestAuth<never>({ session: 'loading' })
  const settled = vi.fn()
  const payload = { serverRendered: true }
  whenHydrated({ payload, hooks } as never, auth)?.then(settled)
  return { auth, settled, hydrate: () => hydrate() }
}

test('`whenHydrated` resolves when Nuxt reports the hydration', async () => {
  const { settled, hydrate } = hydrating()
  await vi.advanceTimersByTimeAsync(9000)
  expect(settled).not.toHaveBeenCalled()
  hydrate()
  await vi.advanceTimersByTimeAsync(0)
  expect(settled).toHaveBeenCalled()
  expect(whenHydrated({ payload: {} } as never, createTestAuth<never>())).toBeUndefined()
})

test('`whenHydrated` resolves before the hydration when the session cannot be determined, or after 10 s', async () => {
  const failing = hydrating()
  failing.auth.become({ failure: 'unreachable' })
  await vi.advanceTimersByTimeAsync(2000)
  expect(failing.settled).toHaveBeenCalled()
  const silent = hydrating()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(silent.settled).toHaveBeenCalled()
})

/** A page that was opened directly by its URL. */
function opened(session: TestSession<never>, isForUsers = true) {
  const auth = createTestAuth<never>({ session, fetch: () => Response.json({}) })
  let wantsUser = isForUsers
  const openPage = () => {
    const wanted = wantsUser
    return () => decide(auth.snapshot, wanted ? { requiresAuth: true } : {})
  }
  const shown = silentWhileClosed(auth, openPage)
  const leave = () => {
    wantsUser = false
  }
  return { auth, shown, leave, ask: () => shown.fetch('https://api.example.com/notes') }
}

test.each([true, false])(
  'a page for users sends no request for a guest who opened it directly (guest leaves it: %s)',
  async (isLeft) => {
    const { auth, shown, ask, leave } = opened('loading')
    const asked = expect(ask()).rejects.toMatchObject({ code: 'session-ended' })
    if (isLeft) leave()
    auth.become('never')
    await asked
    expect(auth.requests).toEqual([])
    expect(shown.snapshot).toBe(auth.snapshot)
  },
)

test('a page for users sends no request for a known guest until the guard has redirected the guest', async () => {
  const { auth, ask, leave } = opened('never')
  await expect(ask()).rejects.toMatchObject({ code: 'session-ended' })
  expect(auth.requests).toEqual([])
  leave()
  expect((await ask()).ok).toBe(true)
})

test('a public page sends requests at once, and an abort ends a request that waits for the session', async () => {
  const open = opened('loading', false)
  expect((await open.ask()).ok).toBe(true)
  const { shown } = opened('loading')
  const controller = new AbortController()
  const asked = shown.fetch('https://api.example.com/notes', { signal: controller.signal })
  controller.abort('enough')
  await expect(asked).rejects.toBe('enough')
})

test('a request that waits for the session is sent with the body that it had at the call', async () => {
  const { auth, shown } = opened('loading')
  const body = new URLSearchParams('page=1')
  const asked = shown.fetch('https://api.example.com/notes', { method: 'POST', body })
  body.set('page', '2')
  auth.become({ user: {} as never })
  await asked
  expect(await auth.requests[0]?.text()).toBe('page=1')
})

test('requests of users, and of guests on public pages, are sent', async () => {
  const { auth, ask } = opened('loading')
  const asked = ask()
  auth.become({ user: {} as never })
  expect((await asked).ok).toBe(true)
  const guest = opened('never', false)
  expect((await guest.ask()).ok).toBe(true)
})

test.each([
  [
    '/',
    '/api/auth',
    '/api/auth',
    'https://a.test/api/auth/session?a=1',
    'https://a.test/api/auth/session?a=1',
  ],
  ['/field/', '/api/auth', '/field/api/auth', 'https://a.test/field/api/x?a=1', 'https://a.test/api/x?a=1'],
  ['/field', '/', '/field/', 'https://a.test/field', 'https://a.test/'],
  ['/field/', '/field/notes', '/field/notes', 'https://a.test/field/field', 'https://a.test/field'],
  ['/field/', '/fields', '/field/fields', 'https://a.test/fields/x', 'https://a.test/fields/x'],
])('paths of an application in the folder %s', (baseURL, path, inFolder, url, bare) => {
  expect(withBase(baseURL, path)).toBe(inFolder)
  expect(withoutBase(baseURL, url)).toBe(bare)
})

const CONFIGURED = { api: 'https://api.example.com', signIn: '/login' }

test('options in server/tokencell.ts take precedence over nuxt.config, and may be a function', async () => {
  const lines: string[] = []
  for (const file of [
    {
      secret: [
        'q9vX2mLr7TbKzW4dYcN8hPfJ3sGuE6aR1oQyVtMx5iA=',
        'Zk3RwB8nQeUy5HxM1vTgL7dFpJ0sCaO4iWbXrY9lNzE=',
      ],
    },
    () => ({ secret: 'q9vX2mLr7TbKzW4dYcN8hPfJ3sGuE6aR1oQyVtMx5iA=' }),
  ])
    expect(createConfiguredBff({ ...CONFIGURED, secret: '' }, file)).toHaveProperty('handle')
  const { handle } = createConfiguredBff(
    { ...CONFIGURED, api: 'http://127.0.0.1:1', secret: 'q9vX2mLr7TbKzW4dYcN8hPfJ3sGuE6aR1oQyVtMx5iA=' },
    {
      onEvent: ({ type }) => void lines.push(type),
      logger: (line) => void lines.push(line),
    },
  )
  const headers = { 'x-requested-with': 'tokencell', 'sec-fetch-site': 'same-origin' }
  const asked = new Request('https://a.test/api/auth/sign-in', { method: 'POST', headers, body: '{}' })
  expect((await handle(asked)).status).toBe(503)
  expect(lines).toEqual([expect.stringContaining('API http://127.0.0.1:1'), 'sign-in-failed'])
})

test('a configuration error is logged once, with its fix', () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {})
  for (let requests = 0; requests < 2; requests++)
    expect(() => createConfiguredBff({ ...CONFIGURED, secret: '' }, {})).toThrow()
  expect(log.mock.calls).toEqual([[expect.stringMatching(/\[tokencell\].*NUXT_TOKENCELL_SECRET/)]])
})

test.each([
  ['/api/v1/notes', ['/api/v1/notes', '/api/v1/notes/'], ['/api/v1', '/api/v1/notes/1']],
  ['GET /api/v1/me/', ['/api/v1/me', '/api/v1/me/'], ['/api/v1/me/1']],
  ['/api/v1/**', ['/api/v1', '/api/v1/', '/api/v1/a', '/api/v1/a/b/'], ['/api', '/api/v10']],
  ['/api/v1/**/', ['/api/v1', '/api/v1/', '/api/v1/a/b/'], ['/api']],
  ['POST /api/*/notes', ['/api/v1/notes', '/api/v1/notes/'], ['/about']],
])('h3 routes the paths of the rule %s, with and without a slash at the end', async (rule, found, others) => {
  const router = createRouter()
  for (const route of routesOf(rule))
    router.use(
      route,
      defineEventHandler(() => 'ours'),
    )
  const ask = toWebHandler(createApp().use(router.handler))
  const answers = (paths: string[]) =>
    Promise.all(paths.map(async (path) => (await ask(new Request(`http://a.test${path}`))).status))
  expect([await answers(found), await answers(others)]).toEqual([found.map(() => 200), others.map(() => 404)])
})
