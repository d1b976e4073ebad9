// @vitest-environment jsdom
import { afterEach, expect, test, vi } from 'vitest'
import { type App, createApp, createSSRApp, defineComponent, h, nextTick, reactive } from 'vue'
import { authPlugin, useAuth, type VueAuth } from '../../js/adapters/vue.js'
import { createTestAuth, type TestAuth } from '../../js/testing.js'

afterEach(() => vi.restoreAllMocks())

const Who = defineComponent(() => {
  const { status, user, hasRole } = useAuth<{ name: string }>()
  return () => h('p', `${status.value} ${user.value?.name ?? '-'} ${hasRole('admin')}`)
})

function mount(app: App) {
  const root = document.createElement('div')
  app.mount(root)
  return root
}

const ADA = { user: { name: 'Ada', roles: ['admin'] }, claims: { sub: '1' }, expiresAt: 5, refreshAt: 4 }

test('promise 1: components show the session and each of its changes', async () => {
  const auth = createTestAuth({ session: 'loading' })
  const root = mount(createApp(Who).use(authPlugin(auth)))
  expect(root.textContent).toBe('loading - false')
  auth.become(ADA)
  await nextTick()
  expect(root.textContent).toBe('authenticated Ada true')
  auth.become('revoked')
  await nextTick()
  expect(root.textContent).toBe('unauthenticated - false')
})

test('promise 1: every member of the snapshot is a read-only ref', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const auth = createTestAuth({ session: ADA })
  const session = createApp(Who).use(authPlugin(auth)).runWithContext(useAuth)
  for (const [name, value] of Object.entries(auth.snapshot)) {
    const ref = session[name as keyof typeof auth.snapshot] as { value: unknown }
    expect(ref.value, name).toEqual(value)
    ref.value = 'forged'
    expect(ref.value, name).toEqual(value)
  }
  expect(session.snapshot.value).toBe(auth.snapshot)
  expect(session.serverReason.value).toBe(undefined)
  expect(warn).toHaveBeenCalled()
})

test('the reason why the session cannot be determined is a ref', () => {
  const auth = createTestAuth({ session: { failure: 'malformed' } })
  const { failure, status } = createApp(Who).use(authPlugin(auth)).runWithContext(useAuth)
  expect([status.value, failure.value]).toEqual(['loading', 'malformed'])
  auth.become('never')
  expect([status.value, failure.value]).toEqual(['unauthenticated', null])
})

test('the reason of the API for ending the session is a ref, and `reactive` makes one object of all refs', async () => {
  const auth = createTestAuth<unknown>({ session: ADA })
  const session = reactive(
    createApp(Who)
      .use(authPlugin(auth))
      .runWithContext(useAuth<{ name: string }>),
  )
  expect([session.serverReason, session.isAuthenticated && session.user.name]).toEqual([undefined, 'Ada'])
  auth.become({ reason: 'revoked', serverReason: 'ended_by_admin' })
  expect([session.reason, session.serverReason, session.isAuthenticated]).toEqual([
    'revoked',
    'ended_by_admin',
    false,
  ])
})

test('promise 3: the functions of `useAuth` call the client', async () => {
  const auth = createTestAuth({ fetch: () => new Response('ok'), signIn: () => ADA })
  const { fetch, ready, signIn, signOut, status, isAuthenticated } = createApp(Who)
    .use(authPlugin(auth))
    .runWithContext(useAuth)
  expect((await ready).reason).toBe('never')
  await signIn({})
  expect([status.value, isAuthenticated.value]).toEqual(['authenticated', true])
  expect(await (await fetch('/')).text()).toBe('ok')
  await signOut()
  expect(status.value).toBe('unauthenticated')
})

test('the functions that refresh, restore and prolong a session, and get a ticket, call the client', async () => {
  const auth = createTestAuth<unknown>({
    refresh: (body) => ({ claims: { tenant: body?.tenant ?? null } }),
    restore: () => ({ ...ADA, endsAt: 9, idle: { endsAt: 7 } }),
    user: () => ({ name: 'Ada Lovelace' }),
    ticket: (path) => `ticket of ${path}`,
  })
  const session = reactive(
    createApp(Who)
      .use(authPlugin(auth))
      .runWithContext(useAuth<unknown>),
  )
  await session.restore()
  expect([session.user, session.endsAt, session.idle]).toEqual([ADA.user, 9, { endsAt: 7 }])
  await session.stay()
  expect(session.idle).toBe(null)
  await session.refresh({ tenant: 2 })
  expect([session.claims, session.claimsAreNewer]).toEqual([{ tenant: 2 }, true])
  await session.reloadUser()
  expect([session.user, session.claimsAreNewer]).toEqual([{ name: 'Ada Lovelace' }, false])
  expect(await session.ticket('/cable')).toBe('ticket of /cable')
})

/** The number of listeners of this client. */
function countListeners(auth: TestAuth) {
  let count = 0
  const { subscribe } = auth
  auth.subscribe = (listener) => {
    count += 1
    const stop = subscribe(listener)
    return () => {
      count -= 1
      stop()
    }
  }
  return () => count
}

test('an app that is unmounted stops listening, and disposes a client that it created', async () => {
  const shared = createTestAuth({ session: ADA })
  const listeners = countListeners(shared)
  const apps = [1, 2, 3].map(() => createApp(Who).use(authPlugin(shared)))
  apps.forEach(mount)
  expect(listeners()).toBe(3)
  for (const app of apps) app.unmount()
  expect(listeners()).toBe(0)
  expect((await shared.ready).status, 'a client of several apps stays open').toBe('authenticated')

  const own = createTestAuth({ session: ADA })
  const app = createApp(Who).use(authPlugin(() => own))
  mount(app)
  app.unmount()
  await expect(own.fetch('/')).rejects.toMatchObject({ code: 'closed' })
})

test('without the plugin, the error names the missing call', () => {
  expect(() => createApp(Who).runWithContext(useAuth)).toThrow('app.use(authPlugin(auth))')
  expect(useAuth).toThrow(expect.objectContaining({ code: 'plugin-missing' }))
})

test.each([
  ['without `hydrated`, the page differs from the rendered one', false],
  ['with `hydrated`, the page equals the rendered one until then', true],
])('%s', async (_, isConfirmed) => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const error = vi.spyOn(console, 'error').mockImplementation(() => {})
  const auth = createTestAuth({ session: ADA })
  let hydrate = () => {}
  const hydrated = new Promise<void>((resolve) => {
    hydrate = resolve
  })
  const root = document.createElement('div')
  root.innerHTML = '<p>loading - false</p>'
  createSSRApp(Who)
    .use(authPlugin(auth, isConfirmed ? { hydrated } : {}))
    .mount(root)
  expect(warn.mock.calls.length + error.mock.calls.length > 0).toBe(!isConfirmed)
  hydrate()
  await hydrated
  await vi.waitFor(() => expect(root.textContent).toBe('authenticated Ada true'))
})

test('`useAuth` has the types of the user', () => {
  const session: VueAuth<{ name: string }> = createApp(Who)
    .use(authPlugin(createTestAuth({ session: ADA })))
    .runWithContext(useAuth<{ name: string }>)
  const { value } = session.snapshot
  expect(value.status === 'authenticated' && value.user?.name).toBe('Ada')
})
