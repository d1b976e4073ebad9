// @vitest-environment jsdom
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createMemoryHistory, createRouter, type RouteLocationNormalized, RouterView } from 'vue-router'
import { guardRoutes } from '../../js/adapters/router.js'
import type { GuardOptions } from '../../js/adapters/router-options.js'
import { createTestAuth, type TestSession } from '../../js/testing.js'
import { ADA, arrives, BOB, component, setUp } from './guarded.js'

beforeEach(() => {
  for (const level of ['error', 'warn'] as const) vi.spyOn(console, level).mockImplementation(() => {})
})
afterEach(() => vi.restoreAllMocks())

/** A router whose pages are all below a locale. */
function setUpLocales(session: TestSession<unknown>, options: GuardOptions) {
  const auth = createTestAuth<unknown>({ session })
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      {
        path: '/:locale(en|ar)',
        component: RouterView,
        children: [
          { path: '', name: 'home', component },
          { path: 'notes', name: 'notes', component, meta: { requiresAuth: true } },
          { path: 'admin', name: 'admin', component, meta: { roles: ['admin'] } },
          { path: 'sign-in', name: 'sign-in', component, meta: { guestOnly: true } },
          { path: 'forbidden', name: 'forbidden', component },
          { path: 'unavailable', name: 'unavailable', component },
        ],
      },
    ],
  })
  guardRoutes(router, auth, options)
  return { auth, router, at: () => router.currentRoute.value.fullPath }
}

const below =
  (page: string) =>
  ({ params }: RouteLocationNormalized) =>
    `/${String(params.locale)}${page}`

test.each<[string, GuardOptions]>([
  [
    'functions that return a path',
    {
      signIn: below('/sign-in'),
      home: below(''),
      forbidden: below('/forbidden'),
      unavailable: below('/unavailable'),
    },
  ],
  [
    'functions that return a route',
    {
      signIn: ({ params }) => ({ name: 'sign-in', params }),
      home: ({ params }) => ({ name: 'home', params }),
      forbidden: ({ params }) => ({ name: 'forbidden', params }),
      unavailable: ({ params }) => ({ name: 'unavailable', params }),
    },
  ],
  [
    'named routes, which inherit the parameters of the requested page',
    {
      signIn: { name: 'sign-in' },
      home: { name: 'home' },
      forbidden: { name: 'forbidden' },
      unavailable: { name: 'unavailable' },
    },
  ],
])('pages may be below a locale: %s', async (_, options) => {
  const { auth, router, at } = setUpLocales('never', options)
  await router.push('/ar/notes?a=1')
  expect(at()).toBe('/ar/sign-in?redirect=/ar/notes?a=1')
  auth.become(BOB)
  await arrives(at, '/ar/notes?a=1')
  await router.push('/en/admin')
  expect(at()).toBe('/en/forbidden')
  await router.push('/ar/sign-in')
  expect(at(), 'home page of the same locale').toBe('/ar')
  await router.push('/ar/sign-in?redirect=/en/notes')
  expect(at(), 'requested page in another locale').toBe('/en/notes')
  auth.become('signed-out')
  await arrives(at, '/en/sign-in')
  auth.become({ failure: 'unreachable' })
  await router.push('/ar/notes')
  expect(at()).toBe('/ar/unavailable')
})

test('a home page of the same locale is not added to the query', async () => {
  const { router, at } = setUpLocales('never', { signIn: { name: 'sign-in' }, home: { name: 'notes' } })
  await router.push('/ar/notes')
  expect(at()).toBe('/ar/sign-in')
})

test('a page for which the function `home` returns no page can still be the target after a sign-in', async () => {
  const { router, at } = setUpLocales('never', {
    signIn: () => '/en/sign-in',
    home: ({ params }) => ({ name: 'home', params }),
  })
  router.addRoute({ path: '/account', component, meta: { requiresAuth: true } })
  await router.push('/account')
  expect(at()).toBe('/en/sign-in?redirect=/account')
})

const NO_PAGES = [
  ['/sign-in'],
  undefined,
  null,
  7,
  {},
  { path: '' },
  Promise.resolve('/sign-in'),
  '',
  '?a=1',
  '/nowhere',
  { name: 'nowhere' },
  '//evil.test',
]

test.each(
  NO_PAGES.flatMap((page) => [
    ['signIn', 'never', '/notes', page] as const,
    ['home', BOB, '/sign-in', page] as const,
    ['forbidden', BOB, '/admin', page] as const,
    ['unavailable', { failure: 'unreachable' } as const, '/notes', page] as const,
  ]),
)('a page function that returns no page is named: %s %j %s %s', async (option, session, wanted, page) => {
  const { router } = setUp(session, { [option]: () => page } as GuardOptions)
  await expect(router.push(wanted)).rejects.toMatchObject({
    code: 'page-missing',
    option,
    message: expect.stringContaining(`${option}: `),
  })
})

