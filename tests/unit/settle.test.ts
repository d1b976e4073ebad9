/** Every open call settles, whatever throws while a message is handled, on either side of the port. */
import { expect, test, vi } from 'vitest'
import { TO_VAULT, VERSION } from '../../js/protocol/messages.js'
import {
  fetchMessage,
  type Message,
  openFakeVault,
  openPage,
  settled,
  signInMessage,
  usePage,
  watch,
} from './port.js'
import { TO_PAGE } from './to-page.js'

usePage()

type Shape = Record<string, string>

const explode = (): never => {
  throw new Error('injected')
}
/** An object that throws on every access. */
const bomb = () =>
  new Proxy(
    {},
    { get: explode, has: explode, ownKeys: explode, preventExtensions: explode, getPrototypeOf: explode },
  )
/** An array that throws when it is read. */
const bombList = () => Object.assign([], { [Symbol.iterator]: explode, filter: explode })

/** A valid message of this type that throws as soon as it is used. */
function armed(type: string, shape: Shape, id?: unknown): Message {
  const plain: Record<string, unknown> = { number: VERSION, string: 'first', boolean: true }
  const fields = Object.entries(shape).map(([name, kind]) => {
    if (name === 'id') return [name, id]
    return [name, plain[kind] ?? (kind.endsWith('[]') ? bombList() : bomb())]
  })
  return { type, ...Object.fromEntries(fields) }
}

const types = (shapes: object, isOfCall: boolean) =>
  (Object.entries(shapes) as [string, Shape][]).filter(([, shape]) => 'id' in shape === isOfCall)

const CALLS = ['body', 'fetch', 'ready', 'sign-in', 'sign-out'] as const
type CallName = (typeof CALLS)[number]

/** A page with an open call of each kind. The call `body` has got its response head. */
async function openCalls() {
  const { vault, port, fetch, onSnapshot, onEvent } = await openPage()
  const head = { status: 200, statusText: '', headers: [], url: '', redirected: false, type: 'basic' }
  const calls: Record<CallName, ReturnType<typeof watch>> = {
    body: watch(fetch().then((response) => response.arrayBuffer())),
    fetch: watch(fetch()),
    ready: watch(vault.run('ready', undefined)),
    'sign-in': watch(vault.run('signIn', { credentials: { json: '{}' }, by: undefined })),
    'sign-out': watch(vault.run('signOut', undefined)),
  }
  await settled()
  const idsOf = (type: string) => port.of(type).map(({ id }) => id)
  const [body, second] = idsOf('fetch')
  const [ready, signIn, signOut] = idsOf('run')
  const ids: Record<CallName, unknown> = {
    body,
    fetch: second,
    ready,
    'sign-in': signIn,
    'sign-out': signOut,
  }
  port.receive({ type: 'response', id: body, head, body: 'chunks' })
  await settled()
  return { port, calls, ids, onSnapshot, onEvent }
}

/** The kinds of calls that get messages of this type. */
const receivers: Record<string, readonly CallName[]> = {
  settled: ['ready', 'sign-in', 'sign-out'],
  failed: CALLS,
  response: ['fetch'],
  chunk: ['body'],
  end: ['body'],
}

for (const [type, shape] of types(TO_PAGE, true)) {
  // This message contains only numbers, so no field can throw. See upload.test.ts.
  if (type === 'pull') continue
  test(`page: an exception while \`${type}\` is handled fails the call of the message, and no other call`, async () => {
    const { port, calls, ids } = await openCalls()
    const names = receivers[type] ?? []
    expect(names).not.toEqual([])
    for (const name of names) port.receive(armed(type, shape, ids[name]))
    await settled()
    for (const name of CALLS) expect(calls[name].outcome, name).toBe(names.includes(name) ? 'Error' : 'open')
    expect(port.thrown).toEqual([])
    await vi.advanceTimersByTimeAsync(5000)
    const open = CALLS.filter((name) => !names.includes(name)).map((name) => ids[name])
    open.sort()
    expect(port.of('ping').flatMap(({ calls }) => calls)).toEqual(open)
    // The vault stops calls that have failed here. A call whose `settled` message has arrived is complete in the vault.
    const given = port.of('abort').map(({ id }) => id)
    expect(given).toEqual(type === 'settled' ? [] : names.map((name) => ids[name]))
  })
}

