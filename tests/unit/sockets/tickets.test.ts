import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { AuthError } from '../../../js/common/errors.js'
import { ticketSource, ticketWebSocket } from '../../../js/sockets/index.js'
import { createTestAuth } from '../../../js/testing.js'
import { ADA, openSocketServer, ticketed } from './server.js'

/** When a ticket is asked for again, and what a library sees of a WebSocket that waits for one. */

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

test.each([
  [408, true],
  [425, true],
  [429, true],
  [500, true],
  [503, true],
  [400, false],
  [403, false],
  [499, false],
])('a ticket that is refused with %i is asked for again: %s', async (status, isRepeated) => {
  const api = ticketed()
  api.refuse('refused', status)
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  vi.spyOn(Math, 'random').mockReturnValue(0)
  const ticket = ticketSource(api.auth, '/t')()
  const result = ticket.catch(({ status }: AuthError) => status)
  await vi.waitFor(() => expect(api.asked()).toBe(1))
  api.refuse()
  await vi.advanceTimersByTimeAsync(500)
  expect(await result).toBe(isRepeated ? 'ticket-2' : status)
})

test.each([
  ['another failure of the vault', new AuthError('body-malformed', 'no', { status: 503 })],
  ['an error of the application', new RangeError('mine')],
])('%s is not repeated', async (_, error) => {
  const api = ticketed()
  api.fail(error)
  await expect(ticketSource(api.auth, '/t')()).rejects.toBe(error)
  expect(api.asked()).toBe(1)
})

test('a ticket is asked for after growing pauses, which are as long as the API asks for', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  vi.spyOn(Math, 'random').mockReturnValue(0)
  const api = ticketed()
  api.refuse('unreachable')
  const ticket = ticketSource(api.auth, '/t')()
  const askedAfter = async (millis: number) => {
    await vi.advanceTimersByTimeAsync(millis)
    return api.asked()
  }
  expect(await askedAfter(499)).toBe(1)
  expect(await askedAfter(1)).toBe(2)
  api.refuse('refused', 503, 7000)
  expect(await askedAfter(999)).toBe(2)
  expect(await askedAfter(1)).toBe(3)
  api.refuse()
  expect(await askedAfter(6999)).toBe(3)
  await vi.advanceTimersByTimeAsync(1)
  expect(await ticket).toBe('ticket-4')
})

test('a sign-out ends the wait for a ticket, and leaves no timer', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const api = ticketed()
  api.refuse('unreachable')
  const ticket = ticketSource(api.auth, '/t')()
  const result = ticket.catch(({ code }: AuthError) => code)
  await vi.advanceTimersByTimeAsync(1)
  await api.auth.signOut()
  expect(await result).toBe('session-ended')
  expect([vi.getTimerCount(), api.asked()]).toEqual([0, 1])
})

test('a user who is gone gets `session-ended`, also while the API does not respond', async () => {
  const auth = createTestAuth({ session: ADA, ticket: () => new Promise<string>(() => {}) })
  const ticket = ticketSource(auth, '/t')()
  auth.become('revoked')
  await expect(ticket).rejects.toMatchObject({ code: 'session-ended' })
})

test('ticketSource rejects with `session-ended` if the user is gone when a request for a ticket fails', async () => {
  for (let turns = 0; turns < 12; turns++) {
    let fail = (_: Error) => {}
    const auth = createTestAuth({
      session: ADA,
      ticket: () =>
        new Promise<string>((_, reject) => {
          fail = reject
        }),
    })
    const ticket = ticketSource(auth, '/t')()
    const result = ticket.catch(({ code }: AuthError) => code)
    await new Promise((resolve) => setImmediate(resolve))
    fail(new AuthError('unreachable', 'no answer'))
    for (let at = 0; at < turns; at++) await undefined
    auth.become('revoked')
    expect(await result).toBe('session-ended')
  }
})

test('ticketSource requests no ticket while no user is signed in', async () => {
  const api = ticketed('expired')
  await expect(ticketSource(api.auth, '/t')()).rejects.toMatchObject({ code: 'session-ended' })
  expect(api.asked()).toBe(0)
})

async function connect(options: Partial<Parameters<typeof ticketWebSocket>[1]> = {}) {
  const api = ticketed()
  const server = await openSocketServer(api.redeem)
  const TicketWebSocket = ticketWebSocket(api.auth, { ticket: '/t', ...options })
  const socket = new TicketWebSocket(server.url, ['chat'])
  const opened = new Promise((resolve) => socket.addEventListener('open', resolve))
  const closed = new Promise<CloseEvent>((resolve) => socket.addEventListener('close', resolve))
  return { api, server, socket, opened, closed, TicketWebSocket }
}

