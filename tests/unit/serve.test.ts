import { afterEach, expect, test, vi } from 'vitest'
import { AuthError } from '../../js/common/errors.js'
import { VERSION } from '../../js/protocol/messages.js'
import { PAGE_SILENCE_TIMEOUT } from '../../js/vault/presence.js'
import {
  ADA,
  type FakePort,
  fetchMessage,
  openFakeVault,
  settled,
  signInMessage,
  usePage,
  watch,
} from './port.js'

const { takeReported } = usePage()
afterEach(() => expect(takeReported()).toEqual([]))

/** The calls that have failed: their ids and the names of their errors. */
const failed = (port: FakePort) =>
  port
    .of('failed')
    .map(({ id, error }) => [Number(id), (error as Error).name] as const)
    .sort(([a], [b]) => a - b)

test('a request has the session that its page shows: the vault has a later one until the page has answered a ping', async () => {
  const { host, become, connect } = openFakeVault()
  const port = await connect()
  const sessions = () => host.send.mock.calls.map(([request]) => request.session)
  const send = async (id: number) => {
    port.receive(fetchMessage(id))
    await settled()
  }
  const pong = () => port.receive({ type: 'pong' })
  for (const [number, snapshot] of [
    [7, ADA],
    [8, { ...ADA }],
  ] as const) {
    host.session = number
    become(snapshot)
    const types = port.posted.map(({ type }) => type)
    expect(types.slice(-2)).toEqual(['snapshot', 'ping'])
  }
  await send(1)
  // The first ping was sent when the page connected.
  for (const id of [2, 3, 4]) {
    pong()
    await send(id)
  }
  expect(sessions()).toEqual([undefined, undefined, 7, 8])

  // A refresh does not change the session, so it needs no confirmation.
  const pings = port.of('ping').length
  become({ ...ADA })
  expect(port.of('ping')).toHaveLength(pings)
})

test('a page that returns from the back/forward cache, where it has missed a ping, is not taken for one that shows another session', async () => {
  const { host, become, connect } = openFakeVault()
  const port = await connect()
  port.receive({ type: 'pong' })
  for (const number of [7, 8]) {
    host.session = number
    become({ ...ADA })
  }
  // Two pings are lost with the snapshots.
  port.receive({ type: 'hello', version: VERSION, restored: true })
  await settled()
  port.receive({ type: 'pong' })
  port.receive(fetchMessage(1))
  await settled()
  expect(host.send.mock.calls[0]?.[0].session).toBe(8)
})

test('a page that is silent for minutes counts as connected: it gets every snapshot, and its call continues', async () => {
  const { host, become, connect, wakes } = openFakeVault()
  let answer = (_: Response) => {}
  host.send.mockReturnValue(
    new Promise((resolve) => {
      answer = resolve
    }),
  )
  const port = await connect()
  port.receive(fetchMessage(1))
  await vi.advanceTimersByTimeAsync(PAGE_SILENCE_TIMEOUT - 30_000)
  expect(wakes()).toEqual(['client-connected'])
  become(ADA)
  expect(port.of('snapshot').at(-1)).toMatchObject({ snapshot: ADA })
  await vi.advanceTimersByTimeAsync(90_000)
  expect(wakes()).toEqual(['client-connected', 'clients-gone'])
  expect(host.send.mock.calls[0]?.[0].signal.aborted).toBe(false)
  answer(new Response('late', { headers: { 'content-length': '4' } }))
  await settled()
  expect(port.of('response').map(({ id }) => id)).toEqual([1])
})

test('a page that sends a message after it counted as gone is connected again, and gets the current snapshot', async () => {
  const { become, connect, wakes } = openFakeVault()
  const port = await connect()
  await vi.advanceTimersByTimeAsync(PAGE_SILENCE_TIMEOUT + 60_000)
  const pings = port.of('ping').length
  become(ADA)
  await vi.advanceTimersByTimeAsync(600_000)
  expect([port.of('ping').length, port.of('snapshot').length]).toEqual([pings, 1])
  port.receive({ type: 'pong' })
  await settled()
  expect(wakes()).toEqual(['client-connected', 'clients-gone', 'client-connected'])
  expect(port.of('snapshot').at(-1)).toMatchObject({ snapshot: ADA })
  become({ ...ADA, user: null })
  expect(port.of('snapshot')).toHaveLength(3)
})

