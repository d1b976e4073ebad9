import { decoded } from '../cookie.js'
import { encodeCredentials } from '../endpoint.js'
import { type AuthErrorDetail, commonError, isAuthError } from '../errors.js'
import { createListeners } from '../listeners.js'
import { platformFetch } from '../platform-fetch.js'
import { isJson, packRequest, replayable, unpackCredentials } from '../port/packing.js'
import { frozen, LOADING } from '../snapshot.js'
import type { AuthEvent, RequestEvent, SessionEvent, Snapshot, Vault } from '../types.js'
import type { Core } from '../wasm/core.js'
import { equip, readHeaders, withoutCredential } from './credential.js'
import { defer } from './deferred.js'
import { type VaultErrorCode, vaultError } from './errors.js'
import { loadCore } from './load.js'
import { requestLock } from './lock.js'
import { complete, type VaultOptions } from './options.js'
import { type Outgoing, outgoing } from './outgoing.js'
import { directiveAgainst, originOf } from './policy.js'
import { runToHead } from './run-to-head.js'
import { openTabs } from './tabs.js'
import { openTrace } from './trace.js'
import { listenForWake } from './wake.js'

/** What has become of the pages of a vault. */
export type Wake = 'deserted' | 'restored' | 'visited' | 'woke'

/** What the vault itself knows of a request: not which page made it. */
export type Requested = Omit<RequestEvent, 'here'>

/** The vault in its own realm, with what a realm shows to its pages. */
export interface Cell extends Vault {
  /** `fetch`, for a request that is already taken apart. */
  send(request: Outgoing): Promise<Response>
  /** Settles when it has had its effect on the snapshot. */
  wake(word: Wake): Promise<void>
  /** Calls back for every request that has come by its answer. */
  onRequest(listener: (event: Requested, request: Outgoing) => void): () => void
}

/** The value of a readable cookie; rejects when there is no page to tell. */
export type ReadCookie = (name: string) => Promise<string | null>

/** Starts the core in this realm. */
export function start(options: VaultOptions, readCookie: ReadCookie): Cell {
  const changes = createListeners<void>()
  const events = createListeners<AuthEvent>()
  const requests = createListeners<[event: Requested, request: Outgoing]>()
  let snapshot: Snapshot = LOADING
  let core: Core | undefined
  /** Whether anybody wants to know of requests. */
  let isHeard = false
  let isReporting = false

  const cookie: ReadCookie = async (name) => {
    const value = await readCookie(name).catch((cause: unknown) => {
      throw isAuthError(cause) ? cause : vaultError('csrf-unreadable', { cause })
    })
    return value && decoded(value)
  }

  let starting: ReturnType<typeof instantiate> | undefined
  started()

  /** Whoever calls learns of a failure, and the next one tries again; a page that never does is not bothered. */
  function started() {
    starting ??= instantiate()
    starting.catch(() => {
      starting = undefined
    })
    return starting
  }

  async function instantiate() {
    if (typeof location === 'undefined') throw commonError('not-in-browser')
    const config = complete(options)
    const CoreClass = await loadCore()
    const { name } = config
    let tabs: ReturnType<typeof openTabs> | undefined
    const started = new CoreClass(config, {
      ...openTrace(name),
      whenSettled,
      defer,
      requestLock: () => requestLock(name),
      broadcast: (word: string) => tabs?.broadcast(word),
      fetch: (url: string, init: RequestInit) => platformFetch(url, init),
      cookie,
      readHeaders,
      notify,
      report: (event: SessionEvent) => events.emit(Object.freeze(event)),
      requested,
      error,
    })
    core = started
    tabs = openTabs(name, (word) => started.hear(word))
    const stopListening = listenForWake((word) => started.wake(word))
    const close = () => {
      started.close()
      tabs?.close()
      stopListening()
    }
    // As the URLs of requests are spelled; the core has checked that each is an origin.
    const origins = new Set(config.origins.map((origin) => new URL(origin).origin))
    return { core, config, origins, close }
  }

  function notify() {
    if (!core) return
    snapshot = frozen(core.snapshot() as Snapshot)
    changes.emit()
  }

  function requested(
    request: Outgoing,
    course: RequestEvent['course'],
    status: number | undefined,
    millis: number,
  ) {
    if (!isHeard) return
    const { url, init } = request
    const method = init.method ?? 'GET'
    // Query and fragment may hold secrets of the page's own.
    const [bare] = url.split(/[?#]/)
    requests.emit([
      { type: 'request', course, method, url: bare as string, status: status ?? null, millis },
      request,
    ])
  }

  function onRequest(listener: (event: Requested, request: Outgoing) => void) {
    isHeard = true
    return requests.add(([event, request]) => listener(event, request))
  }

  async function send(request: Outgoing): Promise<Response> {
    const { core, config, origins } = await started()
    const isOurs = origins.has(originOf(request.url))
    if (isOurs && config.credential !== 'bearer') await equip(request, config, cookie)
    const rotates = isOurs && !/^(bearer|cookie)$/.test(config.credential)
    const sent = rotates ? runToHead(request, (request) => core.fetch(request)) : core.fetch(request)
    const response = await sent.catch(async (error: unknown) => {
      const directive = error instanceof TypeError && (await directiveAgainst(originOf(request.url)))
      throw directive ? new TypeError(commonError('policy-refused', { directive }).message) : error
    })
    return isOurs ? withoutCredential(response, config) : response
  }

  return {
    get snapshot() {
      return snapshot
    },
    subscribe: changes.add,
    onEvent: events.add,
    onRequest,
    reportRequests() {
      if (isReporting) return
      isReporting = true
      onRequest((event) => events.emit(Object.freeze({ ...event, here: true })))
    },
    origins: async () => [...(await started()).origins],
    ready: async () => (await started()).core.ready(),
    async fetch(request, body, priority) {
      const own = await replayable(request, body)
      return send(outgoing(packRequest(request, { priority }), own, request.signal))
    },
    send,
    async signIn(credentials) {
      const { core, config } = await started()
      const [body, contentType] = isJson(credentials)
        ? encodeCredentials(credentials.json, config.signIn)
        : unpackCredentials(credentials)
      return core.signIn(body, contentType).catch(async (error: unknown) => {
        const isUnheard = isAuthError(error) && error.code === 'unreachable' && error.status === undefined
        const url = isUnheard && config.signIn && new URL(config.signIn.path, config.origins[0]).href
        const directive = url && (await directiveAgainst(originOf(url)))
        throw directive ? commonError('policy-refused', { directive }) : error
      })
    },
    signOut: async () => (await started()).core.signOut(),
    wake: async (word) => (await started()).core.wake(word),
    close() {
      changes.clear()
      events.clear()
      requests.clear()
      starting?.then(
        ({ close }) => close(),
        () => {},
      )
    },
  }
}

/** Called by the core, which has one kind of callback for both outcomes. */
function whenSettled(promise: Promise<unknown>, settled: (outcome: unknown, isValue: boolean) => void) {
  promise.then(
    (value) => settled(value, true),
    (error) => settled(error, false),
  )
}

/** Called by the core: a code, and the name of an option or what is known of an answer. */
function error(code: VaultErrorCode, detail: string | AuthErrorDetail | undefined) {
  return vaultError(code, typeof detail === 'string' ? { option: detail } : detail)
}
