import type { Bff } from './options.js'
import type { Renewals } from './renewals.js'
import { nameOf } from './seal.js'
import { isExpired } from './session.js'
import type { Session } from './session-types.js'
import type { createUpstream, SignOutResult } from './upstream.js'
import { recordVisitor, visitorOf } from './visitor.js'

export type SignOut = ReturnType<typeof createSignOut>

/** Informs the API that a user has signed out. */
export function createSignOut(bff: Bff, renewals: Renewals, upstream: ReturnType<typeof createUpstream>) {
  async function failed(session: Session, { status, error }: SignOutResult, willRetry: boolean) {
    bff.emit({
      type: 'sign-out-failed',
      session: await nameOf(session.id),
      code: status === undefined || status >= 500 ? 'unreachable' : 'status-unexpected',
      willRetry,
      ...(status !== undefined && { status }),
      ...(error && { error }),
    })
  }

  /** @returns the session with the newest token, if the API must be informed again */
  return async function signOut(session: Session, willRetry = true): Promise<Session | undefined> {
    const now = Date.now()
    let last = session
    // The API must revoke the token of a refresh that is in progress. A token that is too old revokes nothing.
    for (const isDoubtful of [isExpired(session) && bff.refresh !== undefined, true]) {
      const renewal = await (isDoubtful ? renewals.renew(last, now, true) : renewals.known(last, now, true))
      if (renewal?.kind === 'refused') return undefined
      // The refresh is still in progress: its token is known at the next attempt.
      if (renewal === null) break
      if (renewal?.kind === 'renewed') {
        last = renewal.session
        recordVisitor(last, visitorOf(session))
      }
      const result = await upstream.signOut(last)
      if (result.kind === 'confirmed') return undefined
      if (result.kind === 'refused' && !bff.refresh) return undefined
      if (result.kind === 'refused' && !isDoubtful) continue
      const isOver = result.kind === 'not-understood'
      await failed(last, result, willRetry && !isOver)
      if (isOver) return undefined
      break
    }
    return { ...last, user: undefined }
  }
}
