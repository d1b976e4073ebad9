import { createPinia } from 'pinia'
import { authDevtools } from 'tokencell/devtools'
import { useAuthStore } from 'tokencell/pinia'
import { guardRoutes } from 'tokencell/router'
import { createTestAuth } from 'tokencell/testing'
import { authPlugin, useAuth } from 'tokencell/vue'
import { createApp, type Ref } from 'vue'
import { createRouter, createWebHistory } from 'vue-router'
import { auth } from './auth.js'

declare module 'tokencell' {
  interface Register {
    user: { email: string }
    role: 'admin'
  }
}

const routes = [{ path: '/admin', component: {}, meta: { roles: ['admin' as const] } }]
const router = createRouter({ history: createWebHistory(), routes })
guardRoutes(router, auth, { signIn: '/login', forbidden: '/forbidden' })
createApp({}).use(authPlugin(auth)).use(createPinia()).use(router).use(authDevtools(auth))

export function use(): Readonly<Ref<{ email: string } | null>> {
  const { user, hasRole } = useAuth()
  const store = useAuthStore()
  store.hasRole('admin') satisfies boolean
  hasRole('admin') satisfies boolean
  store.user?.email satisfies string | undefined
  authPlugin(createTestAuth({ session: { user: { email: 'ada@example.com' } } }))
  return user
}
