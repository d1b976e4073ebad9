import type { IncomingMessage, ServerResponse } from 'node:http'
import { createBrotliCompress } from 'node:zlib'
import type { GetServerSidePropsContext, NextApiRequest, NextApiResponse } from 'next'
// @ts-expect-error It has no types. `next start` applies it to every response.
import compression from 'next/dist/compiled/compression/index.js'
import { afterEach, expect, test, vi } from 'vitest'
import { createNextAuth } from '../../js/next/index.js'
import { ADA, browse, SECRET, serve, startApi } from './server/browser.js'

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

type Auth = ReturnType<typeof createNextAuth>

/** What `getServerSideProps` of a page returns when Ada requests it. */
async function propsFor(create: (auth: Auth) => ReturnType<Auth['pages']['withSession']>) {
  const api = await startApi()
  const browser = browse(api.options)
  await browser.signIn()
  const load = create(createNextAuth(api.options))
  let result: unknown
  const app = await serve(async (req, res) => {
    result = await load({ req, res, resolvedUrl: '/notes' } as GetServerSidePropsContext)
    res.end()
  })
  closings.push(app.close, api.close)
  await fetch(app.url, { headers: { cookie: browser.cookieHeader } })
  return result
}

test('a page of the Pages Router gets its props and the session, and requests the API as the user', async () => {
  const result = await propsFor(({ pages }) =>
    pages.withSession({ requiresAuth: true }, async (_, { snapshot, fetch: ask }) => {
      const { status } = await ask('/api/v1/notes')
      return { props: Promise.resolve({ status, name: (snapshot.user as { name?: string } | null)?.name }) }
    }),
  )
  const session = expect.objectContaining({ snapshot: expect.objectContaining({ status: 'authenticated' }) })
  expect(result).toEqual({ props: { status: 200, name: 'Ada', session } })
})

test('what a page of the Pages Router returns instead of props stays as it is', async () => {
  const other = { redirect: { destination: '/other', permanent: false } }
  expect(await propsFor(({ pages }) => pages.withSession({}, async () => other))).toEqual(other)
})

test('a page of the Pages Router is not found for a user without the role, and loads nothing', async () => {
  const load = vi.fn(async () => ({ props: {} }))
  const result = await propsFor(({ pages }) => pages.withSession({ roles: ['no such role'] }, load))
  expect(result).toEqual({ notFound: true })
  expect(load).not.toHaveBeenCalled()
})

test('the Pages Router handler signs a user in, and passes on the status, the headers and each cookie', async () => {
  const api = await startApi()
  const auth = createNextAuth(api.options)
  const app = await serve(
    (req, res) => void auth.pages.handler(req as NextApiRequest, res as NextApiResponse),
  )
  closings.push(app.close, api.close)
  const json = { ...headers, 'content-type': 'application/json' }
  const signIn = (password: string) => {
    const body = JSON.stringify({ ...ADA, password })
    return fetch(`${app.url}/api/auth/sign-in`, { method: 'POST', headers: json, body })
  }
  const refused = await signIn('wrong')
  expect([refused.status, refused.headers.getSetCookie()]).toEqual([401, []])
  const response = await signIn(ADA.password)
  expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'private, no-store'])
  const [cookie = '', ...more] = response.headers.getSetCookie()
  expect([cookie, more]).toEqual([expect.stringMatching(/^__Host-tokencell=ey.*HttpOnly/), []])
  const ask = (method: string) =>
    fetch(`${app.url}/api/v1/notes`, { method, headers: { ...headers, cookie: cookie.split(';')[0] ?? '' } })
  expect([(await ask('GET')).status, (await ask('HEAD')).status]).toEqual([200, 200])
})
