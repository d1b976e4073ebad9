import type { NuxtApp } from 'nuxt/app'

/** Settles when the page is what the server made of it; nothing where no server has rendered. */
export function whenHydrated(nuxtApp: NuxtApp): Promise<void> | undefined {
  if (!nuxtApp.payload.serverRendered) return undefined
  return new Promise((resolve) => nuxtApp.hooks.hookOnce('app:suspense:resolve', () => resolve()))
}
