import { expect, onTestFinished, test, vi } from 'vitest'
import { AuthError } from '../../../js/common/errors.js'
import type { SocketEvents } from '../../../js/sockets/index.js'
import { type OpenSocketOptions, openSocket } from '../../../js/sockets/index.js'
import { ADA, BOB, openSocketServer, ticketed } from './server.js'

async function open(more: Partial<OpenSocketOptions> = {}, session?: Parameters<typeof ticketed>[0]) {
  const api = ticketed(session)
  const server = await openSocketServer(api.redeem)
  const url = (ticket: string) => `${server.url}?ticket=${ticket}`
  const kept = openSocket(api.auth, { ticket: '/api/ticket', url, ...more })
  onTestFinished(() => kept.close())
  const messages: unknown[] = []
  const closes: [string, boolean][] = []
  const errors: SocketEvents['error'][] = []
  kept.on('message', ({ data }) => messages.push(data))
  kept.on('close', ({ reason, retryIn }) => closes.push([reason, retryIn === null]))
  kept.on('error', (event) => errors.push(event))
  const opened = () => new Promise<WebSocket>((resolve) => kept.on('open', ({ socket }) => resolve(socket)))
  return { api, server, kept, messages, closes, errors, opened }
}

test('openSocket connects with a ticket, sends and receives', async () => {
  const { kept, server, messages, opened } = await open()
  expect(kept.send('too early')).toBe(false)
  await opened()
  expect(kept.send('hello')).toBe(true)
  await vi.waitFor(() => expect(messages).toEqual(['Ada: hello']))
  expect(server.admitted).toEqual(['Ada'])
})

test('openSocket waits until somebody signs in', async () => {
  const { api, server, opened } = await open({}, 'loading')
  api.auth.become('never')
  expect(api.asked()).toBe(0)
  api.auth.become(BOB)
  await opened()
  expect(server.admitted).toEqual(['Bob'])
})

test('openSocket connects again after a loss, with another ticket', async () => {
  const { api, server, closes, opened } = await open()
  await opened()
  const again = opened()
  server.connections[0]?.terminate()
  await again
  expect(closes).toEqual([['lost', false]])
  expect([server.admitted, api.asked()]).toEqual([['Ada', 'Ada'], 2])
})

test('openSocket connects at once when the browser is online again', async () => {
  const { kept, server, opened } = await open()
  const online = new EventTarget()
  vi.stubGlobal('addEventListener', online.addEventListener.bind(online))
  vi.stubGlobal('removeEventListener', online.removeEventListener.bind(online))
  await opened()
  vi.spyOn(Math, 'random').mockReturnValue(1e6)
  const again = opened()
  const pause = new Promise((resolve) => kept.on('close', ({ retryIn }) => resolve(retryIn)))
  server.connections[0]?.terminate()
  expect(await pause).toBeGreaterThan(1e6)
  vi.restoreAllMocks()
  // The pause begins in the same task as the event.
  await new Promise((resolve) => setImmediate(resolve))
  online.dispatchEvent(new Event('online'))
  await again
})

test('openSocket closes at sign-out, and delivers nothing after it', async () => {
  const { api, kept, server, closes, messages, opened } = await open()
  await opened()
  server.connections[0]?.send('on its way')
  await api.auth.signOut()
  expect(kept.socket).toBeNull()
  await server.ended(0)
  expect([closes, messages]).toEqual([[['session-ended', true]], []])
  api.auth.become(BOB)
  await new Promise((resolve) => setImmediate(resolve))
  expect([api.asked(), server.admitted]).toEqual([1, ['Ada']])
})

test('openSocket with reopen closes for another user, and opens for that user', async () => {
  const { api, server, closes, opened } = await open({ reopen: true })
  await opened()
  const again = opened()
  api.auth.become(BOB)
  await again
  await server.ended(0)
  expect([server.admitted, closes]).toEqual([['Ada', 'Bob'], [['session-ended', true]]])
})

test('openSocket says that it is closed, also while it has no connection', async () => {
  const { api, closes } = await open()
  await api.auth.signOut()
  expect(closes).toEqual([['session-ended', true]])
})

