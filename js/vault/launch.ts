import { createCsrfSource } from '../common/csrf-source.js'
import type { CompleteEndpoint } from '../common/endpoint.js'
import { type AuthErrorDetail, commonError } from '../common/errors.js'
import { idleMillis } from '../common/idle.js'
import { withoutTokens } from '../common/redaction.js'
import type { SessionEvent, Snapshot } from '../common/types.js'
import type { VaultOptions } from '../common/vault-options.js'
import type { Core } from '../wasm/core.js'
import { decodeBase64url } from './base64url.js'
import { readHeaders } from './credential.js'
import { defer } from './deferred.js'
import { type VaultErrorCode, vaultError } from './errors.js'
import { encode, exchangeHeaders, type ReadCookie } from './exchange.js'
import { createIdleLimit } from './idle.js'
import { createIdleStore } from './idle-store.js'
import { listenForVaultLifecycle } from './lifecycle.js'
import { loadCore } from './load.js'
import { requestLock } from './lock.js'
import type { createNetwork } from './network.js'
import { resolveOptions } from './options.js'
import { openPeerChannel } from './peer-channel.js'
import { originOf } from './policy.js'
import type { createRequestEvents } from './request-events.js'
import { withRestoreCookie } from './restore-cookie.js'
import { openSharedState } from './shared-state.js'

/** What a core needs from its vault, and the callbacks for its events. */
export interface Dependencies {
  readCookie: ReadCookie
  network: ReturnType<typeof createNetwork>
  requested: ReturnType<typeof createRequestEvents>['requested']
  report(event: SessionEvent): void
  /** Called with each new snapshot. */
  notify(snapshot: Snapshot, session: number | undefined): void
  /** Requests the user from its endpoint. */
  loadUser(): Promise<string | undefined>
}

/** Loads the core and connects it to this realm: storage, locks, tabs, lifecycle events of the page. */
export async function launch(options: VaultOptions, dependencies: Dependencies) {
  const { readCookie, network, requested, report, notify, loadUser } = dependencies
  if (typeof location === 'undefined') throw commonError('not-in-browser')
  const config = resolveOptions(options)
  const { name } = config
  // Normalised, so that they can be compared with the origins of request URLs. The core refuses what is not an origin.
  const origins = new Set(config.origins.map(originOf))
  const { csrf, signIn, refresh, exchanges, restoreCookie } = config
  const idleStore = config.idle && createIdleStore(name)
  const [CoreClass, lastActivity] = await Promise.all([loadCore(), idleStore?.read()])
  const source =
    csrf && 'from' in csrf
      ? createCsrfSource({
          csrf,
          origins,
          endpoints: [signIn, refresh, ...exchanges],
          fetch: network.fetch,
          error: vaultError,
        })
      : undefined
  const state = openSharedState(name)
  const readers = { readCookie, source }
  let peers: ReturnType<typeof openPeerChannel> | undefined
  const core: Core = new CoreClass(config, {
    ...(restoreCookie ? withRestoreCookie(state, restoreCookie, readCookie) : state),
    whenSettled,
    defer,
    requestLock: () => requestLock(name),
    broadcast: (word: string) => peers?.post(word),
    fetch: source?.fetch ?? network.fetch,
    headers: (endpoint: CompleteEndpoint) => exchangeHeaders(endpoint, readers),
    encode,
    decodeBase64url,
    readHeaders,
    loadUser,
    notify: show,
    report,
    requested,
    withoutTokens,
    error,
  })
  const idle =
    config.idle &&
    idleStore &&
    createIdleLimit({
      ...idleMillis(config.idle),
      name,
      last: lastActivity ?? Date.now(),
      store: idleStore.write,
      isSignedIn: () => core.snapshot().status === 'authenticated',
      onChange: show,
      onWarning: (endsAt) => report({ type: 'idle-warning', endsAt }),
      onEnd: () => core.signOut(true).catch(() => {}),
    })
  if (idle?.isOver() && config.refresh && config.refreshToken === 'cookie') core.signOut(true).catch(() => {})
  peers = openPeerChannel(name, (word) => core.onPeerMessage(word))
  const stopListening = listenForVaultLifecycle((event) => {
    idle?.check()
    core.onLifecycleEvent(event)
  })

  function show() {
    notify({ ...(core.snapshot() as Snapshot), idle: idle?.warning ?? null } as Snapshot, core.shownSession())
    idle?.check()
  }

  function close() {
    core.close()
    idle?.close()
    peers?.close()
    stopListening()
  }

  return { core, config, origins, readers, idle, close }
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
