import { decoded } from '../common/cookie.js'
import { encodeCredentials } from '../common/endpoint.js'
import { isAuthError } from '../common/errors.js'
import { createListeners } from '../common/listeners.js'
import { frozen, LOADING } from '../common/snapshot.js'
import type { AuthEvent, Snapshot } from '../common/types.js'
import type { VaultOptions } from '../common/vault-options.js'
import {
  isJson,
  type PackedCredentials,
  packRequest,
  replayable,
  unpackCredentials,
} from '../protocol/packing.js'
import type { Vault } from '../protocol/vault.js'
import { applyCredential, withoutCredential } from './credential.js'
import { vaultError } from './errors.js'
import type { ReadCookie } from './exchange.js'
import { launch } from './launch.js'
import { createNetwork } from './network.js'
import { type Outgoing, outgoing } from './outgoing.js'
import { originOf } from './policy.js'
import { createRequestEvents, type Requested } from './request-events.js'
import { runToHead } from './run-to-head.js'

/** A lifecycle event of the pages of a vault. */
export type LifecycleEvent = 'clients-gone' | 'restored' | 'client-connected' | 'woke'

/** The vault in its own realm, with the functions that its page server needs. */
export interface VaultHost extends Vault {
  /** `fetch`, for a request that is already split into its parts. */
  send(request: Outgoing): Promise<Response>
  /** Handles a lifecycle event. Resolves when the snapshot has been updated. */
  onLifecycleEvent(event: LifecycleEvent): Promise<void>
  /** Calls the listener for every finished request. */
  onRequest(listener: (event: Requested, request: Outgoing) => void): () => void
}

/** Starts the core in this realm. */
export function start(options: VaultOptions, readPageCookie: ReadCookie): VaultHost {
  const changes = createListeners<void>()
  const events = createListeners<AuthEvent>()
  const requests = createRequestEvents()
  const network = createNetwork()
  let snapshot: Snapshot = LOADING
  let isReporting = false

  const readCookie: ReadCookie = async (name) => {
    const value = await readPageCookie(name).catch((cause: unknown) => {
      throw isAuthError(cause) ? cause : vaultError('csrf-unreadable', { cause })
    })
    return value && decoded(value)
  }

  let launching: ReturnType<typeof launch> | undefined
  launched()

  /** A failed start rejects the calls that need it; the next call retries. */
  function launched() {
    launching ??= launch(options, {
      readCookie,
      network,
      requested: requests.requested,
      report: (event) => events.emit(Object.freeze(event)),
      notify(current) {
        snapshot = frozen(current)
        changes.emit()
      },
    })
    launching.catch(() => {
      launching = undefined
    })
    return launching
  }

  async function send(request: Outgoing): Promise<Response> {
    const { core, config, origins } = await launched()
    const isOurs = origins.has(originOf(request.url))
    if (isOurs && config.credential !== 'bearer') await applyCredential(request, config, readCookie)
    const rotates = isOurs && !/^(bearer|cookie)$/.test(config.credential)
    const sent = rotates ? runToHead(request, (request) => core.fetch(request)) : core.fetch(request)
    const response = await sent.catch(async (error: unknown) => {
      const reason = error instanceof TypeError && (await network.reasonOf(request.url, isOurs))
      throw reason ? new TypeError(reason.message) : error
    })
    return isOurs ? withoutCredential(response, config) : response
  }

  async function signIn(credentials: PackedCredentials): Promise<unknown> {
    const { core, config } = await launched()
    const [body, contentType] = isJson(credentials)
      ? encodeCredentials(credentials.json, config.signIn)
      : unpackCredentials(credentials)
    return core.signIn(body, contentType).catch(async (error: unknown) => {
      const isUnanswered = isAuthError(error) && error.code === 'unreachable' && error.status === undefined
      const url = isUnanswered && config.signIn && new URL(config.signIn.path, config.origins[0]).href
      throw (url && (await network.reasonOf(url, true))) || error
    })
  }

  return {
    get snapshot() {
      return snapshot
    },
    subscribe: changes.add,
    onEvent: events.add,
    onRequest: requests.add,
    reportRequests() {
      if (isReporting) return
      isReporting = true
      requests.add((event) => events.emit(Object.freeze({ ...event, here: true })))
    },
    origins: async () => [...(await launched()).origins],
    ready: async () => (await launched()).core.ready(),
    async fetch(request, body, priority) {
      const own = await replayable(request, body)
      return send(outgoing(packRequest(request, { priority }), own, request.signal))
    },
    send,
    signIn,
    signOut: async () => (await launched()).core.signOut(),
    onLifecycleEvent: async (event) => (await launched()).core.onLifecycleEvent(event),
    close() {
      changes.clear()
      events.clear()
      requests.clear()
      launching?.then(
        ({ close }) => close(),
        () => {},
      )
    },
  }
}
