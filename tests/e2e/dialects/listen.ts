import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Asked, Dialect } from './dialect.js'

/** Serves the routes to a page on another origin. Without cookies, its CORS does not allow credentials. */
export async function listen({ routes }: Pick<Dialect, 'routes'>, page: string, hasCookies = true) {
  const server = createServer(async (request, response) => {
    const asked = await read(request)
    response.setHeader('access-control-allow-origin', page)
    if (hasCookies) response.setHeader('access-control-allow-credentials', 'true')
    response.setHeader(
      'access-control-expose-headers',
      'authorization, access-token, token-type, client, expiry, uid',
    )
    if (request.method === 'OPTIONS') {
      response.setHeader('access-control-allow-methods', 'GET, POST, DELETE')
      response.setHeader('access-control-allow-headers', asked.header('access-control-request-headers') ?? '')
      return response.writeHead(204).end()
    }
    const answer = (await routes[`${request.method} ${request.url}`]?.(asked)) ?? { status: 404 }
    const { status = 200, headers = {}, body } = answer
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    if (body !== undefined) response.setHeader('content-type', 'application/json')
    response.writeHead(status).end(body === undefined ? undefined : JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

async function read(request: IncomingMessage): Promise<Asked> {
  let text = ''
  for await (const chunk of request) text += chunk
  const header = (name: string) => request.headers[name] as string | undefined
  const cookies = Object.fromEntries((header('cookie') ?? '').split('; ').map((pair) => pair.split(/=(.*)/s)))
  return {
    body: text.startsWith('{') ? JSON.parse(text) : Object.fromEntries(new URLSearchParams(text)),
    header,
    cookie: (name) => (cookies[name] === undefined ? undefined : decodeURIComponent(cookies[name])),
  }
}
