import { AuthError } from './errors.js'
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
  const listeners = new Set<(snapshot: Snapshot<User>) => void>()
  const eventListeners = new Set<(event: AuthEvent) => void>()
  let snapshot: Snapshot<User> = LOADING
  let disposed = false

  const vault = connect(placement)
  vault.then(
    (vault) => {
      if (disposed) return vault.close()
      vault.onEvent((event) => emit(eventListeners, event))
      vault.subscribe(() => update(vault))
      update(vault)
    },
    // Every call says so; none is needed for that.
    () => {},
  )

  function update(vault: Vault) {
    if (disposed || snapshot === vault.snapshot) return
    snapshot = vault.snapshot as Snapshot<User>
    emit(listeners, snapshot)
  }

  return {
    get ready() {
      return snapshot.status === 'loading' ? whenReady() : Promise.resolve(snapshot)
    },
    get snapshot() {
      return snapshot
    },
    subscribe: (listener) => add(listeners, listener),
    onEvent: (listener) => add(eventListeners, listener),
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
      listeners.clear()
      eventListeners.clear()
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

function add<T>(listeners: Set<(value: T) => void>, listener: (value: T) => void): () => void {
  // A wrapper of its own, so that the same function may listen twice and stop once.
  const entry = (value: T) => listener(value)
  listeners.add(entry)
  return () => void listeners.delete(entry)
}

/** One listener's error is reported and keeps no other from hearing. */
function emit<T>(listeners: Set<(value: T) => void>, value: T) {
  for (const listener of [...listeners]) {
    try {
      listener(value)
    } catch (error) {
      reportError(error)
    }
  }
}
