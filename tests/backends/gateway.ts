import { createServer, request as forward, type IncomingHttpHeaders, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request to a server and its response. */
export interface Exchange {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: string
  status: number
  answer: string
}

/** A proxy for all requests of a page to a server. */
export type Gateway = Awaited<ReturnType<typeof openGateway>>

/** Forwards and records requests. Can hold a request back, and can make the server refuse valid credentials. */
export async function openGateway(target: string) {
  /** Oldest first. Without CORS preflights. */
  const journal: Exchange[] = []
  const holds: { path: string; arrive: () => void; released: Promise<void> }[] = []
  const spoiled = new Set<string>()

  const of = (path: string) => journal.filter((exchange) => exchange.path === path)

  const listener: RequestListener = async (request, response) => {
    const { method = '', url = '' } = request
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const at = holds.findIndex(({ path }) => path === url && method !== 'OPTIONS')
    const [hold] = at < 0 ? [] : holds.splice(at, 1)
    hold?.arrive()
    await hold?.released

    const headers = spoiled.has(url + proof(request.headers)) ? spoil(request.headers) : request.headers
    const { hostname, port } = new URL(target)
    // No keep-alive: the server of Django closes its connections, so a reused connection may already be closed.
    const onward = forward({ hostname, port, method, path: url, headers, agent: false })
    onward.on('error', () => response.destroy())
    onward.on('response', async (answer) => {
      const parts: Buffer[] = []
      for await (const part of answer) parts.push(part as Buffer)
      const [status, text] = [answer.statusCode ?? 502, Buffer.concat(parts)]
      if (method !== 'OPTIONS')
        journal.push({
          method,
          path: url,
          headers: request.headers,
          body: String(body),
          status,
          answer: `${text}\n${answer.headers['set-cookie']?.join('\n') ?? ''}`,
        })
      response.writeHead(status, answer.rawHeaders).end(text)
    })
    onward.end(body)
  }

  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    journal,
    of,

    /** The requests as text, for the message of a failed test. */
    log: () => journal.map(({ method, path, status }) => `${method} ${path} ${status}`).join('\n'),

    /** Holds the next request to a path back: `held` resolves when it arrives, and `release` forwards it. */
    hold(path: string) {
      let release = () => {}
      const released = new Promise<void>((resolve) => {
        release = resolve
      })
      const held = new Promise<void>((arrive) => holds.push({ path, arrive, released }))
      return { held, release }
    },

    /** Removes the credentials that were sent to this path so far from all later requests to it, so the server answers 401. */
    spoil(path: string) {
      for (const { headers } of of(path)) spoiled.add(path + proof(headers))
    },

    /** Sends the last request to `from` again, or its copy to `path`, like an attacker who has stolen it. */
    async replay(from: string, path = from): Promise<number> {
      const last = of(from).at(-1)
      if (!last) throw new Error(`nothing was sent to ${from}`)
      const { method, body } = last
      const headers = new Headers()
      for (const name of ['authorization', 'content-type', 'cookie', 'origin', 'x-csrf-token'])
        if (last.headers[name]) headers.set(name, String(last.headers[name]))
      return (await fetch(target + path, { method, headers, ...(body && { body }) })).status
    },

    close: () => {
      server.closeAllConnections()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

/** The credentials of a request: its `Authorization` header and its cookies. */
const proof = ({ authorization = '', cookie = '' }: IncomingHttpHeaders) => `${authorization} ${cookie}`

function spoil({ authorization: _, cookie: __, ...headers }: IncomingHttpHeaders): IncomingHttpHeaders {
  return headers
}
