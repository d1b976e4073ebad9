import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { VERSION } from '../../js/protocol/messages.js'
import { FakePort } from './port.js'

/** What a vault file does in a worker. */

const loadCore = vi.hoisted(() => vi.fn())
vi.mock('../../js/vault/load.js', () => ({ loadCore }))

const OPTIONS = { signIn: '/sign-in', origins: ['https://api.test'] }
const HELLO = { type: 'hello', version: VERSION, restored: false }
let scope: FakePort & { start(): void }
const closing: (() => void)[] = []
/** What the core learns about its pages. */
let heard: string[]

class Port extends FakePort {
  start() {}
}

beforeEach(() => {
  vi.resetModules()
  scope = new Port()
  heard = []
  loadCore.mockResolvedValue(
    class {
      ready = async () => {}
      async onLifecycleEvent(event: string) {
        heard.push(event)
      }
      close() {}
    },
  )
})
afterEach(() => {
  for (const close of closing.splice(0)) close()
  vi.unstubAllGlobals()
})

/** Evaluates a vault file in a worker of this kind. The global object of a worker is its port, too. */
async function inWorker(kind: 'SharedWorkerGlobalScope' | 'DedicatedWorkerGlobalScope') {
  const isInstance = { value: () => true }
  for (const name of [kind, 'WorkerGlobalScope'])
    vi.stubGlobal(
      name,
      Object.defineProperty(() => {}, Symbol.hasInstance, isInstance),
    )
  vi.stubGlobal('location', new URL('https://app.test/vault.js'))
  vi.stubGlobal('addEventListener', scope.addEventListener.bind(scope))
  vi.stubGlobal('removeEventListener', () => {})
  vi.stubGlobal('postMessage', scope.postMessage.bind(scope))
  const { openVault } = await import('../../js/vault/open.js')
  return (options: object = {}) => {
    const vault = openVault({ ...OPTIONS, ...options })
    closing.push(vault.close)
    return vault
  }
}

/** A page that connects to a shared worker. */
function connect() {
  const port = new Port()
  const start = vi.spyOn(port, 'start')
  scope.receive(undefined, 'connect', { ports: [port] })
  port.receive(HELLO)
  return { port, start }
}

const WELCOME = { type: 'welcome', origins: ['https://api.test'] }

test('each page that connects to a shared worker is welcomed', async () => {
  const open = await inWorker('SharedWorkerGlobalScope')
  open()
  for (const { port, start } of [connect(), connect()]) {
    await vi.waitFor(() => expect(port.of('welcome')).toMatchObject([WELCOME]))
    expect(start).toHaveBeenCalledTimes(1)
  }
  expect(heard).toEqual(['client-connected', 'client-connected'])
})

test('a dedicated worker welcomes its page', async () => {
  const open = await inWorker('DedicatedWorkerGlobalScope')
  open()
  scope.receive(HELLO)
  await vi.waitFor(() => expect(scope.of('welcome')).toMatchObject([WELCOME]))
  // Its only page is there from the start.
  expect(heard).toEqual([])
})

test('a second vault with the same configuration is the first one; with another configuration, each page is refused', async () => {
  const open = await inWorker('SharedWorkerGlobalScope')
  const vault = open()
  expect(open()).toBe(vault)
  expect(open({ signIn: '/other' })).toBe(vault)
  const { port } = connect()
  await vi.waitFor(() =>
    expect(port.of('refused')).toMatchObject([{ error: { name: 'vault-reconfigured' } }]),
  )
})

test('after a vault is closed, another one can be opened', async () => {
  const open = await inWorker('SharedWorkerGlobalScope')
  const vault = open()
  vault.close()
  expect(open({ signIn: '/other' })).not.toBe(vault)
})

test('a shared worker whose file throws before it opens its vault tells each page the first error and its place', async () => {
  const open = await inWorker('SharedWorkerGlobalScope')
  const first = { message: 'boom', filename: 'vault.js', lineno: 3, colno: 7 }
  for (const error of [first, { ...first, message: 'later' }]) scope.receive(undefined, 'error', error)
  for (const { port } of [connect(), connect()])
    expect(port.posted).toMatchObject([
      {
        type: 'refused',
        error: {
          name: 'vault-script',
          message: 'The vault script https://app.test/vault.js throws: boom (vault.js:3:7).',
        },
      },
    ])
  // An error after the vault has opened does not stop it.
  open()
  const { port } = connect()
  await vi.waitFor(() => expect(port.of('welcome')).toHaveLength(1))
  expect(port.of('refused')).toEqual([])
})

test('a shared worker whose file has not thrown sends no refusal', async () => {
  await inWorker('SharedWorkerGlobalScope')
  expect(connect().port.posted).toEqual([])
})
