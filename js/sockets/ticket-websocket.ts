import { type SessionOfSocket, whenSessionEnds } from './session.js'
import { ticketSource } from './ticket-source.js'

export interface TicketWebSocketOptions {
  /** The endpoint of the API that issues tickets (POST). */
  ticket: string
  /**
   * The URL of a connection.
   * @default the URL that the library asks for, with the ticket in its parameter `ticket`
   */
  url?: (url: URL, ticket: string) => string | URL
  /**
   * The subprotocols of a connection.
   * @default those that the library asks for
   */
  protocols?: (protocols: string[], ticket: string) => string[]
}

type Handler<E extends Event> = ((event: E) => unknown) | null

/**
 * Creates a class that libraries use instead of `WebSocket`, if they have a setting for that and cannot wait for a ticket
 * themselves: `adapters.WebSocket` of ActionCable, for example. Each connection of the class gets a fresh ticket first;
 * meanwhile its `readyState` is `CONNECTING`. If there is no ticket, it has the events `error` and `close` with the code
 * 1006, as after a failed connection. The library reconnects as it does with `WebSocket`.
 *
 * When the user is gone, the connection is closed, and no message of it is delivered any more. Tell the library as well
 * (`whenSessionEnds`), or it tries to reconnect.
 */
export function ticketWebSocket(auth: SessionOfSocket, options: TicketWebSocketOptions): typeof WebSocket {
  const nextTicket = ticketSource(auth, options.ticket)

  class TicketWebSocket extends EventTarget {
    static readonly CONNECTING = 0
    static readonly OPEN = 1
    static readonly CLOSING = 2
    static readonly CLOSED = 3
    readonly CONNECTING = 0
    readonly OPEN = 1
    readonly CLOSING = 2
    readonly CLOSED = 3

    onopen: Handler<Event> = null
    onmessage: Handler<MessageEvent> = null
    onerror: Handler<Event> = null
    onclose: Handler<CloseEvent> = null

    #socket: WebSocket | undefined
    #state = 0
    #binaryType: BinaryType = 'blob'
    #isGone = false
    readonly #url: URL
    readonly #stopWatching = whenSessionEnds(auth, () => {
      this.#isGone = true
      this.close(1000, 'session-ended')
    })

    constructor(url: string | URL, protocols: string | string[] = []) {
      super()
      this.#url = new URL(url, globalThis.document?.baseURI)
      this.#connect([protocols].flat())
    }

    get readyState() {
      return this.#socket?.readyState ?? this.#state
    }
    get protocol() {
      return this.#socket?.protocol ?? ''
    }
    get extensions() {
      return this.#socket?.extensions ?? ''
    }
    get bufferedAmount() {
      return this.#socket?.bufferedAmount ?? 0
    }
    /** Without the ticket. */
    get url() {
      return this.#url.href
    }
    get binaryType() {
      return this.#binaryType
    }
    set binaryType(type) {
      this.#binaryType = type
      if (this.#socket) this.#socket.binaryType = type
    }

    send(data: Parameters<WebSocket['send']>[0]) {
      if (!this.#socket) throw new DOMException('There is no connection yet.', 'InvalidStateError')
      this.#socket.send(data)
    }

    close(code?: number, reason?: string) {
      if (this.#socket) return this.#socket.close(code, reason)
      if (this.#state !== 0) return
      this.#state = 2
      queueMicrotask(() => this.#fail())
    }

    async #connect(protocols: string[]) {
      try {
        const ticket = await nextTicket()
        if (this.#state !== 0) return
        const url = options.url?.(new URL(this.#url), ticket) ?? withTicket(this.#url, ticket)
        this.#socket = new WebSocket(url, options.protocols?.(protocols, ticket) ?? protocols)
      } catch {
        return this.#state === 0 && this.#fail()
      }
      this.#socket.binaryType = this.#binaryType
      for (const type of ['open', 'message', 'error', 'close'] as const)
        this.#socket.addEventListener(type, (event: Event) => this.#emit(copyOf(event)))
    }

    #fail() {
      this.#state = 3
      this.#emit(new Event('error'))
      this.#emit(closeEvent({ code: 1006 }))
    }

    #emit(event: Event) {
      if (event.type === 'close') this.#stopWatching()
      if (event.type === 'message' && this.#isGone) return
      this[`on${event.type}` as 'onopen']?.call(this, event)
      this.dispatchEvent(event)
    }
  }

  return TicketWebSocket as unknown as typeof WebSocket
}

function withTicket(url: URL, ticket: string) {
  const whole = new URL(url)
  whole.searchParams.set('ticket', ticket)
  return whole
}

/** An event can be dispatched only once. */
function copyOf(event: Event) {
  if (event.type === 'message') {
    const { data, origin, lastEventId } = event as MessageEvent
    return new MessageEvent('message', { data, origin, lastEventId })
  }
  return event.type === 'close' ? closeEvent(event as CloseEvent) : new Event(event.type)
}

/** Node has no `CloseEvent` before version 23. */
function closeEvent({
  code,
  reason = '',
  wasClean = false,
}: {
  code: number
  reason?: string
  wasClean?: boolean
}) {
  if (typeof CloseEvent === 'function') return new CloseEvent('close', { code, reason, wasClean })
  return Object.assign(new Event('close'), { code, reason, wasClean })
}