test('the token is kept as long as one page responds', async () => {
  const { connect, wakes } = openFakeVault()
  await connect()
  const alive = await connect()
  alive.intercept = ({ type }) => type === 'ping' && queueMicrotask(() => alive.receive({ type: 'pong' }))
  await vi.advanceTimersByTimeAsync(3 * PAGE_SILENCE_TIMEOUT)
  expect(wakes()).toEqual(['client-connected', 'client-connected'])
})

test('a page that has sent `bye` is gone at once, whatever it sends then, until it sends `hello`', async () => {
  const { host, become, connect, wakes } = openFakeVault()
  const port = await connect()
  port.receive({ type: 'bye' })
  expect(wakes()).toEqual(['client-connected', 'clients-gone'])
  for (const message of [
    fetchMessage(1, { keepalive: true }),
    { type: 'run', id: 2, command: 'signOut', argument: undefined },
    { type: 'pong' },
    { type: 'ping', calls: [] },
    { type: 'woke' },
    { type: 'report-requests' },
    { type: 'abort', id: 9 },
    { type: 'pull', id: 9, count: 1 },
    { type: 'cookie', name: 'x', value: null },
    { type: 'bye' },
  ]) {
    port.receive(message)
  }
  await settled()
  expect(wakes()).toEqual(['client-connected', 'clients-gone'])
  expect([host.send.mock.calls.length, host.run.mock.calls.length]).toEqual([1, 1])
  const shown = port.of('snapshot').length
  become(ADA)
  expect(port.of('snapshot')).toHaveLength(shown)
  port.receive({ type: 'hello', version: VERSION, restored: true })
  await settled()
  expect(wakes()).toEqual(['client-connected', 'clients-gone', 'client-connected'])
  expect(port.of('snapshot').at(-1)).toMatchObject({ snapshot: ADA })
})

test('a page with its own worker, where presence does not matter, gets the current snapshot after any message', async () => {
  const { become, connect, wakes } = openFakeVault('worker')
  const port = await connect()
  port.receive({ type: 'bye' })
  become(ADA)
  expect(port.of('snapshot')).toHaveLength(1)
  port.receive({ type: 'run', id: 1, command: 'ready', argument: undefined })
  await settled()
  expect(port.of('snapshot').at(-1)).toMatchObject({ snapshot: ADA })
  expect([port.of('settled').length, wakes()]).toEqual([1, []])
})

test('the requests of a page are aborted when it sends `bye`, and no message is posted to it afterwards', async () => {
  const { host, connect } = openFakeVault()
  host.send.mockImplementation(
    ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  )
  const port = await connect()
  port.receive(fetchMessage(1))
  await settled()
  const before = port.posted.length
  port.receive({ type: 'bye' })
  await settled()
  expect(host.send.mock.calls[0]?.[0].signal.aborted).toBe(true)
  expect(port.posted).toHaveLength(before)
})

test('a page of another version is refused, and keeps no token alive', async () => {
  const { connect, wakes } = openFakeVault()
  const port = await connect({ type: 'hello', version: 1, restored: false })
  expect(port.of('refused')).toMatchObject([{ error: { name: 'vault-mismatch' } }])
  expect(wakes()).toEqual(['clients-gone'])
})

test('welcome, ping and pong name the instance of the vault', async () => {
  const [first, second] = [openFakeVault(), openFakeVault()]
  const instances = await Promise.all(
    [first, second].map(async (vault) => {
      const port = await vault.connect()
      port.receive({ type: 'ping', calls: [] })
      await settled()
      const [ping, welcome, pong] = ['ping', 'welcome', 'pong'].map((type) => port.of(type)[0]?.instance)
      expect(ping).toMatch(/^\w{6,}$/)
      expect([welcome, pong]).toEqual([ping, ping])
      return ping
    }),
  )
  expect(instances[0]).not.toBe(instances[1])
})