test('a catch-all route does not match a page function that returns another origin', async () => {
  const { router } = setUp('never', { signIn: () => '//evil.test/sign-in' })
  router.addRoute({ path: '/:path(.*)*', component })
  await expect(router.push('/notes')).rejects.toMatchObject({ code: 'page-missing', option: 'signIn' })
})

test('promise 20: a route parameter from the URL cannot redirect to another origin', async () => {
  const { router } = setUp('never', { signIn: below('/sign-in') })
  router.addRoute({ path: '/:locale/account', component, meta: { requiresAuth: true } })
  router.addRoute({ path: '/:path(.*)*', component })
  await expect(router.push('/%2Fevil.test/account')).rejects.toMatchObject({
    code: 'page-missing',
    option: 'signIn',
  })
})

test('a route whose parameter the requested page lacks is named, with the error of the router', async () => {
  const { router } = setUpLocales('never', { signIn: { name: 'sign-in' } })
  router.addRoute({ path: '/account', component, meta: { requiresAuth: true } })
  await expect(router.push('/account')).rejects.toMatchObject({
    code: 'page-missing',
    option: 'signIn',
    cause: { message: expect.stringContaining('locale') },
  })
})

const nextTask = () => new Promise((resolve) => setTimeout(resolve))

const REPORTS = { path: '/reports', name: 'reports', component, meta: { requiresAuth: true } }
/** Catch-all routes that applications use for unknown URLs. */
const CATCH_ALLS = {
  none: undefined,
  'a page': { path: '/:path(.*)*', component },
  'a page that requires sign-in': { path: '/:path(.*)*', component, meta: { requiresAuth: true } },
  'a redirect home': { path: '/:path(.*)*', redirect: '/' },
}

/** The ways in which an application adds a route once the user is known, to a guarded router. */
const WAYS = {
  'at once, before the guards are notified': 'before',
  'at once, after the guards are notified': 'after',
  'later, after a request for the rights of the user': 'later',
  'in a navigation guard of the application': 'guard',
} as const

function setUpDynamic(session: TestSession<unknown>, way: string, catchAll: keyof typeof CATCH_ALLS) {
  const auth = createTestAuth<unknown>({ session })
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/', component },
      { path: '/notes', component, meta: { requiresAuth: true } },
      { path: '/sign-in', component, meta: { guestOnly: true } },
      ...[CATCH_ALLS[catchAll] ?? []].flat(),
    ],
  })
  const isKnown = () => auth.snapshot.status === 'authenticated'
  const add = () => void (isKnown() && !router.hasRoute('reports') && router.addRoute(REPORTS))
  const addLater = () => void setTimeout(add, 20)
  if (way === 'before') auth.subscribe(add)
  guardRoutes(router, auth)
  if (way === 'after') auth.subscribe(add)
  if (way === 'later') auth.subscribe(addLater)
  if (way === 'guard')
    router.beforeEach(async ({ redirectedFrom, fullPath }) => {
      await auth.ready
      if (!isKnown() || router.hasRoute('reports')) return true
      add()
      return (redirectedFrom ?? { fullPath }).fullPath
    })
  return { auth, router, at: () => router.currentRoute.value.fullPath }
}

const openReports = (router: ReturnType<typeof setUpDynamic>['router']) =>
  vi.waitFor(() => expect(router.currentRoute.value.name).toBe('reports'))

const DYNAMIC = Object.entries(WAYS).flatMap(([text, way]) =>
  (Object.keys(CATCH_ALLS) as (keyof typeof CATCH_ALLS)[]).map((catchAll) => [text, catchAll, way] as const),
)

test.each(DYNAMIC)(
  'a link to a page that is added %s opens when the session is known; catch-all: %s',
  async (_, catchAll, way) => {
    const { auth, router, at } = setUpDynamic('loading', way, catchAll)
    const going = router.push('/reports?a=1#b')
    await nextTask()
    auth.become(BOB)
    await going
    await openReports(router)
    expect(at()).toBe('/reports?a=1#b')
  },
)

test.each(DYNAMIC)('a sign-in opens a page that is added %s; catch-all: %s', async (_, catchAll, way) => {
  const { auth, router, at } = setUpDynamic('never', way, catchAll)
  await router.push('/sign-in?redirect=/reports?a=1')
  auth.become(BOB)
  await openReports(router)
  expect(at()).toBe('/reports?a=1')
})

