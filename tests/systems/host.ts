import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A running system. */
export interface Host {
  url: string
  /** The access log, oldest first: `POST /login 200`. Without CORS preflights. */
  log: readonly string[]
  /** Takes the system down: it closes every connection and accepts no new one. Its data stays. */
  unplug(): Promise<void>
  /** Takes it up again, on the same port. */
  plug(): Promise<void>
  close(): Promise<void>
}

/** Listens on a free port. */
export async function listen(listener: RequestListener): Promise<Host> {
  const log: string[] = []
  const logged: RequestListener = (request, response) => {
    // Express rewrites `url` while it routes.
    const { method, url = '/' } = request
    response.on('finish', () => {
      if (method !== 'OPTIONS') log.push(`${method} ${url.split('?')[0]} ${response.statusCode}`)
    })
    listener(request, response)
  }
  let server = await open(0)
  const { port } = server.address() as AddressInfo

  async function open(port: number) {
    const opened = createServer(logged)
    await new Promise<void>((resolve, reject) => {
      opened.once('error', reject).listen(port, 'localhost', resolve)
    })
    return opened
  }

  const unplug = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  const plug = async () => {
    server = await open(port)
  }
  return { url: `http://localhost:${port}`, log, plug, unplug, close: unplug }
}