test('a page that reaches another instance of the vault is welcomed on the same port', async () => {
  const restarted = openFakeVault()
  const port = await restarted.connect(null)
  // What the page does with this message is tested in remote.test.ts.
  expect(port.of('ping')).toHaveLength(1)
  port.receive({ type: 'ping', calls: [3, 4] })
  await settled()
  expect(port.of('pong')).toMatchObject([{ unknown: [3, 4] }])
  port.receive({ type: 'hello', version: VERSION, restored: false })
  await settled()
  expect(port.of('welcome')).toHaveLength(1)
  expect(port.of('snapshot')).toHaveLength(1)
})

test('a pong lists exactly those calls that are settled or unknown', async () => {
  const { host, connect } = openFakeVault()
  let finish: (value?: unknown) => void = () => {}
  host.run.mockImplementation(async (command: string) => {
    if (command === 'ready') return
    return new Promise((resolve) => {
      finish = resolve
    })
  })
  const port = await connect()
  port.receive({ type: 'run', id: 1, command: 'ready', argument: undefined })
  port.receive({ type: 'run', id: 2, command: 'signOut', argument: undefined })
  // No microtask has run yet, so the first call is still open.
  port.receive({ type: 'ping', calls: [1, 2, 3] })
  await settled()
  port.receive({ type: 'ping', calls: [1, 2, 3] })
  finish()
  await settled()
  port.receive({ type: 'ping', calls: [2] })
  await settled()
  expect(port.of('pong').map(({ unknown }) => unknown)).toEqual([[3], [1, 3], [2]])
  const order = port.posted.map(({ type, id }) => `${type} ${id ?? ''}`)
  expect(order.indexOf('settled 1')).toBeLessThan(order.lastIndexOf('pong '))
})

test('a call whose body is being sent counts as known until the end of the body', async () => {
  const { host, connect } = openFakeVault()
  let controller!: ReadableStreamDefaultController<Uint8Array>
  const body = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given
    },
  })
  host.send.mockResolvedValue(new Response(body))
  const port = await connect()
  port.receive(fetchMessage(1))
  await settled()
  port.receive({ type: 'ping', calls: [1] })
  controller.close()
  await settled()
  port.receive({ type: 'ping', calls: [1] })
  await settled()
  expect(port.of('pong').map(({ unknown }) => unknown)).toEqual([[], [1]])
})

test('a vault that failed to start rejects every call with its error, also for a page that reconnects', async () => {
  const { host, connect } = openFakeVault()
  const error = new AuthError('vault-failed', 'no wasm')
  for (const name of ['origins', 'send', 'run', 'onLifecycleEvent'] as const)
    host[name].mockRejectedValue(error)
  const port = await connect()
  expect(port.of('refused')).toMatchObject([{ error: { name: 'vault-failed' } }])

  const back = await connect(null)
  await vi.advanceTimersByTimeAsync(PAGE_SILENCE_TIMEOUT + 60_000)
  for (const page of [port, back]) {
    page.receive({ type: 'run', id: 1, command: 'ready', argument: undefined })
    page.receive(fetchMessage(2))
    page.receive(signInMessage(3))
    page.receive({ type: 'run', id: 4, command: 'signOut', argument: undefined })
    await settled()
    expect(failed(page)).toEqual([1, 2, 3, 4].map((id) => [id, 'vault-failed']))
  }
})

test('a result that cannot be cloned fails its call, and so does an error that cannot be cloned', async () => {
  const { host, connect } = openFakeVault()
  host.run.mockResolvedValueOnce({ user: () => {} })
  host.run.mockRejectedValueOnce(new AuthError('refused', 'x', { body: () => {} }))
  const port = await connect()
  port.receive(signInMessage(1))
  port.receive(signInMessage(2))
  await settled()
  expect(failed(port)).toEqual([
    [1, 'DataCloneError'],
    [2, 'DataCloneError'],
  ])
})

