import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
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

/** Starts a proxy in front of the API. The API decides what it does, the proxy decides what the browser gets of it. */
export async function openProxy(api: string): Promise<FaultProxy> {
  const proxy: Pick<FaultProxy, 'rule'> = { rule: () => undefined }
  const server = createServer(async (incoming, response) => {
    // Chromium sends a request again, also a POST, if a connection that it has used before breaks without a reply.
    response.shouldKeepAlive = false
    const exchange = await exchangeOf(incoming, response, api)
    try {
      const fault = proxy.rule(exchange)
      await (fault ? fault(exchange) : transfer(exchange))
    } catch {
      // The API cannot be reached, or the browser has left.
      response.destroy()
    }
  })
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
  api: string,
): Promise<Exchange> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  const { method = 'GET', url = '/', headers } = incoming
  const { origin = '' } = headers
  return {
    method,
    path: new URL(url, api).pathname,
    response,
    forward: () => forward(new URL(url, api), { method, headers }, Buffer.concat(chunks)),
    cors: { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' },
    reset: () => response.socket?.resetAndDestroy(),
  }
}

function forward(
  url: URL,
  options: Pick<IncomingMessage, 'method' | 'headers'>,
  body: Buffer,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const { host: _, connection: __, ...headers } = options.headers
    const sent = request(url, { method: options.method, headers, agent: false }, async (reply) => {
      const chunks: Buffer[] = []
      try {
        for await (const chunk of reply) chunks.push(chunk)
      } catch (error) {
        return reject(error)
      }
      const { 'transfer-encoding': ___, connection: ____, ...rest } = reply.headers
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
