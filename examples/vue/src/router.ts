import type { Pinia } from 'pinia'
import { isAuthError } from 'tokencell'
import { watch } from 'vue'
import { createRouter, createWebHistory, type RouteLocationNormalized, START_LOCATION } from 'vue-router'
import { auth } from './auth'
import { wayBack } from './redirect'
import { routes } from './routes'
import { useSession } from './stores/session'

/** The router, which knows who may see what and acts when that changes while a page is open. */
export function createAppRouter(pinia: Pinia) {
  const router = createRouter({ history: createWebHistory(), routes })
  const session = useSession(pinia)

  function admit(to: RouteLocationNormalized) {
    const { guestOnly, requiresAuth, roles } = to.meta
    if (guestOnly && session.isSignedIn) return wayBack(router, to.query.redirect)
    if (requiresAuth && !session.isSignedIn) {
      return { name: 'sign-in', query: to.fullPath === '/' ? {} : { redirect: to.fullPath } }
    }
    if (roles && !session.hasAnyRole(roles)) {
      return {
        name: 'forbidden',
        params: { path: to.path.slice(1).split('/') },
        query: to.query,
        hash: to.hash,
      }
    }
    return true
  }

  router.beforeEach(async (to) => {
    await statusKnown()
    return admit(to)
  })

  router.afterEach((to) => {
    document.title = `${to.meta.title} · Fieldnotes`
  })

  // Signed in, ended, or other roles, here or in another tab: the open page has to be admitted anew.
  watch(
    () => [session.status, ...session.roles].join(),
    () => {
      const current = router.currentRoute.value
      if (current === START_LOCATION) return
      const { path, query, hash, meta } = current
      // Whoever signs in next may be someone else, for whom this page was not meant.
      const leaves = session.reason === 'signed-out' || session.reason === 'replaced'
      if (leaves && meta.requiresAuth) return router.replace({ name: 'sign-in' })
      return router.replace({ path, query, hash, force: true })
    },
  )

  return router
}

/** A server that is not answering is waited for; a vault that did not start is an error. */
async function statusKnown() {
  for (;;) {
    try {
      return await auth.ready
    } catch (error) {
      if (!isAuthError(error) || error.code !== 'unreachable') throw error
    }
  }
}
