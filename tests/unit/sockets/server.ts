import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { AuthError } from '../../../js/common/errors.js'
import { createTestAuth } from '../../../js/testing.js'

export const ADA = { user: { id: 1, name: 'Ada' } }
export const BOB = { user: { id: 2, name: 'Bob' } }

/** Listens on a free port until the end of the test. */
export async function listen(handle: RequestListener): Promise<{ server: Server; url: string }> {
  const server = createServer(handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

/** A session whose tickets the API issues: each for its user, and once. */
export function ticketed(session: Parameters<ReturnType<typeof createTestAuth>['become']>[0] = ADA) {
  const issued = new Map<string, string>()
  let count = 0
  let refusal: Error | undefined
  const auth = createTestAuth({
    session,
    ticket() {
      count++
      if (refusal) throw refusal
      const { user } = auth.snapshot as { user: { name: string } | null }
      const ticket = `ticket-${count}`
      issued.set(ticket, user?.name ?? '')
      return ticket
    },
  })
  onTestFinished(() => auth.dispose())
  return {
    auth,
    /** How many tickets were asked for. */
    asked: () => count,
    /** From now on there are no tickets; with nothing there are. */
    refuse(code?: 'refused' | 'unreachable', status?: number, retryAfter?: number) {
      refusal = code && new AuthError(code, 'no ticket', { status, retryAfter })
    },
    /** From now on a request for a ticket fails with this error. */
    fail(error: Error) {
      refusal = error
    },
    /** The user of the ticket, which is spent with this. */
    redeem(ticket: string | null) {
      const user = issued.get(ticket ?? '')
      issued.delete(ticket ?? '')
      return user
    },
  }
}

/** A WebSocket server that admits whoever has a ticket, in its query or in a subprotocol. */
export async function openSocketServer(redeem: (ticket: string | null) => string | undefined) {
  vi.stubGlobal('WebSocket', WebSocket)
  onTestFinished(() => void vi.unstubAllGlobals())
  const admitted: string[] = []
  const connections: WebSocket[] = []
  const closes: [code: number, reason: string][] = []
  const { server, url } = await listen((_, response) => response.writeHead(404).end())
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: () => 'chat',
    perMessageDeflate: true,
  })
  server.on('upgrade', (request, socket, head) => {
    const offered = request.headers['sec-websocket-protocol']?.split(/, */) ?? []
    const ticket = new URL(request.url ?? '', url).searchParams.get('ticket')
    const user = redeem(ticket ?? offered.find((name) => name.startsWith('ticket')) ?? null)
    if (!user) return socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n')
    sockets.handleUpgrade(request, socket, head, (connection) => {
      admitted.push(user)
      connections.push(connection)
      connection.on('message', (data) => connection.send(`${user}: ${data}`))
      connection.on('close', (code, reason) => closes.push([code, String(reason)]))
    })
  })
  onTestFinished(() => {
    for (const connection of connections) connection.terminate()
  })
  const ended = (at: number) =>
    vi.waitFor(() => {
      if (connections[at]?.readyState !== WebSocket.CLOSED) throw new Error('still open')
    })
  return { url: url.replace('http', 'ws'), admitted, connections, closes, ended }
}
