import type { RouteLocationNormalized, RouteLocationRaw } from 'vue-router'
import { callError } from '../common/call-errors.js'
import type { Decision } from '../common/guard.js'
import type { createAsked } from './router-asked.js'
import type { createPages } from './router-pages.js'
import type { SessionWatch } from './session-watch.js'

/**
 * Lets navigations pass, holds them until the session can be decided by, or leads them elsewhere.
 *
 * @param isPassive whether what cannot be decided yet is let through
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
    // What another navigation has overtaken, the router ends by itself.
    if (isPassive() || to !== latest || pages.isInstead(to, 'unavailable')) return true
    // A vault that has failed is started again.
    session.whenDecidable()
    if (canShowUnavailable()) return pages.instead({ wanted: to, decision: 'unavailable' })
    failed = to
    throw session.vaultError ?? callError('unreachable')
  }

  /** What is wrong with the vault is for the developer to see, as an error. */
  const canShowUnavailable = () => pages.hasUnavailable && session.vaultError === undefined

  return {
    begin,
    admit,
    /** Whether a navigation waits for the session. */
    get isWaiting() {
      return waitingNavigations > 0
    },
    /** Whether the last page was let through without a decision. */
    get isUndecided() {
      return isUndecided
    },
    /** The page whose navigation failed because the session was not known, unless another was asked for since. */
    get failed() {
      return failed
    },
    /** Whether that navigation would not fail again. */
    canGoOn(to: RouteLocationNormalized): boolean {
      const decision = judge(to)
      return decision === 'unavailable' ? canShowUnavailable() : decision !== 'wait'
    },
  }
}
