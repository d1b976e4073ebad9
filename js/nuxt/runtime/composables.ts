import { type NuxtApp, tryUseNuxtApp, useFetch, useNuxtApp, useRuntimeConfig } from 'nuxt/app'
import { createFetch } from 'ofetch'
import type { RegisteredUser } from '../../types.js'
import { useAuth as useVueAuth, type VueAuth } from '../../vue.js'
import type { PublicOptions } from '../options.js'

/** In a browser there is one app, which is found again wherever and whenever. */
let only: NuxtApp | undefined

/** The session, in components, middleware, plugins and composables, after an `await` as well. */
export function useAuth<User = RegisteredUser>(): VueAuth<User> {
  const nuxtApp = tryUseNuxtApp() ?? only ?? useNuxtApp()
  if (import.meta.client) only = nuxtApp as NuxtApp
  return nuxtApp.vueApp.runWithContext(() => useVueAuth<User>())
}

/** `useFetch` to the API as the user. In vault mode a server cannot ask, and the page does. */
export const useAuthFetch = ((url: never, options: object = {}) => {
  const { mode } = useRuntimeConfig().public.tokencell as unknown as PublicOptions
  const { fetch } = useAuth()
  const $fetch = createFetch({ fetch })
  const isUnknown = mode === 'vault' ? { server: false } : {}
  return useFetch(url, { ...isUnknown, ...options, $fetch } as never)
}) as unknown as typeof useFetch
