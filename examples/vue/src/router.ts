import { guardRoutes } from 'tokencell/router'
import { createRouter, createWebHistory } from 'vue-router'
import { auth } from './auth'
import { routes } from './routes'

export const router = createRouter({ history: createWebHistory(), routes })

guardRoutes(router, auth, {
  // The address of the closed page stays.
  forbidden: ({ path, query, hash }) => ({
    name: 'forbidden',
    params: { path: path.slice(1).split('/') },
    query,
    hash,
  }),
})

router.afterEach((to) => {
  document.title = `${to.meta.title} · Fieldnotes`
})
