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
 * Opens the vault with this configuration, in the realm in which the calling file runs. Call it once, in a separate file,
 * before any `await`:
 *
 * @example
 * export default openVault({ signIn: '/api/v1/login', refresh: '/api/v1/refresh', signOut: '/api/v1/logout' })
 *
 * @throws AuthError `vault-reconfigured` if this page has a vault with another configuration. In a worker it does not
 * throw; instead the vault refuses its pages with this error
 */
export function openVault(options: VaultOptions): Vault {
  const configuration = JSON.stringify(options)
  if (opened && opened.configuration !== configuration) {
    const error = vaultError('vault-reconfigured')
    if (!isRealm('WorkerGlobalScope')) throw error
    // Pages do not receive the errors that a worker throws. So the vault refuses each page and sends it the error.
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
 * If the file of a shared worker throws before it opens its vault, the worker keeps running, and only the page that started
 * it gets the error event. So this function sends the error to each page that connects.
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
