// The API behind the servers that are measured, in a process of its own. Sends its port to its parent.

import { createServer } from 'node:http'
import { TOKEN } from './token.mjs'

const body = Buffer.alloc(1024, 'a')

const server = createServer((request, response) => {
  request.resume()
  if (request.url === '/login') {
    const grant = JSON.stringify({ access_token: TOKEN, expires_in: 900, user: { id: 1, name: 'Ada' } })
    return response.writeHead(200, { 'content-type': 'application/json' }).end(grant)
  }
  const isAllowed = request.headers.authorization === `Bearer ${TOKEN}`
  response
    .writeHead(isAllowed ? 200 : 401, { 'content-type': 'text/plain', 'content-length': body.length })
    .end(body)
})
// Longer than those of the clients: otherwise a connection may be closed while a request is on its way.
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => process.send(server.address().port))
process.on('disconnect', () => process.exit())
