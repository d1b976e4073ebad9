import { createError, type NuxtApp, useRouter, useRuntimeConfig } from 'nuxt/app'
import { guardRoutes } from '../../router.js'
import type { Auth } from '../../types.js'
import { authPlugin } from '../../vue.js'
import type { PublicOptions } from '../options.js'
import { ruleOf } from '../rule.js'
import { rolesAt } from './roles.js'

/**
 * Gives an app its session: the composables, the guards and the hooks.
 *
 * @param hydrated where the server did not know the session: until then the page shows what the server showed
 */
export function provideAuth(nuxtApp: NuxtApp, auth: Auth<never>, hydrated?: Promise<unknown>) {
  const options = useRuntimeConfig().public.tokencell as unknown as PublicOptions
  const { signIn, home, forbidden } = options.pages
  const roles = options.roles ? { roles: rolesAt(options.roles) } : {}
  const later = hydrated ? { hydrated } : {}

  nuxtApp.vueApp.use(authPlugin(auth, { ...roles, ...later }))
  guardRoutes(useRouter() as never, auth, {
    signIn,
    home,
    ...roles,
    ...later,
    forbidden: forbidden ?? refuse,
    rule: ({ meta, path }) => ruleOf(meta, options.global && path !== signIn),
  })
  auth.onEvent((event) => {
    if (event.type === 'signed-in') nuxtApp.callHook('tokencell:signed-in')
    if (event.type === 'ended') nuxtApp.callHook('tokencell:ended', event.reason)
  })
}

function refuse(): never {
  throw createError({ status: 403, statusText: 'Forbidden', fatal: true })
}
