import { orAborted } from './aborted.js'
import { connect } from './connect.js'
import { commonError } from './errors.js'
import { createListeners } from './listeners.js'
import { createOrigins, type OriginOptions } from './origins.js'
import { plainFetch } from './plain-fetch.js'
import { split } from './request.js'
import { LOADING } from './snapshot.js'
import type { Auth, AuthEvent, Placement, RegisteredUser, Snapshot, Vault } from './types.js'

/**
 * For so long all calls share the failure of a vault to start. Firefox never tells what became of a shared worker that
 * is constructed while it clears away one that has failed. In milliseconds.
 */
const RETRY_DELAY = 1000

/** Where the vault runs, and what the page may know of it before it does. */
export interface AuthOptions extends Placement, OriginOptions {}

/**
 * Connects this page to its vault. Safe to call while rendering on a server, where nothing is connected.
 *
 * @example
 * export const auth = createAuth<User>({
 *   shared: () => new SharedWorker(new URL('./auth.vault.ts', import.meta.url), { type: 'module', extendedLifetime: true }),
 *   worker: () => new Worker(new URL('./auth.vault.ts', import.meta.url), { type: 'module' }),
 * })
 */
export function createAuth<User = RegisteredUser>(options: AuthOptions): Auth<User> {
  const changes = createListeners<Snapshot<User>>()
  const events = createListeners<AuthEvent>()
  let snapshot: Snapshot<User> = LOADING
  let disposed = false
  let isListening = false
  let stop: (() => void)[] = []
  const waiting = new Set<(error: unknown) => void>()

  /** Set once the vault has failed. */
  let retryAt: number | undefined
  const origins = createOrigins(options)
  let vault = open()

  function open(): Promise<Vault> {
    retryAt = undefined
    const opening = connect(options, () => {
      vault = open()
      show(LOADING)
    })
    opening.then(
      (vault) => {
        if (disposed) return vault.close()
        stop = [vault.onEvent(events.emit), vault.subscribe(() => update(vault))]
        if (isListening) vault.reportRequests()
        update(vault)
        origins.learn(vault)
      },
      () => {
        retryAt = performance.now() + RETRY_DELAY
      },
    )
    return opening
  }

  function update(vault: Vault) {
    show(vault.snapshot as Snapshot<User>)
  }

  /** A call ends with the client, whatever else becomes of it. */
  function untilDisposed<T>(start: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (disposed) return reject(commonError('closed'))
      waiting.add(reject)
      start()
        .then(resolve, reject)
        .finally(() => waiting.delete(reject))
    })
  }

  function call<T>(make: (vault: Vault) => Promise<T>): Promise<T> {
    return untilDisposed(() => {
      if (retryAt && performance.now() >= retryAt) vault = open()
      return vault.then(make)
    })
  }

  function show(next: Snapshot<User>) {
    if (disposed || snapshot === next) return
    snapshot = next
    changes.emit(snapshot)
  }

  return {
    get ready() {
      return snapshot.status === 'loading' ? whenReady() : Promise.resolve(snapshot)
    },
    get snapshot() {
      return snapshot
    },
    subscribe: changes.add,
    onEvent(listener) {
      if (!isListening) vault.then((vault) => vault.reportRequests()).catch(() => {})
      isListening = true
      return events.add(listener)
    },
    async fetch(input, init) {
      const { request, body } = split(input, init)
      request.signal.throwIfAborted()
      if (origins.needNoVault(request)) return untilDisposed(() => plainFetch(request, body))
      const sent = call((vault) => {
        request.signal.throwIfAborted()
        return vault.fetch(request, body)
      })
      return orAborted(sent, request.signal)
    },
    signIn: (credentials) => call((vault) => vault.signIn(credentials)),
    signOut: () => call((vault) => vault.signOut()),
    dispose() {
      disposed = true
      changes.clear()
      events.clear()
      for (const unsubscribe of stop) unsubscribe()
      for (const reject of waiting) reject(commonError('closed'))
      vault.then(
        (vault) => vault.close(),
        () => {},
      )
    },
  }

  function whenReady() {
    return call(async (vault) => {
      await vault.ready()
      update(vault)
      return snapshot
    })
  }
}
