import { guardRoutes } from 'tokencell/router'
import { createRouter, createWebHistory } from 'vue-router'
import { auth } from './auth.js'
import {
  AdminPage,
  ForbiddenPage,
  HomePage,
  SessionsPage,
  SignInPage,
  SignUpPage,
  UnavailablePage,
} from './pages.js'

declare module 'vue-router' {
  interface RouteMeta {
    requiresAdmin?: boolean
  }
}

export function createAppRouter() {
  const router = createRouter({
    history: createWebHistory(),
    routes: [
      { path: '/', component: HomePage, meta: { requiresAuth: true } },
      { path: '/admin', component: AdminPage, meta: { requiresAuth: true, requiresAdmin: true } },
      { path: '/sessions', component: SessionsPage, meta: { requiresAuth: true } },
      { path: '/sign-in', component: SignInPage, meta: { guestOnly: true } },
      { path: '/sign-up', component: SignUpPage, meta: { guestOnly: true } },
      { path: '/forbidden', component: ForbiddenPage, meta: { requiresAuth: true } },
      { path: '/unavailable', component: UnavailablePage },
    ],
  })
  guardRoutes(router, auth, {
    forbidden: '/forbidden',
    unavailable: '/unavailable',
    // As these applications write their routes.
    rule: ({ meta }) => ({ ...meta, ...(meta.requiresAdmin ? { roles: ['admin'] } : {}) }),
  })
  return router
}
