import { isAuthError } from '../common/errors.js'
import { createRetry } from '../common/retry.js'
import { loadingWith } from '../common/snapshot.js'
import type { Auth, Snapshot } from '../common/types.js'

/** A guard decides without the session when it has not become known for so long. In milliseconds. */
const DECISION_TIMEOUT = 12_000

/** The session as guards decide by it: within a bounded time it is known, or it is known that it cannot be found out. */
export interface SessionWatch {
  /** Also while the vault does not start, or does not answer in time: `loading`, with the failure `unreachable`. */
  readonly snapshot: Snapshot<unknown>
  /** Why the vault did not start; `undefined` if it did, or has not failed yet. */
  readonly vaultError: unknown
  /** Resolves when `snapshot` is known or has a failure, after 12 s at the latest. A vault that has failed is started again. */
  whenDecidable(): Promise<void>
  stop(): void
}

/** @param onChange called after every change of `snapshot`, and before those go on who wait for it */
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

  /** Finds out whether the vault starts. Each call that comes after a failure starts it again. */
  async function askVault() {
    const error: unknown = await auth.ready.then(
      () => undefined,
      (reason) => reason,
    )
    const code = isAuthError(error) ? error.code : undefined
    isDisposed = code === 'closed'
    const before = vaultError
    // `unreachable` comes from a vault that runs: the API does not answer it.
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
      // A vault that pauses between two attempts makes the next one when it is asked.
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
