import type { NuxtApp } from 'nuxt/app'
import { frozen } from '../../common/snapshot.js'
import type { Auth, Snapshot } from '../../common/types.js'

/**
 * A page whose `setup()` waits for a request of the user cannot hydrate before the session is known. So the wait for
 * hydration ends this long after it is clear that the session cannot be determined, and at the latest after `TIMEOUT`. In
 * milliseconds.
 */
const TIMEOUT_AFTER_FAILURE = 2000
const TIMEOUT = 10_000

/**
 * Settles when the page has hydrated, or when the wait for that is over; `undefined` if no server has rendered the page.
 */
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
 * The same session. Until the page has hydrated, its snapshot is the one that the server has rendered. Meanwhile this
 * browser may know of a sign-out that has not reached the server, or another tab may sign in.
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
