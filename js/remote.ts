import { readCookie } from './cookie.js'
import { type AuthError, commonError } from './errors.js'
import { createListeners } from './listeners.js'
import { pageError } from './page-errors.js'
import { unpackError } from './port/errors.js'
import { packCredentials } from './port/packing.js'
import {
  type Port,
  parse,
  type Question,
  TO_PAGE,
  type ToPage,
  type ToVault,
  VERSION,
} from './port/protocol.js'
import { createSender } from './send.js'
import { frozen, LOADING } from './snapshot.js'
import type { AuthEvent, Snapshot, Vault } from './types.js'

/** A vault that has not said a word for so long while calls are open is dead: twice this, in milliseconds. */
const PATIENCE = 5000

/** What the vault says to one call. */
export type Word = Exclude<Extract<ToPage, { id: number }>, { type: 'failed' }>

/** An open call: hears whatever the vault says to it, or fails, until it hangs up. */
export interface Call {
  hear(word: Word): void
  fail(error: unknown): void
}

/** The open calls of this page, and the way to speak. */
export interface Line {
  tell(message: ToVault, transfer?: Transferable[]): void
  /** Opens a call with this question. */
  open(question: Question, call: Call, transfer?: Transferable[]): number
  hang(id: number): void
}

/**
 * The vault at the other end of a port.
 *
 * @param lost called once when it has stopped answering
 */
export async function openRemote(port: Port, close: () => void, lost: () => void): Promise<Vault> {
  const changes = createListeners<void>()
  const events = createListeners<AuthEvent>()
  const calls = new Map<number, Call>()
  /** What happened before anybody could listen. */
  const early: AuthEvent[] = []
  let isHeard = false
  let snapshot: Snapshot = LOADING
  let origins: readonly string[] = []
  let lastId = 0
  let silence = 0
  let heartbeat: ReturnType<typeof setInterval> | undefined
  /** Why it is over. */
  let ended: AuthError | undefined
  let greeted: { resolve: () => void; reject: (error: unknown) => void } | undefined

  const tell = (message: ToVault, transfer: Transferable[] = []) => port.postMessage(message, transfer)
  const line: Line = {
    tell,
    open(question, call, transfer) {
      if (ended) throw ended
      const id = ++lastId
      tell({ ...question, id } as ToVault, transfer)
      calls.set(id, call)
      heartbeat ??= setInterval(listen, PATIENCE)
      return id
    },
    hang: (id) => void calls.delete(id),
  }
  const send = createSender(line)

  function hear(data: unknown) {
    const message = parse<ToPage>(TO_PAGE, data)
    if (!message) return
    silence = 0
    switch (message.type) {
      case 'welcome':
        origins = message.origins
        return message.version === VERSION
          ? greeted?.resolve()
          : greeted?.reject(commonError('vault-mismatch'))
      case 'refused':
        return greeted?.reject(unpackError(message.error))
      case 'ping':
        return tell({ type: 'pong' })
      case 'snapshot':
        return show(message.snapshot)
      case 'event':
        return note(Object.freeze(message.event) as AuthEvent)
      case 'cookie':
        return tell({ type: 'cookie', name: message.name, value: readCookie(message.name) })
      case 'pong':
        return
      case 'failed':
        return calls.get(message.id)?.fail(unpackError(message.error))
      default:
        calls.get(message.id)?.hear(message)
    }
  }

  function note(event: AuthEvent) {
    if (isHeard) events.emit(event)
    else early.push(event)
  }

  function show(next: Snapshot) {
    snapshot = frozen(next)
    changes.emit()
  }

  const greet = (restored: boolean) =>
    new Promise<void>((resolve, reject) => {
      greeted = { resolve, reject }
      tell({ type: 'hello', version: VERSION, restored })
    })

  function call<T>(question: Question): Promise<T> {
    return new Promise((resolve, reject) => {
      const id = line.open(question, {
        hear(word) {
          line.hang(id)
          if (word.type === 'settled') resolve(word.value as T)
        },
        fail(error) {
          line.hang(id)
          reject(error)
        },
      })
    })
  }

  function listen() {
    if (calls.size === 0) {
      clearInterval(heartbeat)
      heartbeat = undefined
    } else if (silence > 1) {
      shut(pageError('vault-lost'))
      lost()
    } else {
      silence += 1
      tell({ type: 'ping' })
    }
  }

  function fail(error: unknown) {
    for (const call of calls.values()) call.fail(error)
  }

  function shut(error: AuthError) {
    ended = error
    clearInterval(heartbeat)
    for (const [type, listener] of Object.entries(lifecycle)) removeEventListener(type, listener, true)
    tell({ type: 'bye' })
    fail(error)
    close()
  }

  // A page in the back/forward cache is gone for the vault, and shows nothing it has not heard anew (promise 18).
  const lifecycle: Record<string, (event: Event) => void> = {
    pagehide: () => tell({ type: 'bye' }),
    pageshow(event) {
      if (!(event as PageTransitionEvent).persisted) return
      fail(new TypeError('The page was put away.'))
      show(LOADING)
      greet(true).catch(() => {})
    },
    resume: () => tell({ type: 'woke' }),
    visibilitychange: () => document.hidden || tell({ type: 'woke' }),
  }
  port.addEventListener('message', ({ data }) => hear(data))
  await greet(false)
  for (const [type, listener] of Object.entries(lifecycle)) addEventListener(type, listener, true)

  return {
    get snapshot() {
      return snapshot
    },
    subscribe: changes.add,
    onEvent(listener) {
      isHeard = true
      for (const event of early.splice(0)) listener(event)
      return events.add(listener)
    },
    reportRequests: () => tell({ type: 'report-requests' }),
    ready: () => call({ type: 'ready' }),
    fetch: (request, body) => send(request, body, origins),
    signIn: async (credentials) => call({ type: 'sign-in', credentials: packCredentials(credentials) }),
    signOut: () => call({ type: 'sign-out' }),
    close: () => shut(commonError('closed')),
  }
}
