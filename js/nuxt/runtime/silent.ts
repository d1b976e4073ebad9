import { callError } from '../../common/call-errors.js'
import type { Decision } from '../../common/guard.js'
import type { Auth } from '../../common/types.js'

/**
 * The same session, which sends nothing for a page that is for users while no user is signed in. The page of a guest's deep link
 * runs before the guards may lead away from it, as it has to hydrate first: it would send requests without a session.
 *
 * @param openPage gives for the page that is open now what the guards decide, at any time later
 */
export function silentWhileClosed(auth: Auth<never>, openPage: () => () => Decision): Auth<never> {
  const fetch: Auth<never>['fetch'] = async (input, init) => {
    const decision = openPage()
    if (decision() !== 'wait') return send(input, init)
    // Takes the body at the call, as fetch does.
    const request = new Request(input, init)
    await knownOrAborted(request.signal)
    return send(request)

    function send(...asked: Parameters<typeof auth.fetch>) {
      if (decision() === 'sign-in') throw callError('session-ended')
      return auth.fetch(...asked)
    }
  }

  /** A vault that does not start is no reason to fail here: what needs it does. */
  const knownOrAborted = (signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      const done = () => {
        signal.removeEventListener('abort', done)
        resolve()
      }
      signal.addEventListener('abort', done)
      if (signal.aborted) done()
      auth.ready.then(done, done)
    })

  return Object.create(auth, { fetch: { value: fetch } })
}
