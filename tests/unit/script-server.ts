import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { vi } from 'vitest'

/** A server for the scripts of a page. A path has a text, which is sent as JavaScript, or a listener. */
export async function serveScripts(scripts: Map<string, string | RequestListener>) {
  const requests: { path: string; cacheControl: string | undefined }[] = []
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    requests.push({ path: pathname, cacheControl: request.headers['cache-control'] })
    const script = scripts.get(pathname)
    if (typeof script === 'function') return script(request, response)
    response.statusCode = script === undefined ? 404 : 200
    response.setHeader('content-type', 'text/javascript').end(script)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  async function close() {
    server.closeAllConnections()
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  }
  return { url: `http://127.0.0.1:${port}`, requests, close, server }
}

/** Adds constructors of workers that only note what they are called with. */
export function stubWorkers() {
  const started: { kind: string; url: string; options: unknown }[] = []
  const kinds = ['SharedWorker', 'Worker'].map((kind) => {
    const Stub = class extends EventTarget {
      constructor(url: string | URL, options?: unknown) {
        super()
        started.push({ kind, url: String(url), options })
      }
    }
    vi.stubGlobal(kind, Stub)
    return Stub
  })
  return { started, kinds }
}
