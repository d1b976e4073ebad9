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
// @ts-expect-error: roles are texts
authPlugin(auth, { roles: () => 7 })
// @ts-expect-error: an option that is none
authPlugin(auth, { role: () => [] })
// @ts-expect-error: a session is no snapshot
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
hasRole('admin', 'editor')
// @ts-expect-error: there is no such role
hasRole('admn')
// @ts-expect-error: what is shown cannot be written
user.value = null
// @ts-expect-error: there is no such status
if (status.value === 'signed-in') throw reason.value
// @ts-expect-error: there is no token
useAuth().token
same<ReturnType<typeof useAuth<{ login: string }>>['user']['value'], { readonly login: string } | null>()

const session = reactive(useAuth())
if (session.isAuthenticated) same<typeof session.user, Readonly<User>>()
else same<typeof session.user, null>()
if (session.status === 'authenticated') session.user.name.trim()
if (session.status === 'unauthenticated') same<typeof session.reason, NonNullable<Snapshot['reason']>>()
// @ts-expect-error: there is a user only where somebody is signed in
session.user.name
session.hasRole('admin')

const store = useAuthStore()
same<typeof store.user, Readonly<User> | null>()
same<typeof store.serverReason, string | undefined>()
if (store.isAuthenticated) same<typeof store.user, Readonly<User>>()
else same<typeof store.user, null>()
if (store.status === 'authenticated') store.user.name.trim()
// @ts-expect-error: there is a user only where somebody is signed in
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
store.signIn({ email: 'ada@example.com' }).then()
// @ts-expect-error: there is no such role
store.hasRole('admn')
// @ts-expect-error: what is shown cannot be written
store.user = null
// @ts-expect-error: there is no token
store.token

export const routes: RouteRecordRaw[] = [
  { path: '/', component: {}, meta: { requiresAuth: true } },
  { path: '/admin', component: {}, meta: { roles: ['admin'] } },
  { path: '/sign-in', component: {}, meta: { guestOnly: true, title: 'anything else' } },
  // @ts-expect-error: yes or no
  { path: '/a', component: {}, meta: { requiresAuth: 'yes' } },
  // @ts-expect-error: there is no such role
  { path: '/b', component: {}, meta: { roles: ['admn'] } },
  // @ts-expect-error: a list of them
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
// @ts-expect-error: a function returns a page
guardRoutes(router, auth, { signIn: () => 7 })
// @ts-expect-error: at once
guardRoutes(router, auth, { home: async () => '/' })
// @ts-expect-error: an option that is none
guardRoutes(router, auth, { login: '/sign-in' })
// @ts-expect-error: a router, and a session
guardRoutes(auth, router)

same<ReturnType<typeof decide>, 'allow' | 'forbidden' | 'home' | 'sign-in' | 'unavailable' | 'wait'>()
same<ReturnType<typeof ownPath>, string | null>()
// @ts-expect-error: there is no such rule
decide(auth.snapshot, { requiresGuest: true })

const test = createTestAuth({ session: { user: { id: '1', name: 'Ada', roles: ['admin'] } } })
test.become('expired')
test.become({ reason: 'revoked', serverReason: 'ended_by_admin' })
createTestAuth({ signIn: () => ({ user: { id: '1', name: 'Ada', roles: [] }, answer: { welcome: true } }) })
// @ts-expect-error: there is no such reason
test.become('gone')
// @ts-expect-error: no user of ours
createTestAuth({ session: { user: { login: 'ada' } } })
authPlugin(test)
guardRoutes(router, test)
