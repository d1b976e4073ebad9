import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type RequestListener,
  request,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Reply {
  status: number
  headers: OutgoingHttpHeaders
  body: Buffer
}

/** A request of the browser on its way to the API. */
export interface Exchange {
  method: string
  /** The path without the query. */
  path: string
  response: ServerResponse
  /** Sends the request to the API, and waits for the whole reply, which the browser does not get yet. */
  forward(): Promise<Reply>
  /** Headers without which a page of another origin cannot read a reply. */
  cors: OutgoingHttpHeaders
  /** Breaks the connection to the browser. */
  reset(): void
}

/** What happens to a request instead of its transfer. */
export type Fault = (exchange: Exchange) => unknown

/** Decides for each request. A request without a fault is transferred as it is. */
export type Rule = (exchange: Exchange) => Fault | undefined

export interface FaultProxy {
  url: string
  rule: Rule
  close(): Promise<void>
}

/**
 * A proxy in front of servers, which decide what they do, while the proxy decides what the browser gets of it.
 *
 * @param targets the URLs of the servers for the next request, best first: the next is used if one accepts no connection
 */
export function createProxy(targets: () => readonly string[]): { listener: RequestListener; rule: Rule } {
  const proxy = {
    rule: (() => undefined) as Rule,
    async listener(incoming: IncomingMessage, response: ServerResponse) {
      // Chromium sends a request again, also a POST, if a connection that it has used before breaks without a reply.
      response.shouldKeepAlive = false
      const exchange = await exchangeOf(incoming, response, targets())
      try {
        const fault = proxy.rule(exchange)
        await (fault ? fault(exchange) : transfer(exchange))
      } catch {
        // No server can be reached, or the browser has left.
        response.destroy()
      }
    },
  }
  return proxy
}

/** Starts a proxy on a port of its own. */
export async function openProxy(targets: () => readonly string[]): Promise<FaultProxy> {
  const proxy = createProxy(targets)
  const server = createServer(proxy.listener)
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  const { port } = server.address() as AddressInfo
  return Object.assign(proxy, {
    url: `http://localhost:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  })
}

async function exchangeOf(
  incoming: IncomingMessage,
  response: ServerResponse,
  targets: readonly string[],
): Promise<Exchange> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  const { method = 'GET', url = '/', headers } = incoming
  const { origin = '' } = headers
  return {
    method,
    path: new URL(url, 'http://any').pathname,
    response,
    forward: () => forwardToFirst(targets, url, { method, headers }, Buffer.concat(chunks)),
    cors: { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' },
    reset: () => response.socket?.resetAndDestroy(),
  }
}

type Outgoing = Pick<IncomingMessage, 'method' | 'headers'>

async function forwardToFirst(
  targets: readonly string[],
  url: string,
  options: Outgoing,
  body: Buffer,
): Promise<Reply> {
  let refusal: unknown
  for (const target of targets) {
    try {
      return await forward(new URL(url, target), options, body)
    } catch (error) {
      // The server has not got the request only in this case.
      if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw error
      refusal = error
    }
  }
  throw refusal
}

function forward(url: URL, options: Outgoing, body: Buffer): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const { connection: _, ...headers } = options.headers
    const sent = request(url, { method: options.method, headers, agent: false }, async (reply) => {
      const chunks: Buffer[] = []
      try {
        for await (const chunk of reply) chunks.push(chunk)
      } catch (error) {
        return reject(error)
      }
      const { 'transfer-encoding': __, connection: ___, ...rest } = reply.headers
      resolve({ status: reply.statusCode ?? 502, headers: rest, body: Buffer.concat(chunks) })
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

async function transfer(exchange: Exchange) {
  send(exchange.response, await exchange.forward())
}

export const send = (response: ServerResponse, { status, headers, body }: Reply) =>
  response.writeHead(status, headers).end(body)
