import { isAuthError } from '../common/errors.js'
import { createRetry } from '../common/retry.js'
import { loadingWith } from '../common/snapshot.js'
import type { Auth, Snapshot } from '../common/types.js'

/** After this time a guard decides without the session if it is still not known. In milliseconds. */
const DECISION_TIMEOUT = 12_000

/** The session on which guards base their decisions. Within a limited time it is either known or has a failure. */
export interface SessionWatch {
  /** If the vault does not start, or does not answer in time, the snapshot is `loading` with the failure `unreachable`. */
  readonly snapshot: Snapshot<unknown>
  /** Why the vault did not start; `undefined` if it has started, or has not failed yet. */
  readonly vaultError: unknown
  /** Resolves when `snapshot` is known or has a failure, after at most 12 s. Starts a failed vault again. */
  whenDecidable(): Promise<void>
  stop(): void
}

/** @param onChange called after every change of `snapshot`, before the promises of `whenDecidable` resolve */
export function watchSession(auth: Auth<unknown>, onChange: () => void): SessionWatch {
  const waiting = new Set<() => void>()
  let vaultError: unknown
  let isOverdue = false
  let isDisposed = false
  let timer: ReturnType<typeof setTimeout> | undefined

  const isKnown = () => auth.snapshot.status !== 'loading'

  function current(): Snapshot<unknown> {
    const { snapshot } = auth
    const isFailing = isOverdue || vaultError !== undefined
    return isFailing && !isKnown() && !snapshot.failure ? loadingWith('unreachable') : snapshot
  }

  const isDecidable = () => current().status !== 'loading' || current().failure !== null

  function update() {
    if (isKnown() || auth.snapshot.failure) {
      vaultError = undefined
      isOverdue = false
    }
    onChange()
    if (isDecidable()) release()
  }

  function release() {
    clearTimeout(timer)
    timer = undefined
    for (const resolve of waiting) resolve()
    waiting.clear()
  }

  /** Finds out whether the vault starts. After a failure, each call starts it again. */
  async function askVault() {
    const error: unknown = await auth.ready.then(
      () => undefined,
      (reason) => reason,
    )
    const code = isAuthError(error) ? error.code : undefined
    isDisposed = code === 'closed'
    const before = vaultError
    // `unreachable` is not an error of the vault: the vault runs, but the API does not answer.
    vaultError = code === 'unreachable' ? undefined : error
    if (vaultError !== before) update()
  }

  const vault = createRetry(askVault, () => isKnown() || isDisposed)
  const unsubscribe = auth.subscribe(update)
  return {
    get snapshot() {
      return current()
    },
    get vaultError() {
      return vaultError
    },
    whenDecidable() {
      if (isKnown()) return Promise.resolve()
      vault.start()
      vault.retryNow()
      // If the vault pauses between two attempts, this call makes it start the next attempt.
      if (auth.snapshot.failure) auth.ready.catch(() => {})
      if (isDecidable()) return Promise.resolve()
      timer ??= setTimeout(() => {
        isOverdue = true
        update()
      }, DECISION_TIMEOUT)
      return new Promise((resolve) => waiting.add(resolve))
    },
    stop() {
      unsubscribe()
      vault.stop()
      release()
    },
  }
}
