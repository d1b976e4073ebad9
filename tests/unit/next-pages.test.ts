import type { IncomingMessage, ServerResponse } from 'node:http'
import { createBrotliCompress } from 'node:zlib'
import type { NextApiRequest, NextApiResponse } from 'next'
// @ts-expect-error It has no types. `next start` applies it to every response.
import compression from 'next/dist/compiled/compression/index.js'
import { afterEach, expect, test } from 'vitest'
import { createNextAuth } from '../../js/next/index.js'
import { SECRET, serve } from './server/browser.js'

const closings: (() => void)[] = []
afterEach(() => {
  for (const close of closings.splice(0)) close()
})

type Layer = (req: IncomingMessage, res: ServerResponse) => void

const gzip: Layer = (req, res) => compression()(req, res, () => {})

/** A compression layer that writes through a stream, which calls back later. */
const brotli: Layer = (_, res) => {
  const stream = createBrotliCompress()
  const { write, end } = res
  stream.on('data', (chunk) => write.call(res, chunk, 'utf8'))
  stream.on('drain', () => res.emit('drain'))
  stream.on('end', () => end.call(res, undefined, 'utf8'))
  res.setHeader('content-encoding', 'br')
  Object.assign(res, {
    write: (chunk: Uint8Array) => stream.write(chunk),
    end: (chunk?: Uint8Array) => void stream.end(chunk),
    flush: () => stream.flush(),
  })
}

/** The handler of the Pages Router behind such a layer, and a response of the API that stays open until the test ends it. */
async function open(layer: Layer) {
  let begin: (response: ServerResponse) => void
  const begun = new Promise<ServerResponse>((resolve) => {
    begin = resolve
  })
  const api = await serve((_, response) =>
    begin(response.writeHead(200, { 'content-type': 'text/event-stream' })),
  )
  const auth = createNextAuth({ api: api.url, secret: SECRET, signIn: '/login', proxy: ['/api/**'] })
  const app = await serve((req, res) => {
    layer(req, res)
    auth.pages.handler(req as NextApiRequest, res as NextApiResponse)
  })
  closings.push(app.close, api.close)
  return { url: `${app.url}/api/notes`, begun }
}

const headers = { 'x-requested-with': 'tokencell', 'sec-fetch-site': 'same-origin' }
/** Larger than the high-water marks of all streams between the API and the browser. */
const LARGE = 'a line of text\n'.repeat(50_000)

test.each([
  ['gzip', 'gzip, deflate, br', gzip],
  ['brotli', 'br', brotli],
  ['identity', 'identity', gzip],
])('the Pages Router handler sends a complete response through a compressing layer: %s', async (...row) => {
  const [, accepted, layer] = row
  const { url, begun } = await open(layer)
  const asking = fetch(url, { headers: { ...headers, 'accept-encoding': accepted } })
  const answer = await begun
  answer.end(LARGE)
  const response = await asking
  expect(await response.text()).toBe(LARGE)
})

test.each([
  ['gzip', gzip],
  ['brotli', brotli],
])(
  'the Pages Router handler sends each chunk at once through a compressing layer: %s',
  async (encoding, layer) => {
    const { url, begun } = await open(layer)
    const asking = fetch(url, { headers: { ...headers, 'accept-encoding': encoding } })
    const answer = await begun
    answer.write('data: 1\n\n')
    const response = await asking
    const reader = (response.body as ReadableStream<Uint8Array>).getReader()
    const text = async () => new TextDecoder().decode((await reader.read()).value)
    expect(response.headers.get('content-encoding')).toBe(encoding === 'gzip' ? 'gzip' : 'br')
    expect(await text()).toBe('data: 1\n\n')
    answer.write('data: 2\n\n')
    expect(await text()).toBe('data: 2\n\n')
    answer.end()
    expect((await reader.read()).done).toBe(true)
  },
)
