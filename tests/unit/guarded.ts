import { expect, vi } from 'vitest'
import { defineComponent, h } from 'vue'
import { createMemoryHistory, createRouter, type RouteRecordRaw } from 'vue-router'
import { guardRoutes } from '../../js/adapters/router.js'
import type { GuardOptions } from '../../js/adapters/router-options.js'
import { createTestAuth, type TestAuth, type TestSession } from '../../js/testing.js'

export const component = defineComponent(() => () => h('p'))

const routes: RouteRecordRaw[] = [
  { path: '/', name: 'home', component },
  { path: '/notes', name: 'notes', component, meta: { requiresAuth: true } },
  { path: '/old-notes', redirect: '/notes' },
  { path: '/admin/:tab?', name: 'admin', component, meta: { roles: ['admin'] } },
  { path: '/sign-in', name: 'sign-in', component, meta: { guestOnly: true } },
  { path: '/sign-up', name: 'sign-up', component, meta: { guestOnly: true } },
  { path: '/forbidden', name: 'forbidden', component },
  { path: '/unavailable', name: 'unavailable', component },
]

export const ADA = { user: { roles: ['admin'] } }
export const BOB = { user: { roles: [] } }

/** A guarded router and the session that it uses. */
export function setUp(session: TestSession<unknown>, options: GuardOptions = { forbidden: '/forbidden' }) {
  return guarded(createTestAuth<unknown>({ session }), options)
}

/** A guarded router that uses this session. */
export function guarded(auth: TestAuth<unknown>, options: GuardOptions) {
  const router = createRouter({ history: createMemoryHistory(), routes })
  const errors: unknown[] = []
  router.onError((error) => errors.push(error))
  const stop = guardRoutes(router, auth, options)
  return { auth, router, errors, stop, at: () => router.currentRoute.value.fullPath }
}

/** Waits until the router is at `path`. */
export const arrives = (at: () => string, path: string) => vi.waitFor(() => expect(at()).toBe(path))
