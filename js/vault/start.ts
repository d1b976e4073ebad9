import { decoded } from '../common/cookie.js'
import { isAuthError } from '../common/errors.js'
import { createListeners } from '../common/listeners.js'
import { ownProperty } from '../common/own-property.js'
import { frozen, LOADING } from '../common/snapshot.js'
import { stepUpEvent } from '../common/step-up.js'
import { readTicket } from '../common/ticket.js'
import type { AuthEvent, SessionEvent, Snapshot } from '../common/types.js'
import type { VaultOptions } from '../common/vault-options.js'
import { packRequest, replayable } from '../protocol/packing.js'
import type { Vault } from '../protocol/vault.js'
import { createCommands } from './commands.js'
import { applyCredential, withoutCredential } from './credential.js'
import { vaultError } from './errors.js'
import type { ReadCookie } from './exchange.js'
import { launch } from './launch.js'
import { createNetwork } from './network.js'
import { type Outgoing, outgoing, ownRequest } from './outgoing.js'
import { originOf } from './policy.js'
import { createRequestEvents, type Requested } from './request-events.js'
import { runToHead } from './run-to-head.js'
import { readUser } from './user.js'

/** A lifecycle event of the pages of a vault. */
export type LifecycleEvent = 'clients-gone' | 'restored' | 'client-connected' | 'woke'

/** The vault in its own realm, with the functions that its page server needs. */
export interface VaultHost extends Vault {
  /** `fetch`, for a request that is already split into its parts. */
  send(request: Outgoing): Promise<Response>
  /** The number of the session in the snapshot, if there is one. It changes with the user. */
  readonly session: number | undefined
  /** Handles a lifecycle event. Resolves when the snapshot has been updated. */
  onLifecycleEvent(event: LifecycleEvent): Promise<void>
  /** Calls the listener for every finished request. */
  onRequest(listener: (event: Requested, request: Outgoing) => void): () => void
}

/** Starts the core in this realm. */
export function start(options: VaultOptions, readFromPage: ReadCookie): VaultHost {
  const changes = createListeners<void>()
  const events = createListeners<AuthEvent>()
  const requests = createRequestEvents()
  const network = createNetwork()
  let snapshot: Snapshot = LOADING
  let session: number | undefined
  let isReporting = false
  let loadingUser: Promise<string | undefined> | undefined

  const report = (event: SessionEvent) => events.emit(Object.freeze(event))

  const readCookie: ReadCookie = async (name) => {
    const value = await readFromPage(name).catch((cause: unknown) => {
      throw isAuthError(cause) ? cause : vaultError('csrf-unreadable', { cause })
    })
    return value && decoded(value)
  }

  let launching: ReturnType<typeof launch> | undefined

  /** A failed start rejects the calls that need it; the next call retries. */
  function launched() {
    launching ??= launch(options, {
      readCookie,
      network,
      requested: requests.requested,
      report,
      loadUser,
      notify(current, shown) {
        snapshot = frozen(current)
        session = shown
        changes.emit()
      },
    })
    launching.catch(() => {
      launching = undefined
    })
    return launching
  }

  async function send(request: Outgoing): Promise<Response> {
    const { core, config, origins, readers } = await launched()
    const isOurs = origins.has(originOf(request.url))
    if (isOurs) await applyCredential(request, config, readers)
    const rotates = isOurs && !/^(bearer|cookie)$/.test(config.credential)
    const sent = rotates ? runToHead(request, (request) => core.fetch(request)) : core.fetch(request)
    const response = await sent.catch(async (error: unknown) => {
      const reason = error instanceof TypeError && (await network.reasonOf(request.url, isOurs))
      throw reason ? new TypeError(reason.message) : error
    })
    if (!isOurs) return response
    const stepUp = stepUpEvent(response.url, response)
    if (stepUp) report(stepUp)
    return withoutCredential(response, config)
  }

  /** Sends a request of a page. It restarts the time of the idle limit. */
  async function sendForPage(request: Outgoing): Promise<Response> {
    const { idle, origins } = await launched()
    if (idle && origins.has(originOf(request.url))) idle.restart()
    return send(request)
  }

  /**
   * Called by the core, once for each identity. Each call has its own request: the answer to an earlier one may be about the
   * previous user.
   */
  function loadUser(): Promise<string | undefined> {
    loadingUser = requestUser()
    return loadingUser
  }

  async function requestUser() {
    const { user, origins } = (await launched()).config
    if (!user) return undefined
    const { method, credentials } = user
    return readUser(send(ownRequest(new URL(user.path, origins[0]).href, { method, credentials })), report)
  }

  async function ticket(path: string): Promise<string> {
    const { core, config, origins } = await launched()
    const { origin, href } = new URL(path, config.origins[0])
    if (!origins.has(origin)) throw vaultError('endpoint-outside-origins', { option: 'path' })
    const response = await sendForPage(ownRequest(href, { method: 'POST' }))
    // The API may repeat the token, for example in an error.
    return readTicket(response, (body, ticket) => core.visible(JSON.stringify(body), ticket))
  }

  const run = createCommands({
    launched,
    network,
    exchanges: ownProperty(options, 'exchanges') as VaultOptions['exchanges'],
    whenUserLoaded: async () => loadingUser,
    ticket,
  })

  launched()

  return {
    get snapshot() {
      return snapshot
    },
    get session() {
      return session
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
    async fetch(request, body, priority) {
      // The body may take time to read, and another user may sign in meanwhile.
      const shown = session
      const own = await replayable(request, body)
      return sendForPage(outgoing(packRequest(request, { priority }), own, request.signal, shown))
    },
    send: sendForPage,
    run,
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
