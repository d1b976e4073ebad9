import { unpackError } from '../protocol/errors.js'
import type { CallRequest, NewCall, Port, ToPage, ToVault } from '../protocol/messages.js'
import { pageError } from './errors.js'

/**
 * The interval at which the page pings the vault while it waits for something. If two pings in a row have no answer, the
 * vault counts as lost. In milliseconds.
 */
const PING_INTERVAL = 5000

/** A message of the vault that belongs to one call, except `failed`. */
export type CallMessage = Exclude<Extract<ToPage, { id: number }>, { type: 'failed' }>

/** An open call. It receives every message of the vault that belongs to it, until it closes itself or fails. */
export interface Call {
  onMessage(message: CallMessage): void
  /** Called at most once, after the call has been closed. Must not throw. */
  fail(error: unknown): void
}

/** The connection from this page to its vault, and the open calls on it. */
export interface CallChannel {
  post(message: ToVault, transfer?: Transferable[]): void
  /**
   * Sends the request and opens its call.
   *
   * @returns the id of the call
   * @throws DataCloneError if the request cannot be cloned, and AuthError if the channel has ended
   */
  open(request: NewCall, call: Call, transfer?: Transferable[]): number
  close(id: number): void
}

export type Calls = ReturnType<typeof createCallChannel>

/**
 * Creates the channel. Every call that is opened on it settles: with a message; with the error that is thrown while a
 * message is handled; after a ping, if the vault does not know the call; or when the channel ends.
 *
 * @param lose called with an error when the vault does not answer pings
 */
export function createCallChannel(port: Port, lose: (error: unknown) => void) {
  const calls = new Map<number, Call>()
  let lastId = 0
  let timer: ReturnType<typeof setInterval> | undefined
  let unansweredPings = 0
  /** Whether the page waits for a `welcome`. Until then, no other message is an answer. */
  let isGreeting = false
  /** Whether the session of the page is not known yet. */
  let isLoading = false
  let ended: { error: unknown } | undefined

  function post(message: ToVault, transfer: Transferable[] = []) {
    port.postMessage(message, transfer)
  }

  function open(request: NewCall, call: Call, transfer?: Transferable[]) {
    if (ended) throw ended.error
    const id = ++lastId
    post({ ...request, id } as CallRequest, transfer)
    calls.set(id, call)
    startPinging()
    return id
  }

  function startPinging() {
    timer ??= setInterval(ping, PING_INTERVAL)
  }

  function ping() {
    if (calls.size === 0 && !isLoading) return stopPinging()
    if (unansweredPings > 1) return lose(pageError('vault-lost'))
    unansweredPings += 1
    post({ type: 'ping', calls: [...calls.keys()] })
  }

  function stopPinging() {
    clearInterval(timer)
    timer = undefined
    unansweredPings = 0
  }

  function deliver(message: Extract<ToPage, { id: number }>) {
    const call = calls.get(message.id)
    if (!call) return
    try {
      if (message.type === 'failed') fail(message.id, call, unpackError(message.error))
      else call.onMessage(message)
    } catch (error) {
      // The call may have closed itself before it threw, so `fail` is called for `call` and not by id.
      fail(message.id, call, error)
      post({ type: 'abort', id: message.id })
    }
  }

  function fail(id: number, call: Call, error: unknown) {
    calls.delete(id)
    call.fail(error)
  }

  function failAll(error: unknown, ids: Iterable<number> = [...calls.keys()]) {
    for (const id of ids) {
      const call = calls.get(id)
      if (call) fail(id, call, error)
    }
  }

  return {
    post,
    open,
    close: (id: number) => calls.delete(id),
    deliver,
    failAll,
    /** To be called after a `hello` was posted. The vault must answer it as it must answer pings. */
    awaitWelcome() {
      isGreeting = isLoading = true
      startPinging()
    },
    /** To be called for every message of the vault. */
    noteSignOfLife(message: ToPage) {
      if (message.type === 'welcome') isGreeting = false
      if (message.type === 'snapshot') isLoading = message.snapshot.status === 'loading'
      if (isLoading) startPinging()
      if (!isGreeting) unansweredPings = 0
    },
    /** Tells the vault that the page leaves, and expects no more answers. */
    leave() {
      stopPinging()
      post({ type: 'bye' })
    },
    /**
     * Fails the calls that the vault does not know: those in `ids`, or all if `ids` is missing. This is safe, because a
     * port keeps the order of its messages, and because the vault removes a call from its list in the same turn in which
     * it posts the last message of that call. So all answers that the vault posted before this list have been delivered,
     * and their calls are closed here. A call that is still open will get no answer.
     */
    failLost: (ids?: readonly number[]) => failAll(pageError('vault-lost'), ids),
    /** Opens a call for which the vault sends one message, `settled`, and resolves with the value of that message. */
    request: <T>(request: NewCall) =>
      new Promise<T>((resolve, reject) => {
        const id = open(request, {
          onMessage(message) {
            calls.delete(id)
            resolve((message as Extract<CallMessage, { type: 'settled' }>).value as T)
          },
          fail: reject,
        })
      }),
    /** Fails all open calls. From now on, `open` throws this error. */
    end(error: unknown) {
      ended ??= { error }
      failAll(error)
    },
  }
}
