import { readCookie } from '../common/cookie.js'
import { AuthError } from '../common/errors.js'
import { ownProperty } from '../common/own-property.js'
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
 * @throws AuthError `vault-in-page` if a page runs this file and the option `page` is not set
 * @throws AuthError `vault-reconfigured` if this page has a vault with another configuration. In a worker it does not
 * throw; instead the vault refuses its pages with this error
 */
export function openVault(options: VaultOptions): Vault {
  // In the realm of a page, every script of the page can read what the vault sends and gets.
  if (isPage && ownProperty(options, 'page') !== true) throw vaultError('vault-in-page')
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

/**
 * Whether a page runs this file. A page can pretend to be a worker, but no script can remove or replace its `document` (HTML,
 * "LegacyUnforgeable").
 */
const isPage = typeof document !== 'undefined'

const isRealm = (name: string) => {
  if (isPage) return false
  const scope = (globalThis as Record<string, unknown>)[name]
  return typeof scope === 'function' && globalThis instanceof scope
}

if (isRealm('SharedWorkerGlobalScope')) refuseIfFileThrows()