test('three readings of one cookie at the same time send one message, and each gets the value', async () => {
  const { connect, readCookie } = openFakeVault('worker')
  const port = await connect()
  const readings = ['csrf', 'csrf', 'csrf'].map(readCookie)
  expect(port.of('cookie')).toEqual([{ type: 'cookie', name: 'csrf' }])
  port.receive({ type: 'cookie', name: 'csrf', value: 'one' })
  expect(await Promise.all(readings)).toEqual(['one', 'one', 'one'])
  const again = readCookie('csrf')
  expect(port.of('cookie')).toHaveLength(2)
  port.receive({ type: 'cookie', name: 'csrf', value: 'two' })
  expect(await again).toBe('two')
})

test('a reading without a response fails for each caller, and the next reading sends a message again', async () => {
  const { connect, readCookie } = openFakeVault()
  const port = await connect()
  const readings = [readCookie('csrf'), readCookie('csrf')].map((reading) =>
    reading.catch((error: unknown) => error as Error),
  )
  await vi.advanceTimersByTimeAsync(2000)
  for (const error of await Promise.all(readings)) {
    expect(error).toMatchObject({ name: 'AuthError', code: 'csrf-unreadable' })
    expect((error as Error).message).toMatch(/`csrf`.*was not sent/)
  }
  const again = readCookie('csrf')
  port.receive({ type: 'cookie', name: 'csrf', value: 'late' })
  expect(await again).toBe('late')
})

test('a page without the cookie does not answer for the other pages', async () => {
  const { connect, readCookie } = openFakeVault()
  const [without, having] = [await connect(), await connect()]
  const reading = readCookie('csrf')
  without.receive({ type: 'cookie', name: 'csrf', value: null })
  without.receive({ type: 'cookie', name: 'csrf', value: null })
  having.receive({ type: 'cookie', name: 'csrf', value: 'one' })
  expect(await reading).toBe('one')

  const absent = readCookie('csrf')
  for (const port of [without, having]) port.receive({ type: 'cookie', name: 'csrf', value: null })
  expect(await absent).toBeNull()

  const unanswered = readCookie('csrf')
  without.receive({ type: 'cookie', name: 'csrf', value: null })
  await vi.advanceTimersByTimeAsync(2000)
  expect(await unanswered).toBeNull()
})

test('the first page with the cookie settles the reading, while other pages have not answered', async () => {
  const { connect, readCookie } = openFakeVault()
  const [silent, having] = [await connect(), await connect()]
  const reading = watch(readCookie('csrf'))
  having.receive({ type: 'cookie', name: 'csrf', value: 'one' })
  await settled()
  expect(reading.outcome).toBe('one')
  silent.receive({ type: 'cookie', name: 'csrf', value: 'two' })
})

test('a cookie whose value is no text counts as missing', async () => {
  const { connect, readCookie } = openFakeVault()
  const port = await connect()
  for (const value of [7, {}, true, undefined]) {
    const reading = readCookie('csrf')
    port.receive({ type: 'cookie', name: 'csrf', value })
    expect(await reading).toBeNull()
  }
})

test('a page that connects while a cookie is read gets the message, too', async () => {
  const { connect, readCookie } = openFakeVault()
  const reading = readCookie('csrf')
  const port = await connect()
  expect(port.of('cookie')).toHaveLength(1)
  port.receive({ type: 'cookie', name: 'csrf', value: 'one' })
  expect(await reading).toBe('one')
})

test('a page that cannot be posted to does not stop messages to the other pages', async () => {
  const { become, emit, connect } = openFakeVault()
  const [broken, other] = [await connect(), await connect()]
  broken.intercept = () => {
    throw new Error('broken')
  }
  become(ADA)
  emit({ type: 'signed-in' })
  expect(other.of('snapshot').at(-1)).toMatchObject({ snapshot: ADA })
  expect(other.of('event')).toHaveLength(1)
  expect(takeReported()).toEqual([new Error('broken'), new Error('broken')])
})
