import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql'
import { useServer } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'

const text = (value: string) => ({ type: GraphQLString, resolve: () => value })

/** An API with a WebSocket, subscriptions and an event stream. Tickets are valid once. */
export async function openLiveServer(page: string) {
  const users = new Map<string, string>()
  const tickets = new Map<string, string>()
  const admitted: string[] = []
  const streams: { response: ServerResponse; lastEventId: string | undefined; user: string }[] = []

  const userOf = ({ headers }: IncomingMessage) =>
    users.get(headers.authorization?.replace('Bearer ', '') ?? '')

  function grant(user: string) {
    const token = randomUUID()
    users.set(token, user)
    const cookie = `live=${user}; HttpOnly; Path=/`
    return { body: { access_token: token, expires_in: 900, user: { id: user } }, cookie }
  }

  function redeem(ticket: unknown) {
    const user = tickets.get(String(ticket))
    tickets.delete(String(ticket))
    if (user) admitted.push(user)
    return user
  }

  const routes: Record<string, (request: IncomingMessage, response: ServerResponse) => unknown> = {
    async 'POST /login'(request, response) {
      let body = ''
      for await (const chunk of request) body += chunk
      send(response, grant(JSON.parse(body).email))
    },
    'POST /refresh'({ headers }, response) {
      const user = /live=(\w+)/.exec(headers.cookie ?? '')?.[1]
      if (user) send(response, grant(user))
      else response.writeHead(401).end()
    },
    'DELETE /logout': (_, response) =>
      response.writeHead(204, { 'set-cookie': 'live=; Max-Age=0; Path=/' }).end(),
    'POST /ticket'(request, response) {
      const user = userOf(request)
      if (!user) return response.writeHead(401).end()
      const ticket = randomUUID()
      tickets.set(ticket, user)
      send(response, { body: { ticket } })
    },
    'GET /stream'(request, response) {
      const user = userOf(request)
      if (!user) return response.writeHead(401).end()
      const id = request.headers['last-event-id'] as string | undefined
      streams.push({ response, lastEventId: id, user })
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(`retry: 20\n\nid: ${streams.length}\nevent: hello\ndata: ${user}\n\n`)
    },
  }
  const server = createServer((request, response) => {
    response.setHeader('access-control-allow-origin', page)
    response.setHeader('access-control-allow-credentials', 'true')
    if (request.method === 'OPTIONS') {
      response.setHeader('access-control-allow-methods', 'GET, POST, DELETE')
      const asked = request.headers['access-control-request-headers'] ?? ''
      return response.writeHead(204, { 'access-control-allow-headers': asked }).end()
    }
    const route = routes[`${request.method} ${request.url}`]
    if (route) route(request, response)
    else response.writeHead(404).end()
  })

  const chat = new WebSocketServer({ noServer: true, handleProtocols: () => 'chat' })
  const graphql = new WebSocketServer({ noServer: true, handleProtocols: () => 'graphql-transport-ws' })
  serveGraphql(graphql, redeem)
  server.on('upgrade', (request, socket, head) => {
    if (request.url === '/graphql')
      return graphql.handleUpgrade(request, socket, head, (each) => graphql.emit('connection', each, request))
    const [, ticket] = request.headers['sec-websocket-protocol']?.split(/, */) ?? []
    const user = redeem(ticket)
    if (!user) return socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n')
    chat.handleUpgrade(request, socket, head, (each) =>
      each.on('message', (data) => each.send(`${user}: ${data}`)),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  const { port } = server.address() as AddressInfo
  const drop = () => {
    for (const each of [...chat.clients, ...graphql.clients]) each.terminate()
  }
  return {
    url: `http://localhost:${port}`,
    admitted,
    streams,
    /** How many WebSockets are open. */
    open: () => chat.clients.size + graphql.clients.size,
    /** Breaks every WebSocket. */
    drop,
    close() {
      drop()
      server.closeAllConnections()
      server.close()
    },
  }
}

function send(response: ServerResponse, { body, cookie }: { body: object; cookie?: string }) {
  if (cookie) response.setHeader('set-cookie', cookie)
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function serveGraphql(server: WebSocketServer, redeem: (ticket: unknown) => string | undefined) {
  const named = new WeakMap<object, string>()
  const name = {
    type: GraphQLString,
    async *subscribe(_: unknown, __: unknown, { user }: { user: string }) {
      yield { name: user }
      await new Promise(() => {})
    },
  }
  const schema = new GraphQLSchema({
    query: new GraphQLObjectType({ name: 'Query', fields: { version: text('1') } }),
    subscription: new GraphQLObjectType({ name: 'Subscription', fields: { name } }),
  })
  useServer(
    {
      schema,
      onConnect({ connectionParams, extra }) {
        const user = redeem(connectionParams?.ticket)
        if (user) named.set(extra.socket, user)
        return user !== undefined
      },
      context: ({ extra }) => ({ user: named.get(extra.socket) }),
    },
    server,
  )
}
