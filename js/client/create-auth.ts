import { addAppHeaders } from '../common/app-headers.js'
import { commonError } from '../common/errors.js'
import { createLifetime } from '../common/lifetime.js'
import { createListeners } from '../common/listeners.js'
import { plainFetch } from '../common/plain-fetch.js'
import { split } from '../common/request.js'
import { LOADING } from '../common/snapshot.js'
import type { Auth, AuthEvent, RegisteredUser, Snapshot } from '../common/types.js'
import type { Command, Commands } from '../protocol/commands.js'
import { packCredentials } from '../protocol/packing.js'
import type { ConnectedVault } from '../protocol/vault.js'
import type { HeaderOptions } from './headers.js'
import { createOrigins, type OriginOptions } from './origins.js'
import type { Placement } from './placement.js'
import { createVaultConnection } from './vault-connection.js'

/** Where the vault runs, and the origins that the page knows before the vault has started. */
export interface AuthOptions extends Placement, OriginOptions, HeaderOptions {}

/**
 * Connects this page to its vault. It is safe to call while a server renders: it does not connect there.
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

  const connection = createVaultConnection(options, {
    onSnapshot: show,
    onEvent: events.emit,
    onOpen(vault) {
      if (lifetime.isOver) return vault.close()
      if (isListening) vault.reportRequests()
      origins.learn(vault)
    },
  })

  const call = <T>(make: (vault: ConnectedVault) => Promise<T>, signal?: AbortSignal) =>
    lifetime.during(() => connection.forCall().then(make), signal)

  function show(next: Snapshot) {
    if (lifetime.isOver || snapshot === next) return
    snapshot = next as Snapshot<User>
    changes.emit(snapshot)
  }

  return {
    get ready() {
      return snapshot.status === 'loading' ? update('ready') : Promise.resolve(snapshot)
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
      const { signal } = request
      signal.throwIfAborted()
      if (origins.needNoVault(request)) return lifetime.during(() => plainFetch(request, body))
      return call(async (vault) => {
        await origins.learn(vault)
        signal.throwIfAborted()
        if (origins.needNoVault(request)) return plainFetch(request, body)
        addAppHeaders(request.headers, options.headers)
        return vault.fetch(request, body, priority)
      }, signal)
    },
    signIn: async (credentials, options) =>
      run('signIn', { ...options, credentials: packCredentials(credentials) }),
    signOut: () => run('signOut'),
    refresh: (body) => update('refresh', body),
    restore: () => update('restore'),
    reloadUser: () => update('reloadUser'),
    stay: () => run('stay'),
    ticket: (path) => run('ticket', path),
    dispose() {
      changes.clear()
      events.clear()
      lifetime.end(commonError('closed'))
      connection.withCurrent((vault) => vault.close())
    },
  }

  function run<Result, Name extends Command>(command: Name, argument?: Commands[Name]): Promise<Result> {
    return call((vault) => vault.run(command, argument as Commands[Name]) as Promise<Result>)
  }

  /** Runs a command, and resolves with the snapshot after it. */
  async function update<Name extends Command>(command: Name, argument?: Commands[Name]) {
    await run(command, argument)
    return snapshot
  }
}
