import { pageError } from './page-errors.js'
import { type ToVault, VERSION } from './port/protocol.js'

/** A vault that has started answers a greeting within this time, or it is lost. In milliseconds. */
const HANDSHAKE_TIMEOUT = 10_000

/** Greets the vault. */
export function createHandshake(post: (message: ToVault) => void, onTimeout: (error: unknown) => void) {
  let timer: ReturnType<typeof setTimeout> | undefined

  /** In two halves: after the thread was blocked, a timer may fire before the messages that have come meanwhile. */
  function wait(then: () => void) {
    timer = setTimeout(then, HANDSHAKE_TIMEOUT / 2)
  }

  return {
    /** @param isLimited not for the first greeting: the vault may still have to load, and has a limit for that */
    greet(restored: boolean, isLimited: boolean) {
      clearTimeout(timer)
      if (isLimited) wait(() => wait(() => onTimeout(pageError('vault-lost'))))
      post({ type: 'hello', version: VERSION, restored })
    },
    /** The vault has answered, or nothing is waited for: the page goes, or its client closes. */
    stop: () => clearTimeout(timer),
  }
}
