import { AuthError } from './errors.js'
import { createListeners } from './listeners.js'
import { split } from './request.js'
import { LOADING } from './snapshot.js'
import type { Auth, AuthEvent, Placement, Snapshot, Vault } from './types.js'

/**
 * Connects this page to its vault. Safe to call while rendering on a server, where nothing is connected.
 *
 * @example
 * export const auth = createAuth<User>({ page: () => import('./auth.vault.ts') })
 */
export function createAuth<User = unknown>(placement: Placement): Auth<User> {
  const changes = createListeners<Snapshot<User>>()
  const events = createListeners<AuthEvent>()
  let snapshot: Snapshot<User> = LOADING
  let disposed = false

  const vault = connect(placement)
  vault.then(
    (vault) => {
      if (disposed) return vault.close()
      vault.onEvent(events.emit)
      vault.subscribe(() => update(vault))
      update(vault)
    },
    // Every call says so; none is needed for that.
    () => {},
  )

  function update(vault: Vault) {
    if (disposed || snapshot === vault.snapshot) return
    snapshot = vault.snapshot as Snapshot<User>
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

async function connect({ page }: Placement): Promise<Vault> {
  if (typeof window === 'undefined') throw new AuthError('not-in-browser')
  try {
    const { default: vault } = await page()
    return vault
  } catch (cause) {
    throw new AuthError('vault-failed', { cause })
  }
}
