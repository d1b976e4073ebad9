// What Nuxt imports by itself, for the snippets of pages about Nuxt. tests/package builds whole applications.

import type { NuxtLinkProps } from 'nuxt/app'
import type { DefineComponent } from 'vue'
import type {} from '../../pkg/nuxt/runtime/types.js'

type App = typeof import('nuxt/app')
type Vue = typeof import('vue')
type H3 = typeof import('h3')
type Composables = typeof import('../../pkg/nuxt/runtime/composables.js')
type Define = typeof import('../../pkg/nuxt/runtime/server/define.js')
type Server = typeof import('../../pkg/nuxt/runtime/server/session.js')

declare global {
  const defineNuxtConfig: typeof import('nuxt/config')['defineNuxtConfig']
  const defineAppConfig: (config: Record<string, unknown>) => Record<string, unknown>
  const definePageMeta: (meta: import('nuxt/app').PageMeta) => void
  const defineNuxtPlugin: App['defineNuxtPlugin']
  const clearNuxtData: App['clearNuxtData']
  const navigateTo: App['navigateTo']
  const useAsyncData: App['useAsyncData']
  const useNuxtApp: App['useNuxtApp']
  const useRoute: App['useRoute']
  const useRuntimeConfig: App['useRuntimeConfig']
  const computed: Vue['computed']
  const onMounted: Vue['onMounted']
  const onUnmounted: Vue['onUnmounted']
  const ref: Vue['ref']
  const watch: Vue['watch']
  const defineEventHandler: H3['defineEventHandler']
  const useAuth: Composables['useAuth']
  const useAuthFetch: Composables['useAuthFetch']
  const $authFetch: Composables['$authFetch']
  const defineBffOptions: Define['defineBffOptions']
  const useServerAuth: Server['useServerAuth']
}

declare module 'vue' {
  interface GlobalComponents {
    NuxtLink: DefineComponent<NuxtLinkProps>
    NuxtPage: DefineComponent
    NuxtLayout: DefineComponent
  }
}

declare module '@nuxt/schema' {
  interface NuxtConfig {
    tokencell?: import('tokencell/nuxt').ModuleOptions
  }
}
