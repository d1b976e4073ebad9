import type { NuxtApp } from 'nuxt/app'
import type { RouteLocationNormalized, RouteLocationRaw } from 'vue-router'
import { explain } from '../common/errors.js'
import { ownPath } from '../common/guard.js'

/** A page as nuxt.config can name it. A named route inherits the parameters of the route that was wanted. */
export type ConfiguredPage =
  | string
  | {
      name: string
      params?: Record<string, string | string[]>
      query?: Record<string, string | string[]>
    }

/** The same in app.config, which may also have a function: it gets the route that was wanted, and the Nuxt app. */
export type AppPage =
  | RouteLocationRaw
  | ((wanted: RouteLocationNormalized, nuxtApp: NuxtApp) => RouteLocationRaw)

type Option = 'forbidden' | 'home' | 'signIn' | 'unavailable'

/** `tokencell` in app.config. */
export interface AppOptions {
  pages?: Partial<Record<Option, AppPage>>
}

/** The pages as guards take them: named, or functions of the wanted route. */
export type Pages = Partial<
  Record<Option, RouteLocationRaw | ((wanted: RouteLocationNormalized) => RouteLocationRaw)>
>

/**
 * nuxt.config is read when the application is built, and its options go to browsers as data.
 *
 * @throws AuthError `option-invalid` that names the page
 */
export function checkPages(pages: Partial<Record<Option, ConfiguredPage>> = {}) {
  for (const [option, page] of Object.entries(pages)) {
    const isPage = ownPath(page) !== null || typeof (page as { name?: unknown } | null)?.name === 'string'
    if (page === undefined || (isPage && typeof page !== 'function')) continue
    const found = typeof page === 'function' ? 'a function' : JSON.stringify(page)
    throw explain(
      'option-invalid',
      `Must be a path such as "/sign-in", or { name } of a route, and is ${found}. ` +
        'Write functions of the wanted route in app/app.config.ts: defineAppConfig({ tokencell: { pages: { … } } }).',
      { option: `pages.${option}` },
    )
  }
}

/** The pages of nuxt.config, and instead of them those of app.config. */
export function pagesOf(nuxtApp: NuxtApp, configured: Pages, own: AppOptions['pages'] = {}): Pages {
  const bound = Object.entries(own).map(([option, page]) => [
    option,
    typeof page === 'function'
      ? (wanted: RouteLocationNormalized) => nuxtApp.vueApp.runWithContext(() => page(wanted, nuxtApp))
      : page,
  ])
  return { ...configured, ...Object.fromEntries(bound) }
}
