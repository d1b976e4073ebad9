import type { CompleteEndpoint } from '../common/endpoint.js'
import { type AuthErrorDetail, commonError } from '../common/errors.js'
import type { SessionEvent, Snapshot } from '../common/types.js'
import type { VaultOptions } from '../common/vault-options.js'
import { readHeaders } from './credential.js'
import { defer } from './deferred.js'
import { type VaultErrorCode, vaultError } from './errors.js'
import type { ReadCookie } from './exchange.js'
import { encode, exchangeHeaders } from './exchange.js'
import { listenForVaultLifecycle } from './lifecycle.js'
import { loadCore } from './load.js'
import { requestLock } from './lock.js'
import type { createNetwork } from './network.js'
import { resolveOptions } from './options.js'
import { openPeerChannel } from './peer-channel.js'
import type { createRequestEvents } from './request-events.js'
import { openSharedState } from './shared-state.js'

/** What a core needs from its vault, and the callbacks for its events. */
export interface Dependencies {
  readCookie: ReadCookie
  network: ReturnType<typeof createNetwork>
  requested: ReturnType<typeof createRequestEvents>['requested']
  report(event: SessionEvent): void
  /** Called with each new snapshot. */
  notify(snapshot: Snapshot): void
}

/** Loads the core and connects it to this realm: storage, locks, tabs, lifecycle events of the page. */
export async function launch(
  options: VaultOptions,
  { readCookie, network, requested, report, notify }: Dependencies,
) {
  if (typeof location === 'undefined') throw commonError('not-in-browser')
  const config = resolveOptions(options)
  const { name } = config
  const Core = await loadCore()
  let peers: ReturnType<typeof openPeerChannel> | undefined
  const core = new Core(config, {
    ...openSharedState(name),
    whenSettled,
    defer,
    requestLock: () => requestLock(name),
    broadcast: (word: string) => peers?.post(word),
    fetch: network.fetch,
    headers: (endpoint: CompleteEndpoint) => exchangeHeaders(endpoint, readCookie),
    encode,
    readHeaders,
    notify: () => notify(core.snapshot() as Snapshot),
    report,
    requested,
    error,
  })
  peers = openPeerChannel(name, (word) => core.onPeerMessage(word))
  const stopListening = listenForVaultLifecycle((event) => core.onLifecycleEvent(event))
  const close = () => {
    core.close()
    peers?.close()
    stopListening()
  }
  // Normalised, so that they can be compared with the origins of request URLs. The core has checked that each is an origin.
  const origins = new Set(config.origins.map((origin) => new URL(origin).origin))
  return { core, config, origins, close }
}

/** Called by the core, which has one callback for both results of a promise. */
function whenSettled(promise: Promise<unknown>, settled: (outcome: unknown, isValue: boolean) => void) {
  promise.then(
    (value) => settled(value, true),
    (error) => settled(error, false),
  )
}

/** Called by the core. Creates an error from a code and either the name of an option or the details of a response. */
function error(code: VaultErrorCode, detail: string | AuthErrorDetail | undefined) {
  return vaultError(code, typeof detail === 'string' ? { option: detail } : detail)
}
