import { createEmitter, type On } from './emitter.js'
import { type Closed, type Ended, keepConnected } from './keep-connected.js'
import type { SessionOfSocket } from './session.js'
import { FIRST_PAUSE, judge } from './ticket-source.js'

/** `WebSocket.OPEN`. */
const OPEN = 1

/** A connection that lasted this long was good: the next pause is short again. In milliseconds. */
const GOOD_AFTER = 5000

export interface OpenSocketOptions {
  /** The endpoint of the API that issues tickets (POST): `auth.ticket` asks it before each connection. */
  ticket: string
  /** The URL of the WebSocket. A ticket in it may be logged on its way; a subprotocol or a first message may not be. */
  url: (ticket: string) => string | URL
  /** The subprotocols. The server must select one that is not the ticket. */
  protocols?: (ticket: string) => string | string[]
  /**
   * What happens after a refresh of the token. `'keep'`: nothing. `'reconnect'`: the socket is closed, and opened with a
   * fresh ticket. A function gets the open socket and a fresh ticket, for servers that take a ticket in a message.
   * @default 'keep'
   */
  onRefresh?: 'keep' | 'reconnect' | ((socket: WebSocket, refreshed: { ticket: string }) => void)
  /**
   * Whether there is a further attempt after this close event. It gets the codes of the server, such as 4403.
   * @default always
   */
  shouldReconnect?: (event: CloseEvent) => boolean
  /**
   * Whether the socket is opened again for the next user. If not, it is closed for good when its user is gone.
   * @default false
   */
  reopen?: boolean
}

export interface SocketEvents {
  /** A connection is open. */
  open: { socket: WebSocket }
  message: MessageEvent
  /**
   * A connection has ended, or there will be none any more. `retryIn`: the pause before the next one, in milliseconds;
   * `null` if there is none. `reason`: why; `'lost'` if the server or the network closed it.
   */
  close: { reason: Closed | 'lost' | 'refreshed'; event: CloseEvent | null; retryIn: number | null }
  /**
   * There was no ticket, or no connection could be made with it. `retryIn`: as above; with `null` the next attempt follows
   * a refresh.
   */
  error: { error: unknown; retryIn: number | null }
}

/** A WebSocket that is kept open. */
export interface KeptSocket {
  /** The open connection; `null` while there is none. */
  readonly socket: WebSocket | null
  /** Adds a listener. Returns a function that removes it. */
  readonly on: On<SocketEvents>
  /**
   * Sends if the connection is open.
   *
   * @returns whether it was open. Nothing is kept for later, because the next connection may be that of another user
   */
  send(data: Parameters<WebSocket['send']>[0]): boolean
  /** Closes the connection for good. */
  close(): void
}

/**
 * Keeps a WebSocket open while a user is signed in. Each connection has a fresh ticket. A lost connection is opened again
 * after 0.5 s and then growing pauses of up to 45 s, and at once when the browser is online again. When the user is gone,
 * the socket is closed at once, and no message of it is delivered any more.
 *
 * If no user is signed in yet, it waits for one.
 */
export function openSocket(auth: SessionOfSocket, options: OpenSocketOptions): KeptSocket {
  const { on, emit } = createEmitter<SocketEvents>()
  const { onRefresh = 'keep', shouldReconnect = () => true } = options
  let open: Connection | undefined
  /** Whether listeners know that there is no next connection. */
  let hasReported = false

  function close(reason: SocketEvents['close']['reason'], event: CloseEvent | null, retryIn: number | null) {
    hasReported = retryIn === null
    emit('close', { reason, event, retryIn })
  }

  /** Ends the open connection, if any. */
  function end(reason: Closed): boolean {
    const was = open
    open = undefined
    was?.end(reason)
    return was !== undefined
  }

  async function connect(signal: AbortSignal): Promise<Ended> {
    const failed = (error: unknown, ended: Omit<Ended, 'report'>): Ended => ({
      ...ended,
      report: (retryIn) => emit('error', { error, retryIn }),
    })
    let socket: WebSocket
    try {
      const ticket = await auth.ticket(options.ticket)
      if (signal.aborted) return { again: 'never' }
      socket = new WebSocket(options.url(ticket), options.protocols?.(ticket))
    } catch (error) {
      const { isTemporary, retryAfter } = judge(error)
      return failed(error, { again: isTemporary ? 'backoff' : 'on-refresh', retryAfter })
    }
    let openedAt: number | undefined
    const ended = await follow(socket, signal, {
      onOpen(connection) {
        openedAt = performance.now()
        hasReported = false
        open = connection
        emit('open', { socket })
      },
      onMessage: (event) => emit('message', event),
    })
    open = undefined
    if (ended === 'refreshed')
      return {
        again: 'at-once',
        report: (retryIn) => close('refreshed', null, retryIn),
      }
    if (typeof ended === 'string') return { again: 'never' }
    const again = shouldReconnect(ended) ? 'backoff' : 'never'
    if (openedAt === undefined) return failed(ended, { again })
    return {
      again,
      wasGood: performance.now() - openedAt >= GOOD_AFTER,
      report: (retryIn) => close(retryIn === null ? 'stopped' : 'lost', ended, retryIn),
    }
  }

  async function tell({ socket }: Connection) {
    if (typeof onRefresh !== 'function') return
    try {
      const ticket = await auth.ticket(options.ticket)
      if (open?.socket === socket) onRefresh(socket, { ticket })
    } catch (error) {
      if (open?.socket === socket) emit('error', { error, retryIn: null })
    }
  }

  const stopEvents = auth.onEvent(({ type }) => {
    if (type !== 'refreshed' || !open) return
    if (onRefresh === 'reconnect') open.end('refreshed')
    else tell(open)
  })
  const kept = keepConnected(auth, {
    connect,
    firstPause: () => FIRST_PAUSE,
    reopen: options.reopen ?? false,
    onUserGone: () => end('session-ended') && close('session-ended', null, null),
    onClosed(reason) {
      stopEvents()
      end(reason)
      if (reason !== 'stopped' || !hasReported) close(reason, null, null)
    },
  })
  return {
    on,
    close: kept.close,
    get socket() {
      return open?.socket ?? null
    },
    send(data) {
      if (open?.socket.readyState !== OPEN) return false
      open.socket.send(data)
      return true
    },
  }
}

interface Connection {
  socket: WebSocket
  end(reason: Closed | 'refreshed'): void
}

interface Handlers {
  onOpen: (connection: Connection) => void
  onMessage: (event: MessageEvent) => void
}

/**
 * Resolves with the close event of the socket, or at once with the reason with which it was ended here. After that, no
 * handler is called.
 */
function follow(
  socket: WebSocket,
  signal: AbortSignal,
  { onOpen, onMessage }: Handlers,
): Promise<CloseEvent | Closed | 'refreshed'> {
  return new Promise((resolve) => {
    let isOver = false
    function finish(outcome: CloseEvent | Closed | 'refreshed') {
      isOver = true
      signal.removeEventListener('abort', onAbort)
      resolve(outcome)
    }
    function end(reason: Closed | 'refreshed') {
      if (isOver) return
      finish(reason)
      socket.close(1000, reason)
    }
    const onAbort = () => end('session-ended')
    signal.addEventListener('abort', onAbort)
    socket.addEventListener('open', () => isOver || onOpen({ socket, end }))
    socket.addEventListener('message', (event) => isOver || onMessage(event))
    socket.addEventListener('close', (event) => isOver || finish(event))
    // It says nothing; a close event follows.
    socket.addEventListener('error', () => {})
  })
}
