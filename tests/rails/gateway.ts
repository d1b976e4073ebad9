import { createServer, request as forward, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'

/** A request to Rails and its response. */
export interface Exchange {
  method: string
  /** The path, relative to /api/v1. */
  path: string
  status: number
  /** The access token of the request, and in `issued` the one of the response. */
  sent: string | undefined
  issued: string | undefined
  /** The refresh cookie of the request, and in `setCookie` the one of the response: `name=value`. */
  cookie: string | undefined
  setCookie: string | undefined
  body: string
}

type Hold = { method: string; path: string; arrived: () => void; released: Promise<void> }

/**
 * The reverse proxy in front of Rails, which terminates TLS in production. This one also records requests and can hold a
 * request back.
 */
export class Gateway {
  /** Oldest first. Without CORS preflights. */
  readonly journal: Exchange[] = []
  /** The URL of Rails. A test can change it. */
  target: string
  readonly #holds: Hold[] = []
  readonly #scheme: string

  constructor(target: string, scheme: 'http' | 'https' = 'http') {
    this.target = target
    this.#scheme = scheme
  }

  /** The requests to a path so far. */
  of(method: string, path: string) {
    return this.journal.filter((exchange) => exchange.method === method && exchange.path === path)
  }

  /** The status of each refresh so far. */
  refreshes() {
    return this.of('POST', '/refresh').map(({ status }) => status)
  }

  /** Holds the next such request back: `held` resolves when it arrives, and `release` forwards it. */
  hold(method: string, path: string) {
    let release = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const held = new Promise<void>((arrived) => this.#holds.push({ method, path, arrived, released }))
    return { held, release }
  }

  readonly listener: RequestListener = async (request, response) => {
    const { method = '', url = '', headers } = request
    const path = url.replace('/api/v1', '')
    const at = this.#holds.findIndex((hold) => hold.method === method && hold.path === path)
    const [hold] = at < 0 ? [] : this.#holds.splice(at, 1)
    hold?.arrived()
    await hold?.released

    const { hostname, port } = new URL(this.target)
    const forwarded = { ...headers, 'x-forwarded-proto': this.#scheme, 'x-forwarded-host': headers.host }
    const onward = forward({ hostname, port, method, path: url, headers: forwarded })
    onward.on('error', () => response.destroy())
    onward.on('response', async (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      const body = await text(answer)
      if (method !== 'OPTIONS') this.journal.push(note({ method, path, body }, request, answer))
      response.end(body)
    })
    request.pipe(onward)
  }
}

/** A gateway on its own port. */
export async function openGateway(target: string, tls?: { key: string; cert: string }) {
  const gateway = new Gateway(target, tls ? 'https' : 'http')
  const server = tls ? createSecureServer(tls, gateway.listener) : createServer(gateway.listener)
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  const { port } = server.address() as AddressInfo
  return Object.assign(gateway, {
    port,
    close: () => {
      server.closeAllConnections()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  })
}

async function text(answer: IncomingMessage) {
  let text = ''
  for await (const chunk of answer.setEncoding('utf8')) text += chunk
  return text
}

const token = (header: string | string[] | undefined) => /^Bearer (\S+)$/.exec(String(header))?.[1]
const cookie = (text: string | undefined) => /(?:^|; )((?:__Host-)?refresh_token=[^;]+)/.exec(text ?? '')?.[1]

const note = (
  exchange: Pick<Exchange, 'method' | 'path' | 'body'>,
  { headers: sent }: IncomingMessage,
  { statusCode, headers: got }: IncomingMessage,
): Exchange => ({
  ...exchange,
  status: statusCode ?? 0,
  sent: token(sent.authorization),
  issued: token(got.authorization),
  cookie: cookie(sent.cookie),
  setCookie: got['set-cookie']?.[0],
})
