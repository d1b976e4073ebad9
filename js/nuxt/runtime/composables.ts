import { type NuxtApp, tryUseNuxtApp, useFetch, useNuxtApp, useRuntimeConfig } from 'nuxt/app'
import { useAuth as useVueAuth, type VueAuth } from '../../adapters/vue.js'
import type { RegisteredUser } from '../../common/types.js'
import type { PublicOptions } from '../options.js'
import { type RequestedData, userDataOf } from './data.js'

/** A browser has only one app, which can be found again at any time. */
let only: NuxtApp | undefined

function currentApp(): NuxtApp {
  const nuxtApp = (tryUseNuxtApp() ?? only ?? useNuxtApp()) as NuxtApp
  if (import.meta.client) only = nuxtApp
  return nuxtApp
}

/** The session, in components, middleware, plugins and composables, also after an `await`. */
export function useAuth<User = RegisteredUser>(): VueAuth<User> {
  return currentApp().vueApp.runWithContext(() => useVueAuth<User>())
}

type Fetch = typeof globalThis.$fetch

/** The client of each app. On a server, an app belongs to one request. */
const clients = new WeakMap<NuxtApp, Fetch>()

/** With the defaults of the application, such as `app.baseURL`. The types of Nitro lack the second argument. */
const createClient = (fetch: VueAuth['fetch']) =>
  (globalThis.$fetch.create as (...args: unknown[]) => Fetch)({}, { fetch })

function client(): Fetch {
  const nuxtApp = currentApp()
  const { fetch } = useAuth()
  const made = clients.get(nuxtApp) ?? createClient(fetch)
  clients.set(nuxtApp, made)
  return made
}

/**
 * `$fetch` as the user, for single actions such as saving: `await $authFetch('/api/v1/notes', { method: 'POST', body })`.
 */
export const $authFetch = Object.assign((...args: Parameters<Fetch>) => client()(...args), {
  raw: (...args: Parameters<Fetch['raw']>) => client().raw(...args),
  create: (...args: Parameters<Fetch['create']>) => client().create(...args),
}) as Fetch

/**
 * `useFetch` as the user. The same URL works on the server and in the browser. In vault mode the server cannot send the
 * request, and the browser sends it.
 *
 * When the user is gone or has become another one, the data is cleared. If the open page is for the current user as well,
 * the data is requested again.
 *
 * @param key the module adds it to each call, as Nuxt does with `useFetch`
 */
export const useAuthFetch = ((url: never, given?: object | string, key?: string) => {
  const { mode } = useRuntimeConfig().public.tokencell as unknown as PublicOptions
  const isUnknown = mode === 'vault' ? { server: false } : {}
  const [options, autoKey] = typeof given === 'string' ? [{}, given] : [given, key]
  const userData = userDataOf(currentApp())
  const result = (useFetch as (...args: unknown[]) => unknown)(
    url,
    { ...isUnknown, ...userData.remembering(options), $fetch: client() },
    autoKey,
  )
  if (import.meta.client) userData.add(result as RequestedData)
  return result
}) as unknown as typeof useFetch
