import { afterEach, beforeEach, vi } from 'vitest'
import { openRemote } from '../../js/client/remote.js'
import { LOADING } from '../../js/common/snapshot.js'
import type { AuthEvent, Snapshot } from '../../js/common/types.js'
import { VERSION } from '../../js/protocol/messages.js'
import type { ConnectedVault } from '../../js/protocol/vault.js'
import type { ReadCookie } from '../../js/vault/exchange.js'
import type { Outgoing } from '../../js/vault/outgoing.js'
import type { Requested } from '../../js/vault/request-events.js'
import { serve } from '../../js/vault/serve.js'
import type { VaultHost } from '../../js/vault/start.js'
import { collectUncaught } from './uncaught.js'

export type Message = Record<string, unknown> & { type: string }

type Listener = (event: MessageEvent) => void

/** One end of a port. Posted messages are cloned as in a browser, and kept. */
export class FakePort {
  readonly posted: Message[] = []
  /** Errors that listeners have thrown. In a browser they are reported in the realm of the listener only. */
  readonly thrown: unknown[] = []
  /** Called before a message is posted; may throw. */
  intercept: (message: Message) => void = () => {}
  readonly #listeners: [type: string, listener: Listener][] = []

  postMessage(message: Message) {
    this.intercept(message)
    this.posted.push(structuredClone(message))
  }
  addEventListener(type: string, listener: Listener) {
    this.#listeners.push([type, listener])
  }
  /** @param fields of the event, such as the `ports` of a `connect` event */
  receive(data: unknown, type = 'message', fields: object = {}) {
    for (const [heard, listener] of this.#listeners) {
      if (heard !== type) continue
      try {
        listener({ data, ...fields } as MessageEvent)
      } catch (error) {
        this.thrown.push(error)
      }
    }
  }
  of(type: string) {
    return this.posted.filter((message) => message.type === type)
  }
}

/** Lets everything run that is ready to run. */
export const settled = () => vi.advanceTimersByTimeAsync(0)

export const ADA: Snapshot = {
  status: 'authenticated',
  reason: null,
  failure: null,
  user: { name: 'Ada' },
  claims: null,
  expiresAt: null,
  refreshAt: null,
  claimsAreNewer: false,
  endsAt: null,
  idle: null,
}

/** Adds what a page has and Node does not have. */
export function stubPage() {
  const page = new EventTarget()
  const reported = collectUncaught()
  for (const name of ['addEventListener', 'removeEventListener', 'dispatchEvent'] as const)
    vi.stubGlobal(name, page[name].bind(page))
  vi.stubGlobal('window', globalThis)
  const document = { hidden: false, cookie: 'csrf=one', querySelectorAll: () => [] }
  vi.stubGlobal('document', Object.assign(new EventTarget(), document))
  vi.stubGlobal('location', new URL('https://app.test/'))
  return { page, reported, show: (type: string, fields = {}) => fire(page, type, fields) }
}

/** Gives each test of a file such a page and a stopped clock. @returns a function that takes the reported errors */
export function usePage() {
  let reported: unknown[]
  beforeEach(() => {
    vi.useFakeTimers()
    reported = stubPage().reported
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })
  return { takeReported: () => reported.splice(0) }
}

const fire = (target: EventTarget, type: string, fields: object) =>
  target.dispatchEvent(Object.assign(new Event(type), fields))

export const WELCOME = { type: 'welcome', version: VERSION, origins: ['https://api.test'], instance: 'first' }

/** Opens a vault and records its callbacks. */
export function open(port: FakePort) {
  const [close, onLost, onSnapshot, onEvent] = [vi.fn(), vi.fn(), vi.fn(), vi.fn()]
  const opening = new Promise<ConnectedVault>((resolve, onFailed) => {
    const onWelcome = () => resolve(vault)
    const vault = openRemote(port, { close, onLost, onSnapshot, onEvent, onWelcome, onFailed })
  })
  const shown = (): unknown => onSnapshot.mock.lastCall?.[0]
  return { opening, close, onLost, onSnapshot, onEvent, shown }
}

/** A page. The test plays its vault. */
export async function openPage() {
  const port = new FakePort()
  const page = open(port)
  port.receive(WELCOME)
  const vault = await page.opening
  return { ...page, vault, port, fetch: () => vault.fetch(new Request('https://api.test/x'), null) }
}

/** The outcome of a call; `open` until it settles. */
export function watch(call: Promise<unknown>) {
  const watched = { outcome: 'open' as unknown }
  call.then(
    (value) => {
      watched.outcome = value
    },
    (error) => {
      watched.outcome = error.code ?? error.name
    },
  )
  return watched
}

/** A vault. The test plays its core. */
export function openFakeVault(realm: 'shared' | 'worker' = 'shared') {
  let changed = () => {}
  let happened: (event: AuthEvent) => void = () => {}
  const host = {
    snapshot: LOADING as Snapshot,
    session: undefined as number | undefined,
    subscribe: vi.fn((listener: () => void) => {
      changed = listener
      return () => {}
    }),
    onEvent: vi.fn((listener: (event: AuthEvent) => void) => {
      happened = listener
      return () => {}
    }),
    onRequest: vi.fn((_: (event: Requested, request: Outgoing) => void) => () => {}),
    reportRequests: vi.fn(),
    origins: vi.fn(async (): Promise<readonly string[]> => ['https://api.test']),
    fetch: vi.fn(async () => new Response('unused')),
    send: vi.fn(async (_: Outgoing) => new Response('ok')),
    run: vi.fn(async (_: string): Promise<unknown> => undefined),
    onLifecycleEvent: vi.fn(async (_: string) => {}),
    close: vi.fn(),
  } satisfies VaultHost
  let readCookie!: ReadCookie
  const { accept } = serve((read) => {
    readCookie = read
    return host
  }, realm)
  return {
    host,
    accept,
    readCookie: (name: string) => readCookie(name),
    wakes: () => host.onLifecycleEvent.mock.calls.map(([onLifecycleEvent]) => onLifecycleEvent),
    become(snapshot: Snapshot) {
      host.snapshot = snapshot
      changed()
    },
    emit: (event: AuthEvent) => happened(event),
    /** A page that has connected and got its welcome; without `hello`, it gets none. */
    async connect(hello: object | null = { type: 'hello', version: VERSION, restored: false }) {
      const port = new FakePort()
      accept(port)
      if (hello) port.receive(hello)
      await settled()
      return port
    },
  }
}

/** The `run` message of a sign-in. */
export const signInMessage = (id: number) => ({
  type: 'run',
  id,
  command: 'signIn',
  argument: { credentials: { json: '{}' }, by: undefined },
})

export const fetchMessage = (id: number, init: object = {}) => ({
  type: 'fetch',
  id,
  request: { url: 'https://api.test/x', init },
  body: null,
})
