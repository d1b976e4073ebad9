import { callError } from '../../call-errors.js'
import type { Auth } from '../../types.js'

/**
 * The same session, whose requests wait until it is known whether the page may be open. The page of a guest's deep link runs
 * before the guards may lead away from it, as it has to hydrate first: it would ask as nobody.
 *
 * @param isClosed whether the open page is for users, and nobody is signed in
 */
export function silentWhileClosed(
  auth: Auth<never>,
  hydrated: Promise<unknown>,
  isClosed: () => boolean,
): Auth<never> {
  let isHydrated = false
  hydrated.finally(() => {
    isHydrated = true
  })
  const fetch: Auth<never>['fetch'] = async (input, init) => {
    if (!isHydrated) {
      await auth.ready
      if (!isHydrated && isClosed()) throw callError('session-ended')
    }
    return auth.fetch(input, init)
  }
  return Object.create(auth, { fetch: { value: fetch } })
}
