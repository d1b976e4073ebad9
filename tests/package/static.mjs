import { createReadStream } from 'node:fs'
import { createServer } from 'node:http'
import path from 'node:path'

const types = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
}

/** Serves a folder like a static host. A missing file is answered with 404. */
export async function serveFolder(folder, port) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://site')
    const isFolder = pathname.endsWith('/') || !path.extname(pathname)
    const name = isFolder ? path.join(pathname, 'index.html') : pathname
    const file = createReadStream(path.join(folder, path.normalize(name)))
    file.on('open', () => response.setHeader('content-type', types[path.extname(name)] ?? 'text/plain'))
    file.on('error', () => response.writeHead(404).end())
    file.pipe(response)
  })
  await new Promise((resolve) => server.listen(port, 'localhost', resolve))
  return {
    output: () => '',
    end: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    },
  }
}
