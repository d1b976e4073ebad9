import { AuthError, type AuthErrorCode, type AuthErrorDetail } from '../errors.js'
import { createListeners } from '../listeners.js'
import { LOADING } from '../snapshot.js'
import type { AuthEvent, Credentials, Snapshot, Vault } from '../types.js'
import type { Core } from '../wasm/core.js'
import { loadCore } from './load.js'
import { complete, type VaultOptions } from './options.js'

/**
 * Opens the vault with this configuration. Call it once, in a file of its own, and export what it returns:
 *
 * @example
 * export default openVault({ signIn: '/api/v1/login', refresh: '/api/v1/refresh', signOut: '/api/v1/logout' })
 */
export function openVault(options: VaultOptions): Vault {
  const changes = createListeners<void>()
  const events = createListeners<AuthEvent>()
  let snapshot: Snapshot = LOADING
  let core: Core | undefined

  const started = start()
  // Whoever calls learns of a failure; a page that never does is not bothered.
  started.catch(() => {})

  async function start(): Promise<Core> {
    if (typeof location === 'undefined') throw new AuthError('not-in-browser')
    const config = complete(options)
    const CoreClass = await loadCore()
    core = new CoreClass(config, {
      notify,
      report: (event: AuthEvent) => events.emit(Object.freeze(event)),
      error,
    })
    // A status that is known at once was notified before there was a core to ask.
    notify()
    return core
  }

  function notify() {
    if (!core) return
    const next = core.snapshot() as Snapshot
    if (next.status === 'loading' && snapshot === LOADING) return
    if (next.user) Object.freeze(next.user)
    if (next.claims) Object.freeze(next.claims)
    snapshot = Object.freeze(next)
    changes.emit()
  }

  return {
    get snapshot() {
      return snapshot
    },
    subscribe: changes.add,
    onEvent: events.add,
    ready: async () => (await started).ready(),
    fetch: async (request, body) => (await started).fetch(request, body),
    async signIn(credentials) {
      const [body, contentType] = encode(credentials)
      return (await started).signIn(body, contentType)
    },
    signOut: async () => (await started).signOut(),
    close() {
      changes.clear()
      events.clear()
      started.then(
        (core) => core.close(),
        () => {},
      )
    },
  }
}

/** Called by the core: a code, and the name of an option or what is known of an answer. */
function error(code: AuthErrorCode, detail: string | AuthErrorDetail | undefined) {
  return new AuthError(code, typeof detail === 'string' ? { option: detail } : detail)
}

function encode(credentials: Credentials): [body: unknown, contentType?: string] {
  const isFormed =
    typeof credentials === 'string' ||
    credentials instanceof FormData ||
    credentials instanceof URLSearchParams
  return isFormed ? [credentials] : [JSON.stringify(credentials), 'application/json']
}
