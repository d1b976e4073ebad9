import { createCallChannel } from './call-channel.js'
import { readCookie } from './cookie.js'
import { commonError } from './errors.js'
import { createHandshake } from './handshake.js'
import { pageError } from './page-errors.js'
import { unpackError } from './port/errors.js'
import { packCredentials } from './port/packing.js'
import { type Port, type ToPage, VERSION } from './port/protocol.js'
import { createSender } from './send.js'
import { frozen, LOADING } from './snapshot.js'
import type { AuthEvent, ConnectedVault, VaultObserver } from './types.js'

export interface RemoteOptions extends VaultObserver {
  /** Ends the port. */
  close(): void
}

/** The vault at the other end of a port. `welcome` settles when it has answered the first greeting. */
export function openRemote(port: Port, options: RemoteOptions) {
  const channel = createCallChannel(port, () => lose(pageError('vault-lost')))
  const handshake = createHandshake(channel.post, lose)
  const send = createSender(channel)
  let settle!: { resolve(): void; reject(error: unknown): void }
  const welcome = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject }
  })
  let origins: readonly string[] = []
  /** Which run of the vault's script answers: a browser may restart a SharedWorker behind the ports of its pages. */
  let instance: string | undefined
  let isWelcome = false
  let isReporting = false
  const ending = new AbortController()

  function onMessage(message: ToPage | null) {
    // The script of a worker may post something of its own; the vault's own messages are as their types say.
    if (typeof message?.type !== 'string') return
    channel.noteSignOfLife()
    if ('id' in message) return channel.deliver(message)
    if ('instance' in message) onInstance(message)
    switch (message.type) {
      case 'welcome':
        return onWelcome(message)
      case 'refused':
        return lose(unpackError(message.error))
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

  function onWelcome(message: ToPage & { type: 'welcome' }) {
    handshake.stop()
    if (message.version !== VERSION) return lose(commonError('vault-mismatch'))
    isWelcome = true
    origins = message.origins
    settle.resolve()
  }

  /** A vault that was restarted knows neither the open calls of this page nor what the page wants to hear. */
  function onInstance(message: ToPage & { instance: string }) {
    const isAnother = instance !== undefined && instance !== message.instance
    instance = message.instance
    if (!isAnother) return
    channel.failLost()
    if (message.type !== 'welcome') greetAgain(false)
  }

  function greetAgain(restored: boolean) {
    handshake.greet(restored, isWelcome)
    if (isReporting) vault.reportRequests()
  }

  function restored() {
    channel.failAll(new TypeError('The page was put away.'))
    options.onSnapshot(LOADING)
    greetAgain(true)
  }

  function leave() {
    handshake.stop()
    channel.post({ type: 'bye' })
  }

  function end(error: unknown) {
    ending.abort()
    leave()
    channel.end(error)
    options.close()
    settle.reject(error)
  }

  function lose(error: unknown) {
    if (ending.signal.aborted) return
    end(error)
    if (isWelcome) options.onLost()
  }

  const vault: ConnectedVault = {
    origins: async () => origins,
    reportRequests() {
      isReporting = true
      channel.post({ type: 'report-requests' })
    },
    ready: () => channel.request({ type: 'ready' }),
    fetch: (request, body, priority) => send(request, body, priority, origins),
    signIn: async (credentials) =>
      channel.request({ type: 'sign-in', credentials: packCredentials(credentials) }),
    signOut: () => channel.request({ type: 'sign-out' }),
    close: () => ending.signal.aborted || end(commonError('closed')),
  }

  listenForLifecycle(ending.signal, { hidden: leave, restored, woke: () => channel.post({ type: 'woke' }) })
  port.addEventListener('message', ({ data }) => onMessage(data))
  // An answer that cannot be read here, and nothing says whose.
  port.addEventListener('messageerror', () => channel.failLost())
  handshake.greet(false, false)
  return { vault, welcome }
}

/** A page in the back/forward cache is gone for the vault, and shows nothing it has not heard anew (promise 18). */
function listenForLifecycle(signal: AbortSignal, page: { hidden(): void; restored(): void; woke(): void }) {
  const listeners: Record<string, (event: Event) => void> = {
    pagehide: page.hidden,
    pageshow: (event) => (event as PageTransitionEvent).persisted && page.restored(),
    resume: page.woke,
    visibilitychange: () => document.hidden || page.woke(),
  }
  for (const [type, listener] of Object.entries(listeners))
    addEventListener(type, listener, { capture: true, signal })
}
