import { readCookie } from '../common/cookie.js'
import { commonError } from '../common/errors.js'
import { frozen, LOADING } from '../common/snapshot.js'
import type { AuthEvent } from '../common/types.js'
import { unpackError } from '../protocol/errors.js'
import { listenForLifecycle } from '../protocol/lifecycle.js'
import type { Port, ToPage } from '../protocol/messages.js'
import type { ConnectedVault, VaultObserver } from '../protocol/vault.js'
import { createCallChannel } from './call-channel.js'
import { createHandshake } from './handshake.js'
import { createSender } from './send.js'

export interface RemoteOptions extends VaultObserver {
  onWelcome(): void
  /**
   * Called with the error when the vault is lost or closed. It matters only before the vault has answered the first
   * `hello`.
   */
  onFailed(error: unknown): void
  /** Closes the port. */
  close(): void
}

/**
 * Connects to the vault at the other end of a port. If a message cannot be deserialised, every open call fails, because it
 * is unknown which call the message belongs to.
 */
export function openRemote(port: Port, options: RemoteOptions) {
  const channel = createCallChannel(port, lose)
  const handshake = createHandshake(channel, lose)
  const ending = new AbortController()
  let origins: readonly string[] = []

  function onMessage(message: ToPage | null) {
    // The script of a worker may post its own messages. Messages of the vault always have the declared types.
    if (typeof message?.type !== 'string') return
    channel.noteSignOfLife(message)
    if ('id' in message) return channel.deliver(message)
    if ('instance' in message && handshake.noteInstance(message.instance)) {
      // A restarted vault does not know the open calls of this page, nor that the page wants events for requests.
      channel.failLost()
      if (message.type !== 'welcome') handshake.greet(false)
    }
    switch (message.type) {
      case 'welcome':
        origins = message.origins
        handshake.onWelcome(message.version)
        return options.onWelcome()
      case 'refused':
        // After the first welcome, `refused` may be the answer to a `hello` of another script, so it is ignored. If the
        // vault does not answer this page, the timeouts of this page still apply.
        return handshake.isAccepted || lose(unpackError(message.error))
      case 'ping':
        return channel.post({ type: 'pong' })
      case 'pong':
        return channel.failLost(message.unknown)
      case 'snapshot':
        return options.onSnapshot(frozen(message.snapshot))
      case 'event':
        return options.onEvent(Object.freeze(message.event) as AuthEvent)
      case 'cookie':
        return channel.post({ ...message, value: readCookie(message.name) })
    }
  }

  function restored() {
    channel.failAll(new TypeError('The page was suspended.'))
    options.onSnapshot(LOADING)
    handshake.greet(true)
  }

  function end(error: unknown) {
    ending.abort()
    channel.leave()
    channel.end(error)
    options.close()
    options.onFailed(error)
  }

  function lose(error: unknown) {
    if (ending.signal.aborted) return
    end(error)
    if (handshake.isAccepted) options.onLost()
  }

  // A page that goes into the back/forward cache leaves the vault. When it is restored, it shows no session until the vault
  // has answered (promise 18).
  listenForLifecycle(ending.signal, {
    hidden: channel.leave,
    restored,
    woke: () => channel.post({ type: 'woke' }),
  })
  port.addEventListener('message', ({ data }) => onMessage(data))
  port.addEventListener('messageerror', () => channel.failLost())
  handshake.greet(false)
  const vault: ConnectedVault = {
    origins: async () => origins,
    fetch: createSender(channel),
    run: (command, argument) => channel.request({ type: 'run', command, argument }),
    reportRequests: handshake.reportRequests,
    close: () => void (ending.signal.aborted || end(commonError('closed'))),
  }
  return vault
}
