import type { RouteLocationNormalized, RouteLocationRaw } from 'vue-router'
import { callError } from '../common/call-errors.js'
import type { Decision } from '../common/guard.js'
import type { createAsked } from './router-asked.js'
import type { createPages } from './router-pages.js'
import type { SessionWatch } from './session-watch.js'

/**
 * Allows a navigation, delays it until the guard can decide, or redirects it.
 *
 * @param isPassive whether to allow a navigation about which the guard cannot decide yet
 */
export function createAdmission(
  session: SessionWatch,
  pages: ReturnType<typeof createPages>,
  asked: ReturnType<typeof createAsked>,
  judge: (to: RouteLocationNormalized) => Decision,
  isPassive: () => boolean,
) {
  let isUndecided = false
  let waitingNavigations = 0
  let latest: RouteLocationNormalized | undefined
  let failed: RouteLocationNormalized | undefined

  function begin(to: RouteLocationNormalized) {
    pages.noteNavigation(to)
    asked.note(to)
    latest = to
    failed = undefined
    isUndecided = false
    return admit(to)
  }

  async function admit(to: RouteLocationNormalized): Promise<RouteLocationRaw | true> {
    const decision = judge(to)
    switch (decision) {
      case 'allow':
        return true
      case 'wait':
        if (!isPassive()) return admitLater(to)
        isUndecided = true
        return true
      case 'unavailable':
        return refuseForNow(to)
      case 'forbidden':
        return pages.instead({ wanted: to, decision })
      case 'home':
        return pages.wanted(to) ?? pages.home(to)
      case 'sign-in':
        return pages.askToSignIn(to)
    }
  }

  async function admitLater(to: RouteLocationNormalized) {
    waitingNavigations += 1
    await session.whenDecidable()
    waitingNavigations -= 1
    return asked.added(session.snapshot) ?? admit(to)
  }

  function refuseForNow(to: RouteLocationNormalized): RouteLocationRaw | true {
    // If a newer navigation has replaced this one, the router cancels it by itself.
    if (isPassive() || to !== latest || pages.isInstead(to, 'unavailable')) return true
    // This starts a failed vault again.
    session.whenDecidable()
    if (canShowUnavailable()) return pages.instead({ wanted: to, decision: 'unavailable' })
    failed = to
    throw session.vaultError ?? callError('unreachable')
  }

  /** An error of the vault is thrown and not replaced by a page, because the developer must see it. */
  const canShowUnavailable = () => pages.hasUnavailable && session.vaultError === undefined

  return {
    begin,
    admit,
    /** Whether a navigation waits for the session. */
    get isWaiting() {
      return waitingNavigations > 0
    },
    /** Whether the last page was allowed without a decision. */
    get isUndecided() {
      return isUndecided
    },
    /** The page whose navigation failed because the session was not known; `undefined` after a newer navigation. */
    get failed() {
      return failed
    },
    /** Whether the guard can now decide about a new navigation to this page, so that it does not fail again. */
    canProceed(to: RouteLocationNormalized): boolean {
      const decision = judge(to)
      return decision === 'unavailable' ? canShowUnavailable() : decision !== 'wait'
    },
  }
}
