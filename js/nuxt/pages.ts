import type { NuxtApp } from 'nuxt/app'
import type { RouteLocationNormalized, RouteLocationRaw } from 'vue-router'
import { explain } from '../common/errors.js'
import { ownPath } from '../common/guard.js'

/** A page as nuxt.config can name it. A named route inherits the parameters of the requested route. */
export type ConfiguredPage =
  | string
  | {
      name: string
      params?: Record<string, string | string[]>
      query?: Record<string, string | string[]>
    }

/** A page in app.config. This may also be a function, which gets the requested route and the Nuxt app. */
export type AppPage =
  | RouteLocationRaw
  | ((wanted: RouteLocationNormalized, nuxtApp: NuxtApp) => RouteLocationRaw)

type Option = 'forbidden' | 'home' | 'signIn' | 'unavailable'

/** `tokencell` in app.config. */
export interface AppOptions {
  pages?: Partial<Record<Option, AppPage>>
  /**
   * The headers of the app for each request to the API, such as
   * `(nuxtApp) => ({ 'Accept-Language': nuxtApp.$i18n.locale.value })`. With `mode: 'bff'` also while a page is rendered, and
   * for requests to this origin; the server passes on the usual headers of HTTP and those that `headers` of nuxt.config
   * names. A header that the request has already is not replaced. `Authorization` and `Cookie` are ignored.
   */
  headers?: (nuxtApp: NuxtApp) => Readonly<Record<string, string>>
}

/** The pages in the form that guards take: named, or functions of the requested route. */
export type Pages = Partial<
  Record<Option, RouteLocationRaw | ((wanted: RouteLocationNormalized) => RouteLocationRaw)>
>

/**
 * nuxt.config is read when the application is built, and its options are sent to browsers as data. So functions are
 * rejected.
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
      `Must be a path such as "/sign-in", or { name } of a route, but is ${found}. ` +
        'Write functions of the requested route in app/app.config.ts: defineAppConfig({ tokencell: { pages: { … } } }).',
      { option: `pages.${option}` },
    )
  }
}

/**
 * The headers of the app belong in app.config, too. In nuxt.config, `headers` lists names, for `mode: 'bff'` only.
 *
 * @throws AuthError `option-invalid`
 */
export function checkHeaders(headers: unknown) {
  if (typeof headers !== 'function') return
  throw explain(
    'option-invalid',
    'Must not be a function. Write it in app/app.config.ts: defineAppConfig({ tokencell: { headers: … } }).',
    { option: 'headers' },
  )
}

/** The headers of app.config, in the form that clients take. */
export function headersOf(
  nuxtApp: NuxtApp,
  { headers }: AppOptions = {},
): { headers?: () => Record<string, string> } {
  return headers ? { headers: () => nuxtApp.vueApp.runWithContext(() => headers(nuxtApp)) } : {}
}

/** The pages of nuxt.config. Those of app.config replace them. */
export function pagesOf(nuxtApp: NuxtApp, configured: Pages, own: AppOptions['pages'] = {}): Pages {
  const bound = Object.entries(own).map(([option, page]) => [
    option,
    typeof page === 'function'
      ? (wanted: RouteLocationNormalized) => nuxtApp.vueApp.runWithContext(() => page(wanted, nuxtApp))
      : page,
  ])
  return { ...configured, ...Object.fromEntries(bound) }
}
