// @vitest-environment jsdom
import { afterEach, expect, test, vi } from 'vitest'
import { isNavigationFailure } from 'vue-router'
import type { GuardOptions } from '../../js/adapters/router-options.js'
import { createTestAuth, type TestSession } from '../../js/testing.js'
import { elsewhere } from '../redirects.js'
import { ADA, arrives, BOB, component, guarded, setUp } from './guarded.js'

afterEach(() => vi.restoreAllMocks())

test.each<[string, TestSession<unknown>, wanted: string, landed: string]>([
  ['any visitor sees an open page', 'never', '/', '/'],
  ['an anonymous user gets the sign-in page', 'never', '/notes?a=1#b', '/sign-in?redirect=/notes?a=1%23b'],
  ['a user sees a page for users', BOB, '/notes', '/notes'],
  ['a user without the role gets the forbidden page', BOB, '/admin', '/forbidden'],
  ['a user with the role sees the page', ADA, '/admin', '/admin'],
  ['a guest sees a page for guests', 'expired', '/sign-in', '/sign-in'],
  ['a page for guests leads a user to the home page', BOB, '/sign-in', '/'],
  ['a page for guests leads to the linked page', BOB, '/sign-in?redirect=/notes%3Fa%3D1', '/notes?a=1'],
  ['a link to another guest page leads to the home page', BOB, '/sign-in?redirect=/sign-up', '/'],
  ['a link to an unknown page leads to the home page', BOB, '/sign-in?redirect=/nowhere', '/'],
  ['two links lead to the home page', BOB, '/sign-in?redirect=/notes&redirect=//evil.test', '/'],
])('promise 20: %s', async (_, session, wanted, landed) => {
  const { router, at } = setUp(session)
  await router.push(wanted)
  expect(at()).toBe(landed)
})

test.each(elsewhere.map((link) => [JSON.stringify(link), link]))(
  'promise 20: after a sign-in the router does not follow %s',
  async (_, link) => {
    const { auth, router, at } = setUp('never')
    await router.push({ path: '/sign-in', query: { redirect: link } })
    auth.become(BOB)
    await arrives(at, '/')
  },
)

test('promise 20: a guard waits until the session is known, and no page is shown before', async () => {
  const { auth, router, at } = setUp('loading')
  const seen: string[] = []
  router.afterEach(({ fullPath }) => void seen.push(fullPath))
  const going = router.push('/notes')
  await router.push('/').catch(() => {})
  const back = router.push('/notes')
  auth.become(BOB)
  expect(isNavigationFailure(await going), 'the second navigation replaces the first').toBe(true)
  await back
  expect(at()).toBe('/notes')
  expect(seen.filter((path) => path.startsWith('/sign-in'))).toEqual([])
})

test('promise 20: a sign-in opens the page that was requested', async () => {
  const { auth, router, at } = setUp('never')
  await router.push('/notes?a=1#b')
  auth.become(BOB)
  await arrives(at, '/notes?a=1#b')
})

test('pages that were closed for a role, also behind a redirect, open when the user gets the role', async () => {
  const { auth, router, at } = setUp(BOB)
  router.addRoute({ path: '/old-admin', redirect: '/admin' })
  await router.push('/old-admin')
  expect(at()).toBe('/forbidden')
  auth.become(ADA)
  await arrives(at, '/admin')
  auth.become(BOB)
  await arrives(at, '/forbidden')
  await router.push('/admin/people')
  auth.become(ADA)
  await arrives(at, '/admin/people')
})

test('the end of a session opens the sign-in page, and the next sign-in returns to the page', async () => {
  const { auth, router, at } = setUp(BOB)
  await router.push('/old-notes')
  auth.become('revoked')
  await arrives(at, '/sign-in?redirect=/notes')
  auth.become(BOB)
  await arrives(at, '/notes')
})

test.each(['signed-out', 'replaced'] as const)(
  'promise 17: a user who signs in after the previous one was %s does not get the page of the previous one',
  async (reason) => {
    const { auth, router, at } = setUp(BOB)
    await router.push('/notes')
    auth.become(reason)
    await arrives(at, '/sign-in')
  },
)

test('the end of a session does not change an open page', async () => {
  const { auth, router, at } = setUp(BOB)
  await router.push('/')
  const replace = vi.spyOn(router, 'replace')
  auth.become('expired')
  expect([at(), replace.mock.calls]).toEqual(['/', []])
})

test.each([['/forbidden'], [{ name: 'forbidden' }], [() => ({ path: '/forbidden' })]])(
  'when roles change after a refresh, the open page closes, and the closed page opens: %s',
  async (forbidden) => {
    const { auth, router, at } = setUp(ADA, { forbidden })
    await router.push('/admin/people?a=1')
    auth.become(BOB)
    await arrives(at, '/forbidden')
    const replace = vi.spyOn(router, 'replace')
    auth.become({ user: { roles: ['editor'] } })
    expect(replace, 'a role that does not open the page').not.toHaveBeenCalled()
    auth.become(ADA)
    await arrives(at, '/admin/people?a=1')
  },
)

