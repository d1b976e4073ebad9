import { unpackError } from '../protocol/errors.js'
import type { CallRequest, NewCall, Port, ToPage, ToVault } from '../protocol/messages.js'
import { pageError } from './errors.js'

/** While calls are open the vault is pinged this often, and lost when it has answered neither of two. In milliseconds. */
const PING_INTERVAL = 5000

/** A message of the vault that belongs to one call, other than its failure. */
export type CallMessage = Exclude<Extract<ToPage, { id: number }>, { type: 'failed' }>

/** An open call. Gets every message of the vault that belongs to it, or fails, until it closes itself. */
export interface Call {
  onMessage(message: CallMessage): void
  /** Called once at most; the call is closed already. Throws nothing. */
  fail(error: unknown): void
}

/** The way from this page to its vault, and the calls that are open on it. */
export interface CallChannel {
  post(message: ToVault, transfer?: Transferable[]): void
  /**
   * Sends the request and opens its call.
   *
   * @returns the id of the call
   * @throws DataCloneError when the request cannot be cloned, and AuthError when the channel has ended
   */
  open(request: NewCall, call: Call, transfer?: Transferable[]): number
  close(id: number): void
}

export type Calls = ReturnType<typeof createCallChannel>

/**
 * Every call that is opened here settles: by a message, by a throw while a message is handled, by a ping that shows
 * that the vault does not know it, or with the channel.
 *
 * @param onSilence called when the vault answers no pings
 */
export function createCallChannel(port: Port, onSilence: () => void) {
  const calls = new Map<number, Call>()
  let lastId = 0
  let timer: ReturnType<typeof setInterval> | undefined
  let unansweredPings = 0
  let ended: { error: unknown } | undefined

  function post(message: ToVault, transfer: Transferable[] = []) {
    port.postMessage(message, transfer)
  }

  function open(request: NewCall, call: Call, transfer?: Transferable[]) {
    if (ended) throw ended.error
    const id = ++lastId
    post({ ...request, id } as CallRequest, transfer)
    calls.set(id, call)
    timer ??= setInterval(ping, PING_INTERVAL)
    return id
  }

  /** Runs while calls are open. */
  function ping() {
    if (calls.size === 0) return stopPinging()
    if (unansweredPings > 1) return onSilence()
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
      // It may have closed itself before it threw.
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
    close: (id: number) => void calls.delete(id),
    deliver,
    failAll,
    /** To be called for every message of the vault. */
    noteSignOfLife() {
      unansweredPings = 0
    },
    /**
     * The vault does not know these calls, or none. A port keeps the order of its messages, and the vault takes a call off
     * its list in the turn in which it posts the last message of that call. So all answers that it posted before this list
     * have been delivered, and their calls are closed here. A call that is still open gets no answer any more.
     */
    failLost: (ids?: readonly number[]) => failAll(pageError('vault-lost'), ids),
    /** The value that the vault settles this call with. */
    request: <T>(request: NewCall) =>
      new Promise<T>((resolve, reject) => {
        const id = open(request, {
          onMessage(message) {
            calls.delete(id)
            if (message.type === 'settled') resolve(message.value as T)
          },
          fail: reject,
        })
      }),
    /** Fails what is open, and whatever is opened from now on. */
    end(error: unknown) {
      ended ??= { error }
      stopPinging()
      failAll(error)
    },
  }
}
