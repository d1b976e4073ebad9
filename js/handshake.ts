import { commonError } from './errors.js'
import { pageError } from './page-errors.js'
import { type ToPage, type ToVault, VERSION } from './port/protocol.js'

/**
 * A vault that has started answers a greeting within this time, or it is lost. In milliseconds. The first greeting has
 * a limit of its own, since the vault may still have to load.
 */
export const HANDSHAKE_TIMEOUT = 10_000

/** Greets the vault, and waits for its welcome. */
export function createHandshake(post: (message: ToVault) => void) {
  let pending: { promise: Promise<void>; resolve(): void; reject(error: unknown): void } | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  function start() {
    let settle!: Pick<NonNullable<typeof pending>, 'resolve' | 'reject'>
    const promise = new Promise<void>((resolve, reject) => {
      settle = { resolve, reject }
    })
    return { promise, ...settle }
  }

  function settle(error?: unknown) {
    clearTimeout(timer)
    const { resolve, reject } = pending ?? {}
    pending = undefined
    if (error) reject?.(error)
    else resolve?.()
  }

  /** In two halves: after the thread was blocked, a timer may fire before the messages that have come meanwhile. */
  function limit(millis: number) {
    clearTimeout(timer)
    timer = setTimeout(() => {
      timer = setTimeout(settle, millis / 2, pageError('vault-lost'))
    }, millis / 2)
  }

  return {
    /** Settles with the answer to this greeting, or to the one that replaces it meanwhile. */
    greet(restored: boolean, timeout?: number): Promise<void> {
      pending ??= start()
      if (timeout) limit(timeout)
      post({ type: 'hello', version: VERSION, restored })
      return pending.promise
    },
    welcome({ version }: ToPage & { type: 'welcome' }) {
      settle(version === VERSION ? undefined : commonError('vault-mismatch'))
    },
    refuse: settle,
    /** The page goes, or its client closes: nothing is waited for. */
    stop: () => clearTimeout(timer),
  }
}
