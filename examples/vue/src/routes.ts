import type { RouteRecordRaw } from 'vue-router'

export const routes: RouteRecordRaw[] = [
  {
    path: '/',
    name: 'dashboard',
    component: () => import('./pages/DashboardPage.vue'),
    meta: { title: 'Notes', requiresAuth: true },
  },
  {
    path: '/reports',
    name: 'reports',
    component: () => import('./pages/ReportsPage.vue'),
    meta: { title: 'Reports', requiresAuth: true, roles: ['editor', 'admin'] },
  },
  {
    path: '/admin',
    name: 'admin',
    component: () => import('./pages/AdminPage.vue'),
    meta: { title: 'People', requiresAuth: true, roles: ['admin'] },
  },
  {
    path: '/sign-in',
    name: 'sign-in',
    component: () => import('./pages/SignInPage.vue'),
    meta: { title: 'Sign in', guestOnly: true },
  },
  {
    path: '/:path(.*)*',
    name: 'not-found',
    component: () => import('./pages/NotFoundPage.vue'),
    meta: { title: 'Not found' },
  },
  // Opened by name only, so the URL of the forbidden page stays. When the user gets the role, that page opens at this URL.
  {
    path: '/:path(.*)*',
    name: 'forbidden',
    component: () => import('./pages/ForbiddenPage.vue'),
    meta: { title: 'Not allowed', requiresAuth: true },
  },
  // Also opened by name only. As soon as the session is known, the requested page opens at its URL.
  {
    path: '/:path(.*)*',
    name: 'unavailable',
    component: () => import('./pages/UnavailablePage.vue'),
    meta: { title: 'Not reachable' },
  },
]