test('a WebSocket that waits for its ticket looks like one that is connecting', async () => {
  const { socket } = await connect()
  const { CONNECTING, OPEN, CLOSING, CLOSED, readyState, protocol, extensions, bufferedAmount } = socket
  expect([CONNECTING, OPEN, CLOSING, CLOSED]).toEqual([0, 1, 2, 3])
  expect({ readyState, protocol, extensions, bufferedAmount }).toEqual({
    readyState: 0,
    protocol: '',
    extensions: '',
    bufferedAmount: 0,
  })
  expect([socket.onopen, socket.onmessage, socket.onerror, socket.onclose]).toEqual([null, null, null, null])
})

test('a WebSocket with a ticket has the properties of its connection', async () => {
  const { server, socket, opened } = await connect({ url: (url, ticket) => `${url}?ticket=${ticket}` })
  expect([socket.binaryType, socket.url]).toEqual(['blob', `${server.url}/`])
  socket.binaryType = 'arraybuffer'
  await opened
  expect([socket.binaryType, socket.extensions, socket.readyState]).toEqual([
    'arraybuffer',
    'permessage-deflate',
    1,
  ])
  const received = (): Promise<MessageEvent> =>
    new Promise((resolve) => socket.addEventListener('message', resolve, { once: true }))
  const first = received()
  server.connections[0]?.send(Buffer.from('a'))
  expect((await first).data).toBeInstanceOf(ArrayBuffer)
  socket.binaryType = 'nodebuffer' as BinaryType
  const second = received()
  server.connections[0]?.send(Buffer.from('b'))
  expect((await second).data, 'the type of the open connection').toEqual(Buffer.from('b'))
})

test('a WebSocket with a ticket counts what it has not yet sent', async () => {
  const { socket, opened } = await connect()
  await opened
  socket.send('x'.repeat(50_000_000))
  expect(socket.bufferedAmount).toBeGreaterThan(0)
})

test('each event is delivered once: to its handler, with the socket as `this`, and to its listeners', async () => {
  const { server, socket, opened, closed } = await connect()
  const seen: unknown[] = []
  for (const type of ['open', 'message', 'error', 'close'] as const) {
    socket[`on${type}`] = function (this: WebSocket, event: Event) {
      seen.push([type, event.type, this === socket])
    }
    socket.addEventListener(type, ({ target }) => seen.push([type, target === socket]))
  }
  await opened
  server.connections[0]?.send('a')
  server.connections[0]?.close(4001, 'enough')
  expect(await closed).toMatchObject({ code: 4001, reason: 'enough', wasClean: true })
  expect(seen).toEqual(
    ['open', 'message', 'close'].flatMap((type) => [
      [type, type, true],
      [type, true],
    ]),
  )
})

test('a connection without a ticket ends like one that has failed, with or without the class `CloseEvent`', async () => {
  class CloseEventOfBrowsers extends Event {
    constructor(type: string, init: object) {
      super(type)
      Object.assign(this, init)
    }
  }
  for (const CloseEvent of [undefined, CloseEventOfBrowsers]) {
    vi.stubGlobal('CloseEvent', CloseEvent)
    const { api, closed, socket } = await connect()
    await api.auth.signOut()
    const event = await closed
    expect(event).toMatchObject({ type: 'close', code: 1006, reason: '', wasClean: false })
    if (CloseEvent) expect(event).toBeInstanceOf(CloseEvent)
    expect(socket.readyState).toBe(3)
  }
})

test('a connection that is closed again before its ticket arrives has its events once', async () => {
  const { socket, closed, server } = await connect()
  const seen: string[] = []
  for (const type of ['error', 'close']) socket.addEventListener(type, () => seen.push(type))
  socket.close()
  socket.close()
  await closed
  socket.close()
  await new Promise((resolve) => setImmediate(resolve))
  expect([seen, server.admitted]).toEqual([['error', 'close'], []])
})

test('a connection that is closed by its library has the code and the reason of the library', async () => {
  const { server, socket, opened } = await connect()
  await opened
  socket.close(4000, 'done')
  await server.ended(0)
  expect(server.closes).toEqual([[4000, 'done']])
})

test('at sign-out, the server learns that the session has ended', async () => {
  const { api, server, opened } = await connect()
  await opened
  await api.auth.signOut()
  await server.ended(0)
  expect(server.closes).toEqual([[1000, 'session-ended']])
})

test('a relative URL is one of the page', async () => {
  const { server, TicketWebSocket } = await connect()
  vi.stubGlobal('document', { baseURI: `${server.url}/app/` })
  onTestFinished(() => void vi.unstubAllGlobals())
  const socket = new TicketWebSocket('cable')
  expect(socket.url).toBe(`${server.url}/app/cable`)
  socket.close()
})

test('a URL that the application makes wrongly ends the connection like one that has failed', async () => {
  const { closed } = await connect({ url: () => 'no URL' })
  expect(await closed).toMatchObject({ code: 1006 })
})
