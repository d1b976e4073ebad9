import type { NuxtApp } from 'nuxt/app'
import { frozen } from '../../common/snapshot.js'
import type { Auth, Snapshot } from '../../common/types.js'

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

/**
 * The same session, as the server has rendered it until the page has hydrated. Meanwhile this browser may know of a sign-out that
 * the server has not heard of, or another tab may sign in.
 */
export function asRendered(
  auth: Auth<never>,
  rendered: Snapshot<never>,
  hydrated: Promise<unknown>,
): Auth<never> {
  const isSame = Object.entries(rendered).every(
    ([member, value]) => JSON.stringify(value) === JSON.stringify(auth.snapshot[member as keyof Snapshot]),
  )
  // A copy, because Nuxt has made its own object reactive.
  const before = isSame ? auth.snapshot : (frozen(JSON.parse(JSON.stringify(rendered))) as Snapshot<never>)
  let isHydrated = false
  hydrated.finally(() => {
    isHydrated = true
  })
  function subscribe(listener: (snapshot: Snapshot<never>) => void) {
    let isOver = false
    const stop = auth.subscribe((next) => isHydrated && listener(next))
    hydrated.finally(() => {
      if (!isOver && auth.snapshot !== before) listener(auth.snapshot)
    })
    return () => {
      isOver = true
      stop()
    }
  }
  return Object.create(auth, {
    snapshot: { get: () => (isHydrated ? auth.snapshot : before) },
    subscribe: { value: subscribe },
  })
}