test.each<[string, GuardOptions]>([
  ['by default', {}],
  ['with a rule and roles of the application', { roles: ({ claims }) => [String(claims?.role)] }],
])(
  'a refresh that takes the role away leaves the open page, and one that gives it opens the page: %s',
  async (...row) => {
    const [, options] = row
    let role = 'editor'
    const auth = createTestAuth<unknown>({
      session: { user: { id: 1, role: 'admin' }, claims: { sub: 1, role: 'admin' } },
      refresh: () => ({ claims: { sub: 1, role } }),
    })
    const { router, at } = guarded(auth, { forbidden: '/forbidden', ...options })
    await router.push('/admin/people')
    await auth.refresh()
    expect(auth.snapshot).toMatchObject({ user: { role: 'admin' }, claimsAreNewer: true })
    await arrives(at, '/forbidden')
    role = 'admin'
    await auth.refresh()
    await arrives(at, '/admin/people')
  },
)

test('a user who is reloaded without the role leaves the open page, though the claims still have it', async () => {
  const auth = createTestAuth<unknown>({
    session: { user: { id: 1 }, claims: { role: 'admin' }, claimsAreNewer: true },
    user: () => ({ id: 1, role: 'editor' }),
  })
  const { router, at } = guarded(auth, { forbidden: '/forbidden' })
  await router.push('/admin')
  expect(at()).toBe('/admin')
  await auth.reloadUser()
  await arrives(at, '/forbidden')
})

test('a forbidden page may keep the URL of the page that it replaces', async () => {
  const { auth, router, at } = setUp(BOB, {
    forbidden: ({ path }) => ({ name: 'instead', params: { path: path.slice(1).split('/') } }),
  })
  router.addRoute({ path: '/:path(.*)*', name: 'instead', component })
  await router.push('/admin/people')
  expect([at(), router.currentRoute.value.name]).toEqual(['/admin/people', 'instead'])
  auth.become(ADA)
  await vi.waitFor(() => expect(router.currentRoute.value.name).toBe('admin'))
  auth.become('expired')
  await arrives(at, '/sign-in?redirect=/admin/people')
})

test('a page does not open if the session ends while the page is loading', async () => {
  const { auth, router, at } = setUp(BOB)
  let load = (_: typeof component) => {}
  const loading = new Promise<typeof component>((resolve) => {
    load = resolve
  })
  router.addRoute({ path: '/slow', component: () => loading, meta: { requiresAuth: true } })
  await router.push('/')
  const going = router.push('/slow')
  await Promise.resolve()
  auth.become('revoked')
  load(component)
  await going
  expect(at()).toBe('/sign-in?redirect=/slow')
})

test.each<[string, (auth: ReturnType<typeof setUp>['auth']) => void, landed: string]>([
  ['the session ends', (auth) => auth.become('revoked'), '/sign-in?redirect=/slow'],
  ['the user loses the role', (auth) => auth.become(BOB), '/forbidden'],
])('a page is not shown for a moment either if %s while its code is loading', async (_, change, landed) => {
  const { auth, router, at } = setUp(ADA)
  const shown: string[] = []
  router.afterEach((to, _from, failure) => void (failure || shown.push(to.path)))
  let load = (_: typeof component) => {}
  const begun = new Promise<void>((begin) => {
    const code = () => {
      begin()
      return new Promise<typeof component>((resolve) => {
        load = resolve
      })
    }
    router.addRoute({ path: '/slow', component: code, meta: { roles: ['admin'] } })
  })
  await router.push('/')
  const going = router.push('/slow')
  // The first guard has admitted the user.
  await begun
  change(auth)
  load(component)
  await going
  await arrives(at, landed)
  expect(shown).toEqual(['/', new URL(landed, 'https://app.test').pathname])
})

test('options for pages, the name in the query, and roles are used', async () => {
  const { auth, router, at } = setUp('never', {
    signIn: { name: 'sign-up', query: { from: 'guard' } },
    home: { name: 'notes' },
    query: 'next',
    forbidden: '/forbidden',
    roles: ({ claims }) => [String(claims?.scp)],
  })
  await router.push('/admin')
  expect(at()).toBe('/sign-up?from=guard&next=/admin')
  auth.become({ claims: { scp: 'admin' } })
  await arrives(at, '/admin')
  await router.push('/sign-in')
  expect(at()).toBe('/notes')
})

test('a requested page that is the home page is not added to the query', async () => {
  const { router, at } = setUp('never', { home: '/notes' })
  await router.push('/notes')
  expect(at()).toBe('/sign-in')
})

test.each<[option: string, options: GuardOptions, session: TestSession<unknown>, wanted: string]>([
  ['signIn', { signIn: '/login' }, 'never', '/notes'],
  ['home', { home: '/dashboard' }, BOB, '/sign-in'],
  ['forbidden', { forbidden: '/no' }, BOB, '/admin'],
  ['forbidden', {}, BOB, '/admin'],
])('a page that the router does not have is named: %s', async (option, options, session, wanted) => {
  for (const level of ['error', 'warn'] as const) vi.spyOn(console, level).mockImplementation(() => {})
  const { router } = setUp(session, options)
  await expect(router.push(wanted)).rejects.toMatchObject({ code: 'page-missing', option })
})

test('stopped guards do not redirect', async () => {
  const { auth, router, stop, at } = setUp('never')
  stop()
  await router.push('/admin')
  const replace = vi.spyOn(router, 'replace')
  auth.become(BOB)
  expect([at(), replace.mock.calls]).toEqual(['/admin', []])
})
