import { pageError } from './page-errors.js'
import { type ToVault, VERSION } from './port/protocol.js'

/**
 * A vault that has started answers a greeting within this time, or it is lost. In milliseconds. The first greeting has
 * a limit of its own, since the vault may still have to load.
 */
export const HANDSHAKE_TIMEOUT = 10_000

/** Greets the vault, and waits for its welcome. */
export function createHandshake(post: (message: ToVault) => void) {
  let greeting: Promise<void> | undefined
  let settle = (_?: unknown) => {}
  let timer: ReturnType<typeof setTimeout> | undefined

  function answer(error?: unknown) {
    clearTimeout(timer)
    greeting = undefined
    settle(error)
  }

  return {
    /** Settles with the answer to this greeting, or to the one that replaces it meanwhile. */
    greet(restored: boolean, timeout?: number): Promise<void> {
      greeting ??= new Promise((resolve, reject) => {
        settle = (error) => (error ? reject(error) : resolve())
      })
      clearTimeout(timer)
      if (timeout) {
        // In two halves: after the thread was blocked, a timer may fire before the messages that have come meanwhile.
        timer = setTimeout(() => {
          timer = setTimeout(answer, timeout / 2, pageError('vault-lost'))
        }, timeout / 2)
      }
      post({ type: 'hello', version: VERSION, restored })
      return greeting
    },
    /** Called with the reason when the vault refuses this page. */
    answer,
    /** The page goes, or its client closes: nothing is waited for. */
    stop: () => clearTimeout(timer),
  }
}
