import type { Page } from '@playwright/test'
import { build } from 'esbuild'
import { test as base, expect } from './fixtures.js'
import { openLiveServer } from './live-server.js'

type Live = Awaited<ReturnType<typeof openLiveServer>>

/** What the page has seen, oldest first. */
declare global {
  var seen: unknown[]
}

const test = base.extend<{ live: Live; openSignedIn: () => Promise<void> }>({
  live: async ({ site }, use) => {
    const live = await openLiveServer(site.url)
    site.options = {
      origins: [live.url],
      signIn: '/login',
      refresh: '/refresh',
      signOut: { method: 'DELETE', path: '/logout' },
    }
    await use(live)
    live.close()
  },
  openSignedIn: async ({ live: _, page, site }, use) => {
    await use(async () => {
      await page.goto(site.url)
      await page.evaluate(() => auth.ready)
      await signInAs(page, 'ada')
    })
  },
})

const signInAs = (page: Page, email: string) => page.evaluate((email) => auth.signIn({ email }), email)
const seenBy = (page: Page) => page.evaluate(() => seen)

test('a WebSocket with a ticket as its subprotocol reconnects after a loss, and is closed at sign-out', async ({
  live,
  openSignedIn,
  page,
}) => {
  await openSignedIn()
  await page.evaluate(async (url) => {
    const load = (url: string): Promise<typeof import('tokencell/sockets')> => import(url)
    const { openSocket } = await load('/pkg/sockets/index.js')
    window.seen = []
    const chat = openSocket(auth, {
      ticket: `${url}/ticket`,
      url: () => `${url.replace('http', 'ws')}/chat`,
      protocols: (ticket) => ['chat', ticket],
      onRefresh: (_, { ticket }) => seen.push(['refreshed', typeof ticket]),
    })
    chat.on('open', ({ socket }) => {
      seen.push(socket.protocol)
      chat.send('hello')
    })
    chat.on('message', ({ data }) => seen.push(data))
    chat.on('close', ({ reason }) => seen.push(reason))
  }, live.url)
  await expect.poll(() => seenBy(page)).toEqual(['chat', 'ada: hello'])
  live.drop()
  await expect.poll(() => seenBy(page)).toEqual(['chat', 'ada: hello', 'lost', 'chat', 'ada: hello'])
  await page.evaluate(() => auth.refresh())
  await expect.poll(async () => (await seenBy(page)).slice(5)).toEqual([['refreshed', 'string']])
  await page.evaluate(() => auth.signOut())
  await expect.poll(async () => (await seenBy(page)).slice(6)).toEqual(['session-ended'])
  await expect.poll(() => live.open()).toBe(0)
  await signInAs(page, 'bob')
  expect(live.admitted).toEqual(['ada', 'ada'])
})

test('graphql-ws takes a ticket for each connection, and is disposed of at sign-out', async ({
  live,
  openSignedIn,
  page,
  site,
}) => {
  const contents = "export { createClient } from 'graphql-ws'"
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    format: 'esm',
    write: false,
  })
  const script = outputFiles[0]?.text ?? ''
  site.overrides.set('/graphql-ws.js', (response) =>
    response.setHeader('content-type', 'text/javascript').end(script),
  )
  await openSignedIn()
  await page.evaluate(async (url) => {
    const load = (url: string) => import(url)
    const { createClient } = await load('/graphql-ws.js')
    const { ticketSource, whenSessionEnds } = await load('/pkg/sockets/index.js')
    window.seen = []
    const tickets = ticketSource(auth, `${url}/ticket`)
    const connectionParams = async () => ({ ticket: await tickets() })
    const client = createClient({ url: `${url.replace('http', 'ws')}/graphql`, connectionParams })
    whenSessionEnds(auth, () => client.dispose())
    client.subscribe(
      { query: 'subscription { name }' },
      {
        next: ({ data }: { data: { name: string } }) => seen.push(data.name),
        error: (error: unknown) => seen.push(String(error)),
        complete: () => seen.push('complete'),
      },
    )
  }, live.url)
  await expect.poll(() => seenBy(page)).toEqual(['ada'])
  live.drop()
  await expect.poll(() => seenBy(page)).toEqual(['ada', 'ada'])
  await page.evaluate(() => auth.signOut())
  await expect.poll(() => seenBy(page)).toEqual(['ada', 'ada', 'complete'])
  await expect.poll(() => live.open()).toBe(0)
})

test('an event stream through the vault continues with the last id, survives a refresh, and is aborted at sign-out', async ({
  live,
  openSignedIn,
  page,
}) => {
  await openSignedIn()
  await page.evaluate(async (url) => {
    const load = (url: string): Promise<typeof import('tokencell/sockets')> => import(url)
    const { openEventSource } = await load('/pkg/sockets/index.js')
    window.seen = []
    const source = openEventSource(auth, `${url}/stream`)
    source.on('event', ({ type, data, lastEventId }) => seen.push([type, data, lastEventId]))
    source.on('close', ({ reason }) => seen.push(reason))
  }, live.url)
  await expect.poll(() => seenBy(page)).toEqual([['hello', 'ada', '1']])
  live.streams[0]?.response.end()
  await expect
    .poll(() => seenBy(page))
    .toEqual([
      ['hello', 'ada', '1'],
      ['hello', 'ada', '2'],
    ])
  expect(live.streams[1]?.lastEventId).toBe('1')
  await page.evaluate(() => auth.refresh())
  // In two pieces, within a character.
  const bytes = Buffer.from('data: é\n\n')
  live.streams[1]?.response.write(bytes.subarray(0, 7))
  live.streams[1]?.response.write(bytes.subarray(7))
  await expect.poll(async () => (await seenBy(page)).at(-1)).toEqual(['message', 'é', '2'])
  await page.evaluate(() => auth.signOut())
  await expect.poll(async () => (await seenBy(page)).at(-1)).toBe('session-ended')
  await expect.poll(() => live.streams[1]?.response.closed).toBe(true)
  expect(live.streams).toHaveLength(2)
})
