import { isAuthError } from '../common/errors.js'
import { createEmitter, type On } from './emitter.js'
import { createEventParser, type ServerEvent } from './event-parser.js'
import { type Closed, type Ended, keepConnected } from './keep-connected.js'
import type { SessionOfStream } from './session.js'

/** The pause after a loss, until the server names another. In milliseconds. */
const RECONNECTION_TIME = 3000

export interface OpenEventSourceOptions {
  /** Further headers of each request. */
  headers?: HeadersInit
  /** The id to continue with, if the application has kept one. */
  lastEventId?: string
  /**
   * Whether there is a further attempt after a response that is not 200. By the HTML standard there is none.
   * @default never
   */
  shouldReconnect?: (response: Response) => boolean
  /**
   * Whether the stream is opened again for the next user, from its start. If not, it is closed for good when its user is
   * gone.
   * @default false
   */
  reopen?: boolean
}

export interface EventSourceEvents {
  /** A connection is open. */
  open: { response: Response }
  /** An event of the stream, of any `type`. */
  event: ServerEvent
  /**
   * A connection was lost or refused. `retryIn`: the pause before the next attempt, in milliseconds; `null` if there is
   * none. `response`: the response that was refused, if there was one.
   */
  error: { error: unknown; response: Response | null; retryIn: number | null }
  /** There will be no further connection. */
  close: { reason: Closed }
}

/** An event stream that is kept open. */
export interface KeptEventSource {
  /** The id that the next request sends as `Last-Event-ID`; empty if the server has sent none. */
  readonly lastEventId: string
  /** Adds a listener. Returns a function that removes it. */
  readonly on: On<EventSourceEvents>
  /** Closes the connection for good. */
  close(): void
}

/**
 * Reads an event stream (Server-Sent Events) with `auth.fetch`, while a user is signed in. It does what `EventSource` does,
 * with the session of the user: it connects again after a loss, with `Last-Event-ID` and after the pause that the server
 * asks for; 204 stops it, and so does any other status than 200 or another content type than `text/event-stream`.
 *
 * The token is refreshed as for every request, and a refresh does not interrupt the stream. When the user is gone, the
 * request is aborted. If no user is signed in yet, it waits for one.
 */
export function openEventSource(
  auth: SessionOfStream,
  url: string | URL,
  options: OpenEventSourceOptions = {},
): KeptEventSource {
  const { on, emit } = createEmitter<EventSourceEvents>()
  let lastEventId = options.lastEventId ?? ''
  let reconnectionTime = RECONNECTION_TIME

  async function connect(signal: AbortSignal): Promise<Ended> {
    const failed = (again: 'backoff' | 'never', error: unknown, response: Response | null = null): Ended => ({
      again,
      wasGood: response?.status === 200,
      report: (retryIn) => emit('error', { error, response, retryIn }),
    })
    let response: Response
    try {
      response = await auth.fetch(url, request(options.headers, lastEventId, signal))
    } catch (error) {
      const isOver = isAuthError(error) && error.code === 'closed'
      return failed(isOver ? 'never' : 'backoff', error)
    }
    if (signal.aborted) return { again: 'never' }
    const refusal = refusalOf(response)
    if (refusal !== undefined) {
      response.body?.cancel().catch(() => {})
      if (response.status === 204) return { again: 'never' }
      const isRepeated = response.status !== 200 && options.shouldReconnect?.(response)
      return failed(isRepeated ? 'backoff' : 'never', new TypeError(refusal), response)
    }
    emit('open', { response })
    return failed('backoff', await read(response, signal), response)
  }

  /** Reads to the end. Resolves with the error that ended it, or `null`. */
  async function read({ body }: Response, signal: AbortSignal) {
    const parser = createEventParser({
      lastEventId,
      // A listener may have closed the stream.
      onEvent(event) {
        if (signal.aborted) return
        lastEventId = event.lastEventId
        emit('event', event)
      },
      onRetry(millis) {
        reconnectionTime = millis
      },
    })
    const reader = body?.getReader()
    const onAbort = () => reader?.cancel().catch(() => {})
    signal.addEventListener('abort', onAbort)
    try {
      for (;;) {
        const { done, value } = (await reader?.read()) ?? { done: true }
        if (done || signal.aborted) return null
        parser.push(value)
        if (!signal.aborted) lastEventId = parser.lastEventId
      }
    } catch (error) {
      return error
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }

  const { close } = keepConnected(auth, {
    connect,
    firstPause: () => reconnectionTime,
    reopen: options.reopen ?? false,
    onUserGone() {
      // Ids of one user mean nothing to another.
      lastEventId = ''
    },
    onClosed: (reason) => emit('close', { reason }),
  })
  return {
    on,
    close,
    get lastEventId() {
      return lastEventId
    },
  }
}

function request(headersInit: HeadersInit | undefined, lastEventId: string, signal: AbortSignal) {
  const headers = new Headers(headersInit)
  headers.set('Accept', 'text/event-stream')
  // A header is a string of bytes, and this one is in UTF-8.
  const bytes = new TextEncoder().encode(lastEventId)
  if (lastEventId)
    headers.set('Last-Event-ID', Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
  return { headers, signal, cache: 'no-store' } as const
}

/** Why this response is no event stream; `undefined` if it is one. */
function refusalOf({ status, headers }: Response) {
  if (status !== 200) return `The event stream was refused with ${status}.`
  const type = headers.get('Content-Type') ?? ''
  const isStream = /^text\/event-stream\s*(;|$)/i.test(type)
  return isStream ? undefined : `The response is ${type || 'of no type'}, and no text/event-stream.`
}
