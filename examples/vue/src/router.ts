import { guardRoutes } from 'tokencell/router'
import { createRouter, createWebHistory, type RouteLocationNormalized } from 'vue-router'
import { auth } from './auth'
import { routes } from './routes'

export const router = createRouter({ history: createWebHistory(import.meta.env.BASE_URL), routes })

/** Shows this page instead of another one. The URL of the other page stays. */
const inPlace =
  (name: string) =>
  ({ path, query, hash }: RouteLocationNormalized) => ({
    name,
    params: { path: path.slice(1).split('/') },
    query,
    hash,
  })

guardRoutes(router, auth, { forbidden: inPlace('forbidden'), unavailable: inPlace('unavailable') })

router.afterEach((to) => {
  document.title = `${to.meta.title} · tokencell`
})
