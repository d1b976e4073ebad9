import type { NuxtApp } from 'nuxt/app'
import type { Auth } from '../../types.js'

/**
 * A page whose `setup()` waits for a request of the user hydrates no sooner than the session is known. So hydration is
 * given up for so long after it is clear that the session cannot be found out, or altogether. In milliseconds.
 */
const TIMEOUT_AFTER_FAILURE = 2000
const TIMEOUT = 10_000

/** Settles when the page is what the server made of it, or is not going to be; nothing where no server has rendered. */
export function whenHydrated(nuxtApp: NuxtApp, auth: Auth<never>): Promise<void> | undefined {
  if (!nuxtApp.payload.serverRendered) return undefined
  return new Promise((resolve) => {
    setTimeout(resolve, TIMEOUT)
    const stop = auth.subscribe(({ failure }) => {
      if (failure) setTimeout(resolve, TIMEOUT_AFTER_FAILURE)
    })
    nuxtApp.hooks.hookOnce('app:suspense:resolve', () => {
      stop()
      resolve()
    })
  })
}
