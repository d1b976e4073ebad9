import { connect } from './connect.js'
import { createListeners } from './listeners.js'
import { split } from './request.js'
import { LOADING } from './snapshot.js'
import type { Auth, AuthEvent, Placement, Snapshot, Vault } from './types.js'

/**
 * Connects this page to its vault. Safe to call while rendering on a server, where nothing is connected.
 *
 * @example
 * export const auth = createAuth<User>({
 *   shared: () => new SharedWorker(new URL('./auth.vault.ts', import.meta.url), { type: 'module', extendedLifetime: true }),
 *   worker: () => new Worker(new URL('./auth.vault.ts', import.meta.url), { type: 'module' }),
 * })
 */
export function createAuth<User = unknown>(placement: Placement): Auth<User> {
  const changes = createListeners<Snapshot<User>>()
  const events = createListeners<AuthEvent>()
  let snapshot: Snapshot<User> = LOADING
  let disposed = false
  let stop: (() => void)[] = []

  let vault = open()

  function open(): Promise<Vault> {
    const opening = connect(placement, () => {
      vault = open()
      show(LOADING)
    })
    opening.then(
      (vault) => {
        if (disposed) return vault.close()
        stop = [vault.onEvent(events.emit), vault.subscribe(() => update(vault))]
        update(vault)
      },
      // Every call says so; none is needed for that.
      () => {},
    )
    return opening
  }

  function update(vault: Vault) {
    show(vault.snapshot as Snapshot<User>)
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
    onEvent: events.add,
    async fetch(input, init) {
      const { request, body } = split(input, init)
      return (await vault).fetch(request, body)
    },
    async signIn(credentials) {
      return (await vault).signIn(credentials)
    },
    async signOut() {
      return (await vault).signOut()
    },
    dispose() {
      disposed = true
      changes.clear()
      events.clear()
      for (const unsubscribe of stop) unsubscribe()
      vault.then(
        (vault) => vault.close(),
        () => {},
      )
    },
  }

  async function whenReady() {
    const opened = await vault
    await opened.ready()
    update(opened)
    return snapshot
  }
}
