import { createApp, createRouter, defineEventHandler, type H3Event, toWebHandler } from 'h3'
import { afterEach, expect, test, vi } from 'vitest'
import { decide } from '../../js/common/guard.js'
import { withBase, withoutBase } from '../../js/nuxt/base-url.js'
import { checkPages, type Pages, pagesOf } from '../../js/nuxt/pages.js'
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
    /** Of Nuxt, which is not in scope here. */
    readonly prerender?: boolean
  }
}

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** @param outer the context of the request in which this server makes this one to itself */
const eventIn = (context: object, outer?: object) =>
  ({ context, node: { req: outer ? { __unenv__: outer } : {} } }) as unknown as H3Event
const SESSION = {} as EventSession

test('promise 22: a request opens its session once, when it is first asked for, and what it asks on the way has it too', () => {
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
  ['a page that a platform keeps', { _nitro: { routeRules: { isr: true } } }],
])('promise 23: %s has nobody’s session, even where a middleware has opened one before', (_, more) => {
  const event = eventIn({})
  const open = vi.fn(() => SESSION)
  offerSession(event, open)
  sessionOf(event)
  Object.assign(event.context, more)
  expect(() => sessionOf(event)).toThrow(expect.objectContaining({ code: 'shared-answer' }))
})

test('promise 20: roles are where the options say, as a list or as words, and only own properties count', () => {
  const snapshot = (claims: object) => ({ user: null, claims }) as never
  expect(rolesAt('claims.scope')(snapshot({ scope: 'notes:read admin' }))).toEqual(['notes:read', 'admin'])
  expect(rolesAt('claims.realm.roles')(snapshot({ realm: { roles: ['admin', 7] } }))).toEqual(['admin'])
  for (const path of ['claims.nothing', 'claims.constructor.name'])
    expect(rolesAt(path)(snapshot({}))).toEqual([])
})

test.each([
  [{ auth: true }, false, { requiresAuth: true }],
  [{ auth: false }, true, { requiresAuth: false }],
  [{ auth: 'guest' as const }, true, { guestOnly: true }],
  [{ auth: { roles: ['admin'] } as never }, false, { roles: ['admin'] }],
  [{ middleware: 'auth' }, false, { requiresAuth: true }],
  [{ middleware: ['other', 'guest'] }, true, { guestOnly: true }],
  [{}, true, { requiresAuth: true }],
  [{}, false, { requiresAuth: false }],
])('promise 20: a page with %j in an app that is closed: %s', (meta, isGlobal, rule) => {
  expect(ruleOf(meta, isGlobal)).toEqual(rule)
})

/** Routes as pages are made from files. */
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
])('promise 20: an app that is closed opens the pages that are shown in place of others: %s', (_, pages) => {
  const closed = (to: (typeof ROUTES)[number]) => isGlobalFor({ global: true, pages }, to as never)
  expect(ROUTES.map(closed)).toEqual([true, false, false])
  expect(isGlobalFor({ global: false, pages }, ROUTES[0] as never)).toBe(false)
})

test('an app that is closed asks nobody to sign in for an address without a page', () => {
  const closed = (path: string, matched: unknown[]) =>
    isGlobalFor({ global: true, pages: { signIn: '/sign-in' } }, { path, matched })
  expect([closed('/wp-login.php', []), closed('/notes', [{}])]).toEqual([false, true])
  expect(['/sign-in/', '/SIGN-IN'].map((path) => closed(path, [{}]))).toEqual([false, false])
})

test('a function that has no answer for a page does not open it', () => {
  const signIn = (() => {
    throw new Error('no locale')
  }) as never
  for (const page of [signIn, (() => undefined) as never])
    expect(isGlobalFor({ global: true, pages: { signIn: page } }, ROUTES[0] as never)).toBe(true)
})

test('pages of app.config come before those of nuxt.config, and its functions get the Nuxt app', () => {
  const nuxtApp = { vueApp: { runWithContext: (work: () => unknown) => work() } }
  const signIn = vi.fn((to: { path: string }) => `${to.path}/sign-in`)
  const configured = { signIn: '/sign-in', home: '/', forbidden: '/forbidden' }
  const pages = pagesOf(nuxtApp as never, configured, { signIn: signIn as never, home: { name: 'locale' } })
  expect(pages).toMatchObject({ home: { name: 'locale' }, forbidden: '/forbidden' })
  expect((pages.signIn as unknown as typeof signIn)({ path: '/ar' })).toBe('/ar/sign-in')
  expect(signIn).toHaveBeenCalledWith({ path: '/ar' }, nuxtApp)
})

