import { AsyncLocalStorage } from 'node:async_hooks'
import { createError } from 'h3'
import { createHooks } from 'hookable'
import { createApp, type Ref, ref } from 'vue'
import { createMemoryHistory, createRouter, type RouteRecordRaw } from 'vue-router'
import type { PageAuth } from '../../js/nuxt/options.js'

// The hooks and the members of pages that the module adds.
export type {} from '../../js/nuxt/runtime/types.js'

/**
 * The functions of `nuxt/app` that the module uses. The originals can be loaded only in an application that Nuxt has built.
 * The app, the router, the hooks and the errors are real.
 */

export interface Settings {
  /** `tokencell` in the public runtime config. */
  shown?: object
  baseURL?: string
  /** `tokencell` in app.config. */
  own?: object
  routes?: RouteRecordRaw[]
  payload?: { serverRendered?: boolean; state?: Record<string, unknown> }
  event?: unknown
}

const DEFAULTS = {
  mode: 'bff',
  basePath: '/api/auth',
  pages: { signIn: '/sign-in', home: '/' },
  global: false,
}
const component = { render: () => null }
const PATHS = ['/', '/sign-in', '/about']

/** Nuxt keeps the app of asynchronous code in the same way. */
const current = new AsyncLocalStorage<App>()
export type App = ReturnType<typeof openApp>

/** An app of Nuxt, in a browser or for one request to a server. It has pages for some paths. */
export function openApp({ shown, baseURL = '/', own, routes = [], payload = {}, event }: Settings = {}) {
  const hooks = createHooks()
  const pages = [...PATHS.map((path) => ({ path, component })), ...routes]
  const nuxtApp = {
    vueApp: createApp(component),
    hooks,
    hook: hooks.hook,
    callHook: hooks.callHook,
    payload: { data: {} as Record<string, unknown>, ...payload },
    state: Object.fromEntries(
      Object.entries(payload.state ?? {}).map(([key, value]) => [key, ref(value)]),
    ) as Record<string, Ref<unknown>>,
    config: { app: { baseURL }, public: { tokencell: { ...DEFAULTS, ...shown } } },
    appConfig: { tokencell: own },
    router: createRouter({ history: createMemoryHistory(), routes: pages }),
    event,
    error: undefined as unknown,
    /** The address that the response redirects to. */
    redirectedTo: undefined as unknown,
    runWithContext: <T>(work: () => T): T => current.run(nuxtApp as never, work),
  }
  return nuxtApp
}

/** A page that has this rule. */
export const pageAt = (path: string, auth?: PageAuth): RouteRecordRaw => ({
  path,
  component,
  meta: auth === undefined ? {} : { auth },
})

export { createError }
export const defineNuxtPlugin = <Plugin>(plugin: Plugin) => plugin
export const tryUseNuxtApp = () => current.getStore() ?? null
export function useNuxtApp() {
  const nuxtApp = current.getStore()
  if (!nuxtApp) throw new Error('[nuxt] instance unavailable')
  return nuxtApp
}
export const useAppConfig = () => useNuxtApp().appConfig
export const useRuntimeConfig = () => useNuxtApp().config
export const useRouter = () => useNuxtApp().router
export const useRequestEvent = (nuxtApp: App) => nuxtApp.event
export function useState(key: string, init: () => unknown) {
  const { state } = useNuxtApp()
  state[key] ??= ref(init())
  return state[key]
}
export const showError = (error: unknown) => {
  useNuxtApp().error = error
}
export const navigateTo = (to: unknown) => {
  useNuxtApp().redirectedTo = to
}
export function clearNuxtData(keys: string[]) {
  const { payload } = useNuxtApp()
  for (const key of keys) delete payload.data[key]
}
/** Returns what it gets, because a test of this module needs nothing of the requests that Nuxt makes. */
export const useFetch = (url: string, options: Record<string, unknown>, key: string) => ({
  url,
  options,
  key,
})
