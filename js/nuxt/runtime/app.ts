import {
  clearNuxtData,
  createError,
  type NuxtApp,
  showError,
  useAppConfig,
  useRouter,
  useRuntimeConfig,
} from 'nuxt/app'
import type { RouteLocation } from 'vue-router'
import { onIdentityChange } from '../../adapters/identity.js'
import { guardRoutes } from '../../adapters/router.js'
import { authPlugin } from '../../adapters/vue.js'
import { isAuthError } from '../../common/errors.js'
import { decide } from '../../common/guard.js'
import type { Auth } from '../../common/types.js'
import type { PublicOptions } from '../options.js'
import { type AppOptions, pagesOf } from '../pages.js'
import { isGlobalFor, ruleOf } from '../rule.js'
import { userDataOf } from './data.js'
import { rolesAt } from './roles.js'
import { silentWhileClosed } from './silent.js'

/**
 * Gives an app its session: the composables, the guards and the hooks.
 *
 * @param hydrated given if the server did not know the session. Until it settles, the page shows what the server has
 * rendered
 */
export function provideAuth(nuxtApp: NuxtApp, auth: Auth<never>, hydrated?: Promise<unknown>) {
  const options = useRuntimeConfig().public.tokencell as unknown as PublicOptions
  const { tokencell: own } = useAppConfig() as { tokencell?: AppOptions }
  const pages = pagesOf(nuxtApp, options.pages, own?.pages)
  const roles = options.roles ? { roles: rolesAt(options.roles) } : {}
  const later = hydrated ? { hydrated } : {}
  const rule = (to: RouteLocation) => ruleOf(to.meta, isGlobalFor({ global: options.global, pages }, to))

  const router = useRouter()
  const openPage = () => {
    const wanted = rule(router.currentRoute.value as RouteLocation)
    return () => decide(auth.snapshot, wanted, roles.roles)
  }
  const shown = hydrated ? silentWhileClosed(auth, openPage) : auth
  nuxtApp.vueApp.use(authPlugin(shown, { ...roles, ...later }))
  router.onError((error) => showUnavailable(nuxtApp, error))
  guardRoutes(router as never, auth, {
    forbidden: refuse,
    ...pages,
    ...roles,
    ...later,
    rule,
  })
  auth.onEvent((event) => {
    if (event.type === 'signed-in') nuxtApp.callHook('tokencell:signed-in')
    if (event.type === 'ended') nuxtApp.callHook('tokencell:ended', event.reason)
  })
  onIdentityChange<unknown>(auth, (change) => {
    const isShown = openPage()() === 'allow'
    userDataOf(nuxtApp).forget(isShown, (keys) => nuxtApp.runWithContext(() => clearNuxtData(keys)))
    // In parallel, so that every hook starts before a component shows the next user.
    nuxtApp.hooks.callHookParallel('tokencell:identity-changed', change as never)
  })
}

function refuse(): never {
  throw createError({ status: 403, statusText: 'Forbidden', fatal: true })
}

/**
 * Shows that the session cannot be determined, or what is wrong with the vault. Once the session is known, the guards
 * open the requested page, and Nuxt removes the error.
 */
function showUnavailable(nuxtApp: NuxtApp, error: unknown) {
  if (!isAuthError(error)) return
  const status = error.code === 'unreachable' ? { status: 503, statusText: 'Service Unavailable' } : {}
  nuxtApp.runWithContext(() =>
    showError(createError({ message: error.message, ...status, cause: error, fatal: true })),
  )
}
