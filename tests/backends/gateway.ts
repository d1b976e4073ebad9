import { createServer, request as forward, type IncomingHttpHeaders, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What was asked of a server, and what it said. */
export interface Exchange {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: string
  status: number
  answer: string
}

/** What all that a page says to a server goes through. */
export type Gateway = Awaited<ReturnType<typeof openGateway>>

/** Passes on what comes, notes it, and can keep a request waiting, or have the server refuse what it would accept. */
export async function openGateway(target: string) {
  /** Oldest first. Preflights are not noted. */
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
    // A connection of its own: the server of Django closes each, and one that is used again may be gone.
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

    /** For a test that fails. */
    log: () => journal.map(({ method, path, status }) => `${method} ${path} ${status}`).join('\n'),

    /** Keeps the next request to a path from the server: `held` resolves when it has come; `release` lets it go on. */
    hold(path: string) {
      let release = () => {}
      const released = new Promise<void>((resolve) => {
        release = resolve
      })
      const held = new Promise<void>((arrive) => holds.push({ path, arrive, released }))
      return { held, release }
    },

    /** From now on, nothing reaches the server of what was sent to this path so far to prove who asks: it answers 401. */
    spoil(path: string) {
      for (const { headers } of of(path)) spoiled.add(path + proof(headers))
    },

    /** Sends the last request to a path again, or to another one, past the page: what does a thief get who has it? */
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

/** By what a server knows who asks. */
const proof = ({ authorization = '', cookie = '' }: IncomingHttpHeaders) => `${authorization} ${cookie}`

function spoil({ authorization: _, cookie: __, ...headers }: IncomingHttpHeaders): IncomingHttpHeaders {
  return headers
}
