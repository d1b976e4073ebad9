import { createCallChannel } from './call-channel.js'
import { readCookie } from './cookie.js'
import { commonError } from './errors.js'
import { createHandshake, HANDSHAKE_TIMEOUT } from './handshake.js'
import { pageError } from './page-errors.js'
import { unpackError } from './port/errors.js'
import { type Port, type ToPage, VERSION } from './port/protocol.js'
import { createSessionView } from './session-view.js'
import type { AuthEvent } from './types.js'

export type Link = ReturnType<typeof createLink>

/**
 * The page's end of a port: takes in what the vault says, and finds out when the vault is another one, or none.
 *
 * @param onLost called when the vault has stopped answering
 */
export function createLink(port: Port, onLost: (error: unknown) => void) {
  const view = createSessionView()
  const channel = createCallChannel(port, () => onLost(pageError('vault-lost')))
  const handshake = createHandshake(channel.post)
  let origins: readonly string[] = []
  /** Which run of the vault's script answers: a browser may restart a SharedWorker behind the ports of its pages. */
  let instance: string | undefined
  let isWelcome = false
  let isReporting = false

  function onMessage(message: ToPage | null) {
    // The script of a worker may post something of its own; the vault's own messages are as their types say.
    if (typeof message?.type !== 'string') return
    channel.noteSignOfLife()
    if ('id' in message) return channel.deliver(message)
    if ('instance' in message) onInstance(message)
    switch (message.type) {
      case 'welcome':
        isWelcome = true
        origins = message.origins
        return handshake.answer(message.version === VERSION ? undefined : commonError('vault-mismatch'))
      case 'refused':
        return handshake.answer(unpackError(message.error))
      case 'ping':
        return channel.post({ type: 'pong' })
      case 'pong':
        return channel.failUnknown(message.unknown)
      case 'snapshot':
        return view.show(message.snapshot)
      case 'event':
        return view.emitOrBuffer(Object.freeze(message.event) as AuthEvent)
      case 'cookie':
        return channel.post({ type: 'cookie', name: message.name, value: readCookie(message.name) })
    }
  }

  /** A vault that was restarted knows neither the open calls of this page nor what the page wants to hear. */
  function onInstance(message: Extract<ToPage, { instance: string }>) {
    const isAnother = instance !== undefined && instance !== message.instance
    instance = message.instance
    if (!isAnother) return
    channel.failAll(pageError('vault-lost'))
    if (message.type !== 'welcome') greetAgain(false)
  }

  /** Until the vault has answered for the first time, the limit is that of its start. */
  function greetAgain(restored: boolean) {
    const greeting = handshake.greet(restored, isWelcome ? HANDSHAKE_TIMEOUT : undefined)
    greeting.catch(isWelcome ? onLost : () => {})
    if (isReporting) channel.post({ type: 'report-requests' })
  }

  port.addEventListener('message', ({ data }) => onMessage(data))
  // An answer that cannot be read here, and nothing says whose.
  port.addEventListener('messageerror', () => channel.failAll(pageError('vault-lost')))

  return {
    view,
    channel,
    origins: () => origins,
    greet: () => handshake.greet(false),
    greetAgain,
    stopHandshake: handshake.stop,
    reportRequests() {
      isReporting = true
      channel.post({ type: 'report-requests' })
    },
  }
}
