// @vitest-environment jsdom
import { createPinia, storeToRefs } from 'pinia'
import { expect, test, vi } from 'vitest'
import { createApp } from 'vue'
import { useAuthStore } from '../../js/adapters/pinia.js'
import { authPlugin, useAuth } from '../../js/adapters/vue.js'
import { createTestAuth, type TestAuth } from '../../js/testing.js'

const ADA = { user: { name: 'Ada', roles: ['admin'] }, claims: { sub: '1' } }

function setUp(auth: TestAuth<unknown>) {
  const pinia = createPinia()
  const heard = vi.fn()
  pinia.use(({ store }) => void store.$onAction(({ name, args }) => heard(name, args)))
  createApp({}).use(pinia).use(authPlugin(auth))
  return { pinia, heard, store: useAuthStore(pinia) }
}

test('promise 1: the store has the values of the snapshot, and follows its changes', async () => {
  const auth = createTestAuth({ session: 'loading' })
  const { store } = setUp(auth)
  const { status, user } = storeToRefs(store)
  expect(status.value).toBe('loading')
  auth.become({ failure: 'unreachable' })
  expect([store.status, store.failure]).toEqual(['loading', 'unreachable'])
  auth.become(ADA)
  expect([store.status, store.isAuthenticated, store.roles, store.hasRole('admin')]).toEqual([
    'authenticated',
    true,
    ['admin'],
    true,
  ])
  expect([store.hasRole('reader'), store.hasRole('reader', 'admin'), store.hasRole()]).toEqual([
    false,
    true,
    false,
  ])
  expect([user.value, store.failure, store.serverReason]).toEqual([ADA.user, null, undefined])
  expect(store.snapshot).toBe(auth.snapshot)
  auth.become({ reason: 'expired', serverReason: 'idle' })
  expect([store.reason, store.serverReason]).toEqual(['expired', 'idle'])
})

test('the store has every member of `useAuth` as a getter, except `ready`', async () => {
  const auth = createTestAuth<unknown>({ session: ADA, ticket: () => 'ticket' })
  const app = createApp({}).use(authPlugin(auth))
  const { store } = setUp(auth)
  const names = Object.keys(app.runWithContext(useAuth)).filter((name) => name !== 'ready')
  const getters = Object.keys(store).filter((name) => !/^[$_]/.test(name))
  expect(getters.sort()).toEqual(names.sort())
  auth.become({ ...ADA, endsAt: 9, idle: { endsAt: 7 }, claimsAreNewer: true })
  expect([store.endsAt, store.idle, store.claimsAreNewer]).toEqual([9, { endsAt: 7 }, true])
  await store.stay()
  expect([store.idle, await store.ticket('/cable')]).toEqual([null, 'ticket'])
})

test('the store has no state that can be serialised, patched or persisted', () => {
  const { pinia, store } = setUp(createTestAuth({ session: ADA }))
  expect(JSON.stringify(pinia.state.value)).toBe('{"auth":{}}')
  store.$patch({ status: 'unauthenticated', user: null } as never)
  expect([store.status, store.user]).toEqual(['authenticated', ADA.user])
})

test('a plugin that listens to actions gets no password', async () => {
  const { store, heard } = setUp(
    createTestAuth({ signIn: () => ({ ...ADA }), fetch: () => new Response('ok') }),
  )
  await store.signIn({ email: 'ada@example.com', password: 'correct horse' })
  expect(await (await store.fetch('/')).text()).toBe('ok')
  await store.signOut()
  expect(store.reason).toBe('signed-out')
  expect(heard).not.toHaveBeenCalled()
})

test('a store that a server has filled, and one that is created again after `$dispose`, show the current session', () => {
  const auth = createTestAuth({ session: ADA })
  const pinia = createPinia()
  pinia.state.value = { auth: {} }
  createApp({}).use(pinia).use(authPlugin(auth))
  expect(useAuthStore(pinia).status).toBe('authenticated')
  useAuthStore(pinia).$dispose()
  auth.become('expired')
  expect(useAuthStore(pinia).reason).toBe('expired')
})
