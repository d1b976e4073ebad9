import { callError } from '../../common/call-errors.js'
import type { Decision } from '../../common/guard.js'
import type { Auth } from '../../common/types.js'

/**
 * The same session, which sends nothing for a page that requires sign-in while no user is signed in. If a guest opens
 * such a page directly, the page must hydrate before the guards can redirect. Without this, it would send requests
 * without a session.
 *
 * @param openPage returns a function for the page that is open now. That function returns the decision of the guards for
 * that page, at any time later
 */
export function silentWhileClosed(auth: Auth<never>, openPage: () => () => Decision): Auth<never> {
  const fetch: Auth<never>['fetch'] = async (input, init) => {
    const decision = openPage()
    if (decision() !== 'wait') return send(input, init)
    // Reads the body at the call, as `fetch` does.
    const request = new Request(input, init)
    await knownOrAborted(request.signal)
    return send(request)

    function send(...asked: Parameters<typeof auth.fetch>) {
      if (decision() === 'sign-in') throw callError('session-ended')
      return auth.fetch(...asked)
    }
  }

  /** A vault that does not start causes no error here: the call that needs the vault reports it. */
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
