import { commonError } from './errors.js'
import { createLink } from './link.js'
import { packCredentials } from './port/packing.js'
import type { Port } from './port/protocol.js'
import { createSender } from './send.js'
import { LOADING } from './snapshot.js'
import type { Vault } from './types.js'

export interface RemoteOptions {
  /** Ends the port. */
  close(): void
  /** Called once when the vault has stopped answering. */
  onLost(): void
  /** Rejects when the vault has failed to start. */
  failed: Promise<never>
}

/** The vault at the other end of a port. */
export async function openRemote(port: Port, { close, onLost, failed }: RemoteOptions): Promise<Vault> {
  const link = createLink(port, (error) => {
    if (end(error)) onLost()
  })
  const { channel, view } = link
  const send = createSender(channel)
  let hasEnded = false

  /** @returns whether it had not ended before */
  function end(error: unknown): boolean {
    if (hasEnded) return false
    hasEnded = true
    link.stopHandshake()
    stopListening()
    channel.post({ type: 'bye' })
    channel.end(error)
    close()
    return true
  }

  const stopListening = listenForLifecycle({
    hidden() {
      link.stopHandshake()
      channel.post({ type: 'bye' })
    },
    restored() {
      channel.failAll(new TypeError('The page was put away.'))
      view.show(LOADING)
      link.greetAgain(true)
    },
    woke: () => channel.post({ type: 'woke' }),
  })
  try {
    await Promise.race([link.greet(), failed])
  } catch (error) {
    end(error)
    throw error
  }

  return {
    get snapshot() {
      return view.snapshot
    },
    subscribe: view.subscribe,
    onEvent: view.onEvent,
    reportRequests: link.reportRequests,
    origins: async () => link.origins(),
    ready: () => channel.request({ type: 'ready' }),
    fetch: (request, body, priority) => send(request, body, priority, link.origins()),
    signIn: async (credentials) => {
      return channel.request({ type: 'sign-in', credentials: packCredentials(credentials) })
    },
    signOut: () => channel.request({ type: 'sign-out' }),
    close: () => void end(commonError('closed')),
  }
}

/** A page in the back/forward cache is gone for the vault, and shows nothing it has not heard anew (promise 18). */
function listenForLifecycle(page: { hidden(): void; restored(): void; woke(): void }): () => void {
  const listeners: Record<string, (event: Event) => void> = {
    pagehide: page.hidden,
    pageshow: (event) => (event as PageTransitionEvent).persisted && page.restored(),
    resume: page.woke,
    visibilitychange: () => document.hidden || page.woke(),
  }
  for (const [type, listener] of Object.entries(listeners)) addEventListener(type, listener, true)
  return () => {
    for (const [type, listener] of Object.entries(listeners)) removeEventListener(type, listener, true)
  }
}
