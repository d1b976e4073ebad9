import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A server of the attacker, on its own origin: it allows everything and keeps each request as text. */
export async function openEvil() {
  const seen: string[] = []
  const server = createServer((request, response) => {
    const { origin = '*', 'access-control-request-headers': asked = '*' } = request.headers
    response.setHeader('access-control-allow-origin', origin)
    response.setHeader('access-control-allow-headers', asked)
    response.setHeader('access-control-allow-credentials', 'true')
    seen.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}`)
    response.end('evil')
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  const close = () => {
    server.closeAllConnections()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  }
  return { url: `http://localhost:${(server.address() as AddressInfo).port}`, seen, close }
}
