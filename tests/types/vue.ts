import { createPinia, mapState, storeToRefs } from 'pinia'
import { createAuth, type Snapshot } from 'tokencell'
import { authDevtools } from 'tokencell/devtools'
import { decide, type ownPath } from 'tokencell/guard'
import { useAuthStore } from 'tokencell/pinia'
import { guardRoutes } from 'tokencell/router'
import { createTestAuth } from 'tokencell/testing'
import { authPlugin, useAuth } from 'tokencell/vue'
import { createApp, reactive } from 'vue'
import { createRouter, createWebHistory, type RouteLocationNormalized, type RouteRecordRaw } from 'vue-router'
import { type Role, same, type User } from './register.js'

const auth = createAuth({})
const router = createRouter({ history: createWebHistory(), routes: [] })
createApp({})
  .use(createPinia())
  .use(authPlugin(auth))
  .use(authPlugin(() => auth, { roles: ({ user }) => user?.roles ?? [], hydrated: Promise.resolve() }))
  .use(authDevtools(auth))
// @ts-expect-error: `roles` must return strings
authPlugin(auth, { roles: () => 7 })
// @ts-expect-error: this option does not exist
authPlugin(auth, { role: () => [] })
// @ts-expect-error: a snapshot is not a client
authPlugin(auth.snapshot)

const { serverReason, status, user, reason, expiresAt, hasRole, isAuthenticated, roles, signOut, snapshot } =
  useAuth()
same<typeof user.value, Readonly<User> | null>()
same<typeof serverReason.value, string | undefined>()
same<typeof isAuthenticated.value, boolean>()
if (snapshot.value.status === 'authenticated') same<typeof snapshot.value.user, Readonly<User>>()
same<typeof roles.value, readonly Role[]>()
same<typeof expiresAt.value, number | null>()
same<ReturnType<typeof signOut>, Promise<void>>()
const { claimsAreNewer, endsAt, idle, refresh, reloadUser, restore, signIn, stay, ticket } = useAuth()
same<typeof claimsAreNewer.value, boolean>()
same<typeof endsAt.value, number | null>()
same<typeof idle.value, { readonly endsAt: number } | null>()
for (const call of [() => refresh({ tenant: 2 }), restore, reloadUser])
  same<ReturnType<typeof call>, Promise<Snapshot>>()
same<ReturnType<typeof stay>, Promise<void>>()
same<ReturnType<typeof ticket>, Promise<string>>()
same<Awaited<ReturnType<typeof signIn>>['status'], 'pending' | 'signed-in'>()
signIn({ code: '123456' }, { by: 'otp', remember: false })
// @ts-expect-error: this option does not exist
signIn({}, { door: 'otp' })
hasRole('admin', 'editor')
// @ts-expect-error: this role does not exist
hasRole('admn')
// @ts-expect-error: the session is read-only
user.value = null
// @ts-expect-error: this status does not exist
if (status.value === 'signed-in') throw reason.value
// @ts-expect-error: the session has no token
useAuth().token
same<ReturnType<typeof useAuth<{ login: string }>>['user']['value'], { readonly login: string } | null>()

const session = reactive(useAuth())
if (session.isAuthenticated) same<typeof session.user, Readonly<User>>()
else same<typeof session.user, null>()
if (session.status === 'authenticated') session.user.name.trim()
if (session.status === 'unauthenticated') same<typeof session.reason, NonNullable<Snapshot['reason']>>()
// @ts-expect-error: the user is null unless the status is checked
session.user.name
session.hasRole('admin')