test('openSocket says that it stops after a handshake that failed', async () => {
  const { closes, errors } = await open({ url: () => 'ws://127.0.0.1:1/', shouldReconnect: () => false })
  await vi.waitFor(() => expect(closes).toEqual([['stopped', true]]))
  expect(errors).toMatchObject([{ retryIn: null }])
})

test('openSocket drops a ticket that arrives after the sign-out', async () => {
  const { api, server } = await open()
  await api.auth.signOut()
  await new Promise((resolve) => setImmediate(resolve))
  expect([api.asked(), server.admitted]).toEqual([1, []])
})

test('openSocket keeps the connection after a refresh', async () => {
  const { api, server, opened } = await open()
  await opened()
  await api.auth.refresh()
  expect([api.asked(), server.connections[0]?.readyState]).toEqual([1, WebSocket.OPEN])
})

test('openSocket with onRefresh reconnect opens with a fresh ticket after a refresh', async () => {
  const { api, server, closes, opened } = await open({ onRefresh: 'reconnect' })
  await opened()
  const again = opened()
  await api.auth.refresh()
  await again
  await server.ended(0)
  expect([server.admitted, closes]).toEqual([['Ada', 'Ada'], [['refreshed', false]]])
})

test('openSocket with a function onRefresh hands out a fresh ticket after a refresh', async () => {
  const { api, messages, opened } = await open({ onRefresh: (socket, { ticket }) => socket.send(ticket) })
  await opened()
  await api.auth.refresh()
  await vi.waitFor(() => expect(messages).toEqual(['Ada: ticket-2']))
})

test.each([
  ['the API is unreachable', new AuthError('unreachable', 'no answer')],
  ['the browser has no network', new TypeError('Failed to fetch')],
])('openSocket asks again while %s', async (_, error) => {
  const api = ticketed()
  api.fail(error)
  const server = await openSocketServer(api.redeem)
  const kept = openSocket(api.auth, { ticket: '/t', url: (ticket) => `${server.url}?ticket=${ticket}` })
  onTestFinished(() => kept.close())
  const { retryIn } = await new Promise<SocketEvents['error']>((resolve) => kept.on('error', resolve))
  expect(retryIn).toBeGreaterThanOrEqual(500)
  api.refuse()
  await new Promise((resolve) => kept.on('open', resolve))
})

test('openSocket does not ask again for a ticket that is refused, until there is a refresh', async () => {
  const { api, server, errors, opened } = await open({}, 'never')
  api.refuse('refused', 403)
  api.auth.become(ADA)
  await vi.waitFor(() => expect(errors).toMatchObject([{ error: { status: 403 }, retryIn: null }]))
  api.refuse()
  const again = opened()
  await new Promise((resolve) => setImmediate(resolve))
  await api.auth.refresh()
  await again
  expect(server.admitted).toEqual(['Ada'])
})

test('openSocket reports a connection that the server refuses, and tries again', async () => {
  const { errors, api } = await open({ url: () => `ws://127.0.0.1:1/` })
  await vi.waitFor(() => expect(errors).toHaveLength(2), 5000)
  expect(errors[0]).toMatchObject({ error: { code: 1006 } })
  expect(api.asked()).toBe(2)
})

test('openSocket ends when the application says so of a close code', async () => {
  const { server, closes, opened } = await open({ shouldReconnect: ({ code }) => code !== 4403 })
  await opened()
  server.connections[0]?.close(4403)
  await vi.waitFor(() => expect(closes).toEqual([['stopped', true]]))
})

test('openSocket passes the ticket as a subprotocol, of which the server selects another', async () => {
  const api = ticketed()
  const server = await openSocketServer(api.redeem)
  const protocols = (ticket: string) => ['chat', ticket]
  const kept = openSocket(api.auth, { ticket: '/t', url: () => server.url, protocols })
  onTestFinished(() => kept.close())
  const socket = await new Promise<WebSocket>((resolve) => kept.on('open', (event) => resolve(event.socket)))
  expect([socket.protocol, server.admitted]).toEqual(['chat', ['Ada']])
})

test('close() ends it for good', async () => {
  const { api, kept, server, closes, opened } = await open({ reopen: true })
  await opened()
  kept.close()
  await server.ended(0)
  api.auth.become(BOB)
  expect([closes, kept.socket, api.asked()]).toEqual([[['closed', true]], null, 1])
})
