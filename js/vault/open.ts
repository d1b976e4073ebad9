import { readCookie } from '../common/cookie.js'
import { AuthError } from '../common/errors.js'
import type { VaultOptions } from '../common/vault-options.js'
import { packError } from '../protocol/errors.js'
import type { Vault } from '../protocol/vault.js'
import { vaultError } from './errors.js'
import { type PageServer, serve } from './serve.js'
import { start, type VaultHost } from './start.js'

let opened: { configuration: string; host: VaultHost } | undefined

/**
 * Opens the vault with this configuration, in whatever realm the file that calls it runs. Call it once, in a file of
 * its own, before any `await`:
 *
 * @example
 * export default openVault({ signIn: '/api/v1/login', refresh: '/api/v1/refresh', signOut: '/api/v1/logout' })
 *
 * @throws AuthError `vault-reconfigured` when this page has one with another configuration; a worker says it to its
 * pages
 */
export function openVault(options: VaultOptions): Vault {
  const configuration = JSON.stringify(options)
  if (opened && opened.configuration !== configuration) {
    const error = vaultError('vault-reconfigured')
    if (!isRealm('WorkerGlobalScope')) throw error
    // What a worker throws says nothing to its pages: each is refused, and told why.
    opened.host.origins = () => Promise.reject(error)
  }
  if (!opened) {
    const host = open(options)
    const { close } = host
    host.close = () => {
      opened = undefined
      close()
    }
    opened = { configuration, host }
  }
  return opened.host
}

function open(options: VaultOptions): VaultHost {
  if (isRealm('SharedWorkerGlobalScope')) {
    const { host, accept } = serve((readCookie) => start(options, readCookie), 'shared')
    globalThis.addEventListener('connect', (event) => connect(accept, (event as MessageEvent).ports))
    return host
  }
  if (isRealm('DedicatedWorkerGlobalScope')) {
    const { host, accept } = serve((readCookie) => start(options, readCookie), 'worker')
    accept(globalThis as unknown as Worker)
    return host
  }
  return start(options, async (name) => readCookie(name))
}

/**
 * A shared worker whose file throws before it opens its vault stays there, and only the page that started it is told. So
 * what was thrown is told to each page that comes.
 */
function refuseIfFileThrows() {
  let error: AuthError | undefined
  addEventListener('error', ({ message, filename, lineno, colno }) => {
    const place = `${filename}:${lineno}:${colno}`
    error ??= new AuthError(
      'vault-script',
      `The vault script ${location.href} throws: ${message} (${place}).`,
    )
  })
  addEventListener('connect', (event) => {
    if (opened || !error) return
    for (const port of (event as MessageEvent).ports)
      port.postMessage({ type: 'refused', error: packError(error) })
  })
}

function connect(accept: PageServer['accept'], ports: readonly MessagePort[]) {
  for (const port of ports) {
    accept(port)
    port.start()
  }
}

const isRealm = (name: string) => {
  const scope = (globalThis as Record<string, unknown>)[name]
  return typeof scope === 'function' && globalThis instanceof scope
}

if (isRealm('SharedWorkerGlobalScope')) refuseIfFileThrows()
