import { setTimeout as wait } from 'node:timers/promises'
import { type Exchange, type Fault, send } from './proxy.js'

/** A fault of the network, of a gateway or of the API, as the browser sees it. */
export interface NetworkFault {
  id: string
  /** What happens to a request. */
  title: string
  fault: Fault
  /** Of a kind that the quick run tests with another fault. */
  isOfKnownKind?: true
  /** The API has handled the request, but the browser does not learn the result. */
  losesReply?: true
  /** The reply looks like a confirmation of the sign-out: some frameworks confirm it with an HTML page. */
  confirmsSignOut?: true
}

const answer =
  (status: number, headers: Record<string, string> = {}, text = '{"error":"fault"}'): Fault =>
  ({ response, cors }) => {
    const type = text.startsWith('<') ? 'text/html' : 'application/json'
    response.writeHead(status, { ...cors, 'content-type': type, ...headers }).end(text)
  }

const PORTAL = '<!doctype html><title>Wi-Fi</title><form action="/accept">Accept our terms</form>'

/** The API handles the request. The browser gets the head with this length and this part of the body. Then the connection breaks. */
const broken =
  (part: (body: Buffer) => Buffer, length: (body: Buffer) => number): Fault =>
  async ({ forward, response, reset }) => {
    const { status, headers, body } = await forward()
    // A body that is not empty, so that a part of it can be lost.
    const sent = body.length ? body : Buffer.from('{}')
    response.writeHead(status === 204 ? 200 : status, { ...headers, 'content-length': length(sent) })
    response.write(part(sent), reset)
  }

export const networkFaults: readonly NetworkFault[] = [
  {
    id: 'reply-lost',
    title: 'the API handles the request, and the connection breaks before the reply',
    losesReply: true,
    fault: async ({ forward, reset }) => {
      await forward()
      reset()
    },
  },
  {
    id: 'reply-slow',
    title: 'the reply comes after 3 s',
    fault: async ({ forward, response }) => {
      const reply = await forward()
      await wait(3000)
      send(response, reply)
    },
  },
  {
    id: 'reply-trickles',
    isOfKnownKind: true,
    title: 'the body comes byte by byte',
    fault: async ({ forward, response }) => {
      const { status, headers, body } = await forward()
      response.writeHead(status, headers)
      for (const byte of body) {
        response.write(Buffer.of(byte))
        await wait(4)
      }
      response.end()
    },
  },
  {
    id: 'body-truncated',
    title: 'half of the body comes, and the connection breaks',
    losesReply: true,
    fault: broken(
      (body) => body.subarray(0, body.length / 2),
      (body) => body.length,
    ),
  },
  {
    id: 'length-wrong',
    isOfKnownKind: true,
    title: 'Content-Length is larger than the body',
    losesReply: true,
    fault: broken(
      (body) => body,
      (body) => body.length + 10,
    ),
  },
  {
    id: 'reset',
    title: 'the connection is reset before the API gets the request',
    fault: ({ reset }) => reset(),
  },
  {
    id: '429-retry-after',
    isOfKnownKind: true,
    title: '429 with Retry-After: 1',
    fault: answer(429, { 'retry-after': '1' }),
  },
  { id: '429', isOfKnownKind: true, title: '429 without Retry-After', fault: answer(429) },
  { id: '500', title: '500 with JSON', fault: answer(500) },
  {
    id: '502-html',
    isOfKnownKind: true,
    title: '502 with an HTML page of a gateway',
    fault: answer(502, {}, '<h1>Bad gateway</h1>'),
  },
  {
    id: '503-bare',
    isOfKnownKind: true,
    title: '503 of a gateway, without CORS headers',
    fault: ({ response }) => response.writeHead(503).end(),
  },
  {
    id: 'redirect-html',
    title: 'a redirect to an HTML page',
    fault: (exchange) =>
      exchange.path === '/portal'
        ? answer(200, {}, PORTAL)(exchange)
        : answer(302, { location: '/portal' })(exchange),
  },
  {
    id: 'captive-portal',
    title: '200 with an HTML page for every request',
    confirmsSignOut: true,
    fault: answer(200, {}, PORTAL),
  },
  { id: 'not-http', title: 'bytes that are not HTTP, as of a TLS server', fault: garbage },
]

function garbage({ response }: Exchange) {
  response.socket?.end(Buffer.from('1503010002022800', 'hex'))
}