test.each(Object.keys(CATCH_ALLS) as (keyof typeof CATCH_ALLS)[])(
  'a page that was requested before the sign-in, and is added later, opens without a link; catch-all: %s',
  async (catchAll) => {
    const { auth, router } = setUpDynamic('never', 'later', catchAll)
    await router.push('/reports')
    await router.push('/sign-in')
    auth.become(BOB)
    await openReports(router)
  },
)

test('a requested page that does not exist, even after routes are added, leads to the home page, once', async () => {
  const { auth, router, at } = setUpDynamic('never', 'at once', 'none')
  const seen: string[] = []
  router.afterEach(({ fullPath }) => void seen.push(fullPath))
  await router.push('/sign-in?redirect=/nowhere')
  auth.become(BOB)
  await arrives(at, '/')
  await addAndWait(router, '/elsewhere')
  expect(seen).toEqual(['/sign-in?redirect=/nowhere', '/'])
})

/** Adds a route, and waits until the guards have seen it. */
async function addAndWait(router: ReturnType<typeof setUpDynamic>['router'], path: string) {
  router.addRoute({ path, component })
  await nextTask()
  await nextTask()
}

test.each<[what: string, go: (router: ReturnType<typeof setUpDynamic>['router']) => unknown]>([
  ['to another page before', (router) => router.push('/notes')],
  ['to another page in the same task', (router) => void router.push('/notes')],
])('a page that is added does not open for a user who has gone %s', async (what, go) => {
  const { router, at } = setUpDynamic(BOB, 'never', 'a page')
  await router.push('/late')
  if (what === 'to another page before') await go(router)
  const added = addAndWait(router, '/late')
  if (what !== 'to another page before') go(router)
  await added
  expect(at()).toBe('/notes')
})

test('a page that is added opens neither for a guest nor for the next user', async () => {
  const { auth, router, at } = setUpDynamic('never', 'never', 'a page that requires sign-in')
  await router.push('/late')
  expect(at()).toBe('/sign-in?redirect=/late')
  await addAndWait(router, '/late')
  expect(at()).toBe('/sign-in?redirect=/late')
  auth.become(BOB)
  await arrives(at, '/late')
  await router.push('/later')
  auth.become('signed-out')
  await arrives(at, '/sign-in')
  auth.become(ADA)
  await arrives(at, '/')
  await addAndWait(router, '/later')
  expect(at()).toBe('/')
})

test('a page that is shown under the URL of another page stays when a route is added', async () => {
  const { router, at } = setUp(BOB)
  router.addRoute({ path: '/:path(.*)*', name: 'not-found', component })
  await router.push({ name: 'not-found', params: { path: ['notes'] } })
  const replace = vi.spyOn(router, 'replace')
  await addAndWait(router, '/late')
  expect([at(), router.currentRoute.value.name, replace.mock.calls]).toEqual(['/notes', 'not-found', []])
})

test('stopping the guards restores the router', () => {
  const { router, stop } = setUp(BOB)
  const guarded = router.addRoute
  stop()
  expect(router.addRoute).not.toBe(guarded)
})

test('the sign-in page opens for guests, even below a route that requires sign-in', async () => {
  const auth = createTestAuth<unknown>({ session: 'never' })
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      {
        path: '/:locale',
        component: RouterView,
        meta: { requiresAuth: true },
        children: [
          { path: 'notes', component },
          { path: 'sign-in', name: 'sign-in', component },
        ],
      },
    ],
  })
  guardRoutes(router, auth, { signIn: { name: 'sign-in' } })
  const at = () => router.currentRoute.value.fullPath
  await router.push('/ar/notes')
  expect(at()).toBe('/ar/sign-in?redirect=/ar/notes')
  for (const path of ['/ar/sign-in', '/ar/sign-in?redirect=/ar/sign-in', '/en/sign-in/']) {
    await router.push(path)
    expect(at()).toBe(path)
  }
})

test('a home page that is for guests only causes no redirect', async () => {
  const { router, at } = setUp(ADA, { home: '/sign-in' })
  await router.push('/sign-in')
  expect(at()).toBe('/sign-in')
})

test('a fragment that the browser kept over a redirect of the server is added to the requested page', async () => {
  const { auth, router, at } = setUp('never')
  await router.push('/sign-in?redirect=/notes%23first%20half')
  auth.become(BOB)
  await arrives(at, '/notes#first%20half')
  auth.become('signed-out')
  await arrives(at, '/sign-in')
  await router.push('/sign-in?redirect=/notes#third')
  auth.become(BOB)
  await arrives(at, '/notes#third')
})