const store = useAuthStore()
same<typeof store.user, Readonly<User> | null>()
same<typeof store.serverReason, string | undefined>()
if (store.isAuthenticated) same<typeof store.user, Readonly<User>>()
else same<typeof store.user, null>()
if (store.status === 'authenticated') store.user.name.trim()
// @ts-expect-error: the user is null unless the status is checked
store.user.name
const refs = storeToRefs(store)
same<typeof refs.user.value, Readonly<User> | null>()
same<typeof refs.status.value, Snapshot['status']>()
same<ReturnType<ReturnType<typeof mapped>['user']>, Readonly<User> | null>()
function mapped() {
  return mapState(useAuthStore, ['user', 'serverReason'])
}
store.$dispose()
same<typeof store.snapshot.status, 'authenticated' | 'loading' | 'unauthenticated'>()
store.hasRole('admin')
store.signIn({ email: 'ada@example.com' }, { by: 'signUp' }).then(({ body }) => body)
same<typeof store.idle, { readonly endsAt: number } | null>()
if (store.isAuthenticated) same<typeof store.claimsAreNewer, boolean>()
else same<typeof store.claimsAreNewer, false>()
store.refresh({ tenant: 2 }).then(({ user }) => user?.name)
// @ts-expect-error: this role does not exist
store.hasRole('admn')
// @ts-expect-error: the session is read-only
store.user = null
// @ts-expect-error: the session has no token
store.token

export const routes: RouteRecordRaw[] = [
  { path: '/', component: {}, meta: { requiresAuth: true } },
  { path: '/admin', component: {}, meta: { roles: ['admin'] } },
  { path: '/sign-in', component: {}, meta: { guestOnly: true, title: 'anything else' } },
  // @ts-expect-error: `requiresAuth` is a boolean
  { path: '/a', component: {}, meta: { requiresAuth: 'yes' } },
  // @ts-expect-error: this role does not exist
  { path: '/b', component: {}, meta: { roles: ['admn'] } },
  // @ts-expect-error: `roles` is a list
  { path: '/c', component: {}, meta: { roles: 'admin' } },
]
guardRoutes(router, auth)
same<ReturnType<typeof guardRoutes>, () => void>()
guardRoutes(router, auth, {
  signIn: { name: 'sign-in' },
  home: '/',
  forbidden: ({ path }) => ({ name: 'no', params: { path } }),
})
guardRoutes(router, auth, {
  signIn: ({ params, fullPath }) => `/${params.locale}/sign-in?from=${fullPath}`,
  home: (wanted) => {
    same<typeof wanted, RouteLocationNormalized>()
    return { name: 'home', params: wanted.params }
  },
})
// @ts-expect-error: the function must return a page
guardRoutes(router, auth, { signIn: () => 7 })
// @ts-expect-error: the function must not be async
guardRoutes(router, auth, { home: async () => '/' })
// @ts-expect-error: this option does not exist
guardRoutes(router, auth, { login: '/sign-in' })
// @ts-expect-error: the router is the first argument
guardRoutes(auth, router)

same<ReturnType<typeof decide>, 'allow' | 'forbidden' | 'home' | 'sign-in' | 'unavailable' | 'wait'>()
same<ReturnType<typeof ownPath>, string | null>()
// @ts-expect-error: this rule does not exist
decide(auth.snapshot, { requiresGuest: true })

const test = createTestAuth({ session: { user: { id: '1', name: 'Ada', roles: ['admin'] } } })
test.become('expired')
test.become({ reason: 'revoked', serverReason: 'ended_by_admin' })
createTestAuth({ signIn: () => ({ user: { id: '1', name: 'Ada', roles: [] }, body: { welcome: true } }) })
createTestAuth({
  signIn: (_, { by }) =>
    by === 'otp' ? { claims: { sub: '1' } } : { status: 'pending', body: { to: '…42' } },
  refresh: (body) => (body ? { claims: { tenant: body.tenant } } : 'revoked'),
  restore: () => 'never',
  user: () => ({ id: '1', name: 'Ada', roles: [] }),
  ticket: (path) => path,
})
// @ts-expect-error: not the registered type of the user
createTestAuth({ user: () => ({ login: 'ada' }) })
// @ts-expect-error: this reason does not exist
test.become('gone')
// @ts-expect-error: not the registered type of the user
createTestAuth({ session: { user: { login: 'ada' } } })
authPlugin(test)
guardRoutes(router, test)
