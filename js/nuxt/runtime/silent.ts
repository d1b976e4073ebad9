import { callError } from '../../call-errors.js'
import type { Auth } from '../../types.js'

/**
 * The same session, which sends nothing for a page that is for users while nobody is signed in. The page of a guest's deep link
 * runs before the guards may lead away from it, as it has to hydrate first: it would ask as nobody.
 *
 * @param openPage says of the page that is open now, at any time later, whether it is for users and nobody is signed in
 */
export function silentWhileClosed(auth: Auth<never>, openPage: () => () => boolean): Auth<never> {
  const fetch: Auth<never>['fetch'] = async (input, init) => {
    const isClosed = openPage()
    if (auth.snapshot.status === 'loading') await auth.ready
    if (isClosed()) throw callError('session-ended')
    return auth.fetch(input, init)
  }
  return Object.create(auth, { fetch: { value: fetch } })
}