for (const [type, shape] of types(TO_PAGE, false)) {
  for (const [how, fails] of [
    ['its content', true],
    ['the response to it', false],
  ] as const) {
    test(`page: after an exception at \`${type}\`, by ${how}, every open call can still settle`, async () => {
      const { port, calls, ids, onSnapshot, onEvent } = await openCalls()
      onSnapshot.mockImplementation(explode)
      onEvent.mockImplementation(explode)
      port.intercept = fails ? () => {} : explode
      port.receive(fails ? armed(type, shape) : { ...armed(type, shape), ...lists(shape) })
      port.intercept = () => {}
      for (const name of CALLS) port.receive(armed('failed', { error: 'object', id: 'number' }, ids[name]))
      await settled()
      for (const name of CALLS) expect(calls[name].outcome, name).toBe('Error')
    })
  }
}

/** Empty lists in place of lists that throw. */
const lists = (shape: Shape) =>
  Object.fromEntries(
    Object.entries(shape).flatMap(([name, kind]) => (kind.endsWith('[]') ? [[name, []]] : [])),
  )

const REQUESTS: Message[] = [
  fetchMessage(1),
  { type: 'run', id: 2, command: 'ready', argument: undefined },
  signInMessage(3),
  { type: 'run', id: 4, command: 'signOut', argument: undefined },
]

const HARMLESS: Record<string, object> = {
  hello: { version: VERSION, restored: false },
  fetch: fetchMessage(9),
  run: { command: 'ready', argument: undefined },
  cookie: { name: 'x', value: null },
}

/** The ids of all calls that have got their last message. */
const answered = (port: { posted: Message[] }) =>
  port.posted.filter(({ type }) => /^(settled|failed|response)$/.test(type)).map(({ id }) => Number(id))

for (const [type, shape] of Object.entries(TO_VAULT as Record<string, Shape>)) {
  const id = 'id' in shape ? { id: 9 } : {}
  /** A similar message that cannot throw. */
  const harmless = () => ({ ...armed(type, shape, 9), ...lists(shape), ...HARMLESS[type], ...id })
  const opens = REQUESTS.some((request) => request.type === type)

  const injections: Record<string, (vault: ReturnType<typeof openFakeVault>) => void> = {
    'the message itself': () => {},
    'the core, at once': ({ host }) => {
      for (const name of ['origins', 'send', 'run', 'onLifecycleEvent', 'onRequest'] as const)
        host[name].mockImplementation(explode)
    },
    'the core, later': ({ host }) => {
      for (const name of ['origins', 'send', 'run', 'onLifecycleEvent'] as const)
        host[name].mockRejectedValue(new Error('injected'))
    },
  }
  for (const [what, inject] of Object.entries(injections)) {
    test(`vault: when \`${type}\` makes ${what} throw, every open call gets a result`, async () => {
      const vault = openFakeVault()
      const port = await vault.connect()
      inject(vault)
      port.receive(what === 'the message itself' ? armed(type, shape, 9) : harmless())
      if (opens) await settled()
      if (opens) expect(answered(port)).toContain(9)
      for (const request of REQUESTS) port.receive(request)
      await settled()
      // Also after `bye`, and after a refusal.
      for (const { id } of REQUESTS) expect(answered(port), `call ${id}`).toContain(id)
      expect(port.thrown).toEqual([])
    })
  }

  test(`vault: when a response to \`${type}\` cannot be posted, every open call gets a result`, async () => {
    const vault = openFakeVault()
    const port = await vault.connect()
    let left = 1
    port.intercept = ({ type }) => {
      if (type !== 'ping' && left-- > 0) explode()
    }
    port.receive(harmless())
    for (const request of REQUESTS) port.receive(request)
    await settled()
    for (const { id } of [...REQUESTS, ...(opens ? [{ id: 9 }] : [])])
      expect(answered(port), `call ${id}`).toContain(id)
    expect(port.thrown).toEqual([])
  })
}
