import { createRequire } from 'node:module'
import { CloseCode, createClient } from 'graphql-ws'
import { useServer } from 'graphql-ws/use/ws'
import { expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { AuthError } from '../../../js/common/errors.js'
import { ticketSource, ticketWebSocket, whenSessionEnds } from '../../../js/sockets/index.js'
import { ADA, BOB, listen, openSocketServer, ticketed } from './server.js'

/** The copy that graphql-ws has. Vitest would import another one. */
const { GraphQLObjectType, GraphQLSchema, GraphQLString } = createRequire(import.meta.url)(
  'graphql',
) as typeof import('graphql')

/** Subscriptions that name their user, for whoever has a ticket in `connection_init`. */
async function openGraphql(redeem: (ticket: string | null) => string | undefined) {
  const { server, url } = await listen((_, response) => response.writeHead(404).end())
  const name = {
    type: GraphQLString,
    async *subscribe(_: unknown, __: unknown, { user }: { user: string }) {
      yield { name: user }
      await new Promise(() => {})
    },
  }
  const schema = new GraphQLSchema({
    query: new GraphQLObjectType({ name: 'Query', fields: { name: { type: GraphQLString } } }),
    subscription: new GraphQLObjectType({ name: 'Subscription', fields: { name } }),
  })
  const sockets = new WebSocketServer({ server })
  const users = new WeakMap<object, string>()
  useServer(
    {
      schema,
      onConnect({ connectionParams, extra }) {
        const user = redeem(String(connectionParams?.ticket))
        if (user) users.set(extra.socket, user)
        return user !== undefined
      },
      context: ({ extra }) => ({ user: users.get(extra.socket) }),
    },
    sockets,
  )
  onTestFinished(() => {
    for (const each of sockets.clients) each.terminate()
  })
  return { url: url.replace('http', 'ws'), sockets }
}

test('graphql-ws takes a fresh ticket for each connection, and is disposed of at sign-out', async () => {
  const api = ticketed()
  const { url, sockets } = await openGraphql(api.redeem)
  const tickets = ticketSource(api.auth, '/api/ticket')
  const client = createClient({
    url,
    webSocketImpl: WebSocket,
    retryWait: async () => {},
    connectionParams: async () => ({ ticket: await tickets() }),
  })
  whenSessionEnds(api.auth, () => client.dispose())
  const names: unknown[] = []
  const complete = new Promise<void>((resolve, reject) =>
    client.subscribe(
      { query: 'subscription { name }' },
      { next: ({ data }) => names.push(data?.name), error: reject, complete: resolve },
    ),
  )
  await vi.waitFor(() => expect(names).toEqual(['Ada']))
  for (const each of sockets.clients) each.terminate()
  await vi.waitFor(() => expect(names).toEqual(['Ada', 'Ada']))
  expect(api.asked()).toBe(2)
  await api.auth.signOut()
  await complete
  await vi.waitFor(() => expect(sockets.clients.size).toBe(0))
})

test('graphql-ws without a valid ticket is refused', async () => {
  const { url } = await openGraphql(() => undefined)
  const client = createClient({
    url,
    webSocketImpl: WebSocket,
    connectionParams: { ticket: 'spent' },
    retryAttempts: 0,
  })
  const error = await new Promise((resolve) =>
    client.subscribe({ query: 'subscription { name }' }, { next() {}, error: resolve, complete() {} }),
  )
  expect(error).toMatchObject({ code: CloseCode.Forbidden })
})

test.each([
  ['the API is unreachable', new AuthError('unreachable', 'no answer')],
  ['the browser has no network', new TypeError('Failed to fetch')],
  ['the connection to another origin breaks', new AuthError('cors-refused', 'blocked')],
])('ticketSource waits while %s', async (_, error) => {
  const api = ticketed()
  api.fail(error)
  const ticket = ticketSource(api.auth, '/t')()
  await vi.waitFor(() => expect(api.asked()).toBe(1))
  api.refuse()
  expect(await ticket).toBe('ticket-2')
})

test('ticketSource rejects if the API refuses, if nobody is signed in, and if the user is gone meanwhile', async () => {
  const api = ticketed()
  const tickets = ticketSource(api.auth, '/t')
  api.refuse('refused', 403)
  await expect(tickets()).rejects.toMatchObject({ code: 'refused', status: 403 })
  api.refuse('unreachable')
  const waiting = tickets()
  api.auth.become(BOB)
  await expect(waiting).rejects.toMatchObject({ code: 'session-ended' })
  api.auth.become('revoked')
  await expect(tickets()).rejects.toMatchObject({ code: 'session-ended' })
})

/** Collects what a library would see. */
function follow(socket: WebSocket | globalThis.WebSocket) {
  const seen: unknown[] = []
  const target = socket as globalThis.WebSocket
  target.onopen = () => seen.push('open')
  target.onerror = () => seen.push('error')
  target.onclose = ({ code }) => seen.push(code)
  target.addEventListener('message', ({ data }) => seen.push(data))
  return seen
}

test('ticketWebSocket puts a fresh ticket into the URL of each connection', async () => {
  const api = ticketed()
  const server = await openSocketServer(api.redeem)
  const TicketWebSocket = ticketWebSocket(api.auth, { ticket: '/t' })
  expect({ ...TicketWebSocket }).toEqual({ CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 })
  const socket = new TicketWebSocket(`${server.url}?v=1`, ['chat'])
  expect(socket.readyState).toBe(TicketWebSocket.CONNECTING)
  expect(() => socket.send('too early')).toThrow(expect.objectContaining({ name: 'InvalidStateError' }))
  const seen = follow(socket)
  await vi.waitFor(() => expect(seen).toEqual(['open']))
  expect([socket.protocol, socket.url, socket.readyState]).toEqual(['chat', `${server.url}/?v=1`, 1])
  socket.send('hello')
  await vi.waitFor(() => expect(seen).toEqual(['open', 'Ada: hello']))
  socket.close(1000)
  await vi.waitFor(() => expect(seen).toEqual(['open', 'Ada: hello', 1000]))
  new TicketWebSocket(server.url)
  await vi.waitFor(() => expect(server.admitted).toEqual(['Ada', 'Ada']))
})

test('ticketWebSocket closes at sign-out and delivers nothing after it; without a session it does not connect', async () => {
  const api = ticketed()
  const server = await openSocketServer(api.redeem)
  const TicketWebSocket = ticketWebSocket(api.auth, { ticket: '/t' })
  const seen = follow(new TicketWebSocket(server.url))
  await vi.waitFor(() => expect(seen).toEqual(['open']))
  server.connections[0]?.send('on its way')
  const connecting = follow(new TicketWebSocket(server.url))
  await api.auth.signOut()
  await vi.waitFor(() =>
    expect([seen, connecting]).toEqual([
      ['open', 1000],
      ['error', 1006],
    ]),
  )
  const refused = follow(new TicketWebSocket(server.url))
  await vi.waitFor(() => expect(refused).toEqual(['error', 1006]))
  expect(server.admitted).toEqual(['Ada'])
})

test('ticketWebSocket that is closed before it has a ticket does not connect', async () => {
  const api = ticketed(ADA)
  const server = await openSocketServer(api.redeem)
  const socket = new (ticketWebSocket(api.auth, { ticket: '/t' }))(server.url)
  const seen = follow(socket)
  socket.close()
  expect(socket.readyState).toBe(2)
  await vi.waitFor(() => expect(seen).toEqual(['error', 1006]))
  expect([socket.readyState, server.admitted]).toEqual([3, []])
})

test('ticketWebSocket passes the ticket as a subprotocol', async () => {
  const api = ticketed()
  const server = await openSocketServer(api.redeem)
  const TicketWebSocket = ticketWebSocket(api.auth, {
    ticket: '/t',
    url: (url) => url,
    protocols: (protocols, ticket) => [...protocols, ticket],
  })
  const socket = new TicketWebSocket(server.url, 'chat')
  await vi.waitFor(() => expect(socket.protocol).toBe('chat'))
  expect(server.admitted).toEqual(['Ada'])
})