test.each([() => '/sign-in', 7, null, '', 'sign-in', '//evil.test', {}, { path: '/sign-in' }, { name: 7 }])(
  'what nuxt.config cannot say of a page is named: %s',
  (page) => {
    for (const option of ['signIn', 'home', 'forbidden', 'unavailable'])
      expect(() => checkPages({ [option]: page } as never)).toThrow(
        expect.objectContaining({ code: 'option-invalid', option: `pages.${option}` }),
      )
    checkPages({ signIn: '/sign-in', home: { name: 'home', params: { locale: 'en' } } })
    checkPages(undefined)
  },
)

test('a function in nuxt.config, which would be lost, is told where to go', () => {
  expect(() => checkPages({ signIn: (() => '/sign-in') as never })).toThrow('app.config')
})

/** A page that hydrates: what has settled so far, and the way to say that it has hydrated. */
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

test('a page is hydrated when Nuxt says so', async () => {
  const { settled, hydrate } = hydrating()
  await vi.advanceTimersByTimeAsync(9000)
  expect(settled).not.toHaveBeenCalled()
  hydrate()
  await vi.advanceTimersByTimeAsync(0)
  expect(settled).toHaveBeenCalled()
  expect(whenHydrated({ payload: {} } as never, createTestAuth<never>())).toBeUndefined()
})

test('a page that waits for a session that cannot be found out is not waited for', async () => {
  const failing = hydrating()
  failing.auth.become({ failure: 'unreachable' })
  await vi.advanceTimersByTimeAsync(2000)
  expect(failing.settled).toHaveBeenCalled()
  const silent = hydrating()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(silent.settled).toHaveBeenCalled()
})

/** A page that somebody has opened by a link. */
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
  'the page of a guest’s deep link sends nothing as nobody (left meanwhile: %s)',
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

test('it sends nothing either once the session is known, until the guard has led away', async () => {
  const { auth, ask, leave } = opened('never')
  await expect(ask()).rejects.toMatchObject({ code: 'session-ended' })
  expect(auth.requests).toEqual([])
  leave()
  expect((await ask()).ok).toBe(true)
})

test('a public page waits for nothing, and a page for users hears an abort while it waits', async () => {
  const open = opened('loading', false)
  expect((await open.ask()).ok).toBe(true)
  const { shown } = opened('loading')
  const controller = new AbortController()
  const asked = shown.fetch('https://api.example.com/notes', { signal: controller.signal })
  controller.abort('enough')
  await expect(asked).rejects.toBe('enough')
})

test('what waits for the session is sent as it was at the call', async () => {
  const { auth, shown } = opened('loading')
  const body = new URLSearchParams('page=1')
  const asked = shown.fetch('https://api.example.com/notes', { method: 'POST', body })
  body.set('page', '2')
  auth.become({ user: {} as never })
  await asked
  expect(await auth.requests[0]?.text()).toBe('page=1')
})

test('users, and guests of public pages, are waited for and sent', async () => {
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
])('an application in the folder %s', (baseURL, path, inFolder, url, bare) => {
  expect(withBase(baseURL, path)).toBe(inFolder)
  expect(withoutBase(baseURL, url)).toBe(bare)
})

const CONFIGURED = { api: 'https://api.example.com', signIn: '/login' }

test('what server/tokencell.ts says goes before nuxt.config, and may be a function', async () => {
  const lines: string[] = []
  for (const file of [{ secret: ['n'.repeat(32), 'o'.repeat(32)] }, () => ({ secret: 'n'.repeat(32) })])
    expect(createConfiguredBff({ ...CONFIGURED, secret: '' }, file)).toHaveProperty('handle')
  const { handle } = createConfiguredBff(
    { ...CONFIGURED, api: 'http://127.0.0.1:1', secret: 'n'.repeat(32) },
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

test('what is wrong with the set-up is on the console, once, and says how to mend it', () => {
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
])('h3 finds the paths of the rule %s, with and without a slash at the end', async (rule, found, others) => {
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
