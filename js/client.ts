import { orAborted } from './aborted.js'
import { commonError } from './errors.js'
import { createLifetime } from './lifetime.js'
import { createListeners } from './listeners.js'
import { createOrigins, type OriginOptions } from './origins.js'
import { plainFetch } from './plain-fetch.js'
import { copyCredentials, split } from './request.js'
import { LOADING } from './snapshot.js'
import type { Auth, AuthEvent, Placement, RegisteredUser, Snapshot, Vault } from './types.js'
import { createVaultConnection } from './vault-connection.js'

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
  const origins = createOrigins(options)
  const lifetime = createLifetime()
  let snapshot: Snapshot<User> = LOADING
  let isListening = false
  let stop: (() => void)[] = []

  const connection = createVaultConnection(options, {
    onOpen(vault) {
      if (lifetime.isOver) return vault.close()
      stop = [vault.onEvent(events.emit), vault.subscribe(() => update(vault))]
      if (isListening) vault.reportRequests()
      update(vault)
      origins.learn(vault)
    },
    onLost: () => show(LOADING),
  })

  function update(vault: Vault) {
    show(vault.snapshot as Snapshot<User>)
  }

  const call = <T>(make: (vault: Vault) => Promise<T>) =>
    lifetime.during(() => connection.forCall().then(make))

  function show(next: Snapshot<User>) {
    if (lifetime.isOver || snapshot === next) return
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
      if (!isListening) connection.withCurrent((vault) => vault.reportRequests())
      isListening = true
      return events.add(listener)
    },
    async fetch(input, init) {
      const { request, body, priority } = split(input, init)
      request.signal.throwIfAborted()
      if (origins.needNoVault(request)) return lifetime.during(() => plainFetch(request, body))
      const sent = call((vault) => {
        request.signal.throwIfAborted()
        return vault.fetch(request, body, priority)
      })
      return orAborted(sent, request.signal)
    },
    async signIn(credentials) {
      const copy = copyCredentials(credentials)
      return call((vault) => vault.signIn(copy))
    },
    signOut: () => call((vault) => vault.signOut()),
    dispose() {
      changes.clear()
      events.clear()
      for (const unsubscribe of stop) unsubscribe()
      lifetime.end(commonError('closed'))
      connection.withCurrent((vault) => vault.close())
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
