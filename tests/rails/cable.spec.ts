import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import type { Page } from '@playwright/test'
import { presets } from '../../js/presets.js'
import { startRails } from '../../scripts/rails.mjs'
import type { Site } from '../e2e/site.js'
import { test as base, expect, signIn } from './fixtures.js'
import { ADA } from './raw.js'

const BOB = { ...ADA, email: 'bob@example.com' }
const library = path.join(
  path.dirname(createRequire(import.meta.url).resolve('@rails/actioncable/package.json')),
  'app/assets/javascripts/actioncable.esm.js',
)

/** What the page has seen of the channel, oldest first. */
interface Seen {
  seen: unknown[]
  cable: { connect(): void; disconnect(): void }
  echo: { perform(action: string, data: object): void; consumer: { connection: { webSocket: WebSocket } } }
}

const test = base.extend<{ seconds: string; origin: string }>({
  seconds: ['30', { option: true }],
  origin: async ({ seconds, site }, use) => {
    const { origin: pages } = new URL(site.url)
    const settings = { STRATEGY: 'JTIMatcher', API_CORS_ORIGINS: pages, TICKET_SECONDS: seconds }
    const { url, end } = await startRails(settings, 'tests/rails/devise-jwt')
    const origin = url.replace('127.0.0.1', 'localhost')
    site.options = { ...presets.deviseJwt, origins: [origin] }
    site.overrides.set('/actioncable.js', (response) =>
      response.setHeader('content-type', 'text/javascript').end(readFileSync(library)),
    )
    await use(origin)
    site.overrides.clear()
    await end()
  },
})

/** The recipe of docs/sockets.md. */
async function openCable(page: Page, site: Site, origin: string) {
  await page.goto(site.url)
  await page.evaluate(() => auth.ready)
  await signIn(page, ADA)
  await page.evaluate(async (origin) => {
    const load = (url: string) => import(url)
    const { adapters, createConsumer } = await load('/actioncable.js')
    const { ticketWebSocket, whenSessionEnds } = await load('/pkg/sockets/index.js')
    adapters.WebSocket = ticketWebSocket(auth, { ticket: `${origin}/cable_tickets` })
    const cable = createConsumer(`${origin.replace('http', 'ws')}/cable`)
    whenSessionEnds(auth, () => cable.disconnect())
    const seen: unknown[] = []
    const echo = cable.subscriptions.create('EchoChannel', {
      connected: ({ reconnected }: { reconnected: boolean }) => seen.push({ reconnected }),
      disconnected: () => seen.push('disconnected'),
      received: (data: object) => seen.push(data),
    })
    Object.assign(window, { seen, cable, echo })
  }, origin)
}

const seen = (page: Page) => page.evaluate(() => (window as unknown as Seen).seen)

test('Action Cable connects with a ticket of the user, reconnects with another, and is closed at sign-out', async ({
  origin,
  page,
  site,
}) => {
  const tickets: number[] = []
  page.context().on('response', (response) => {
    if (response.url().endsWith('/cable_tickets') && response.request().method() === 'POST')
      tickets.push(response.status())
  })
  await openCable(page, site, origin)
  await expect.poll(() => seen(page)).toEqual([{ email: ADA.email }, { reconnected: false }])
  await page.evaluate(() => (window as unknown as Seen).echo.perform('echo', { text: 'hello' }))
  await expect.poll(async () => (await seen(page)).at(-1)).toEqual({ echo: 'hello' })

  // The server closes the connections of this user.
  await page.evaluate((url) => auth.fetch(url, { method: 'DELETE' }), `${origin}/cable_connections`)
  await expect
    .poll(async () => (await seen(page)).slice(3))
    .toEqual(['disconnected', { email: ADA.email }, { reconnected: true }])

  await page.evaluate(() => auth.signOut())
  await expect.poll(async () => (await seen(page)).at(-1)).toBe('disconnected')
  expect(
    await page.evaluate(() => (window as unknown as Seen).echo.consumer.connection.webSocket.readyState),
  ).toBe(3)

  await signIn(page, BOB)
  await page.evaluate(() => (window as unknown as Seen).cable.connect())
  await expect.poll(async () => (await seen(page)).slice(7)).toContainEqual({ email: BOB.email })
})

test.describe('a ticket whose time is over', () => {
  test.use({ seconds: '0' })

  test('Action Cable refuses it', async ({ origin, page, site }) => {
    const refusal = new Promise((resolve) =>
      page.on('websocket', (socket) =>
        socket.on('framereceived', ({ payload }) => resolve(JSON.parse(String(payload)))),
      ),
    )
    await openCable(page, site, origin)
    expect(await refusal).toEqual({ type: 'disconnect', reason: 'unauthorized', reconnect: false })
  })
})

test('a ticket opens one connection, is for 30 seconds, and needs a session', async ({
  origin,
  page,
  site,
}) => {
  await openCable(page, site, origin)
  const ticket = await page.evaluate((url) => auth.ticket(url), `${origin}/cable_tickets`)
  const first = (ticket: string) =>
    page.evaluate(
      (url) =>
        new Promise((resolve) => {
          new WebSocket(url, 'actioncable-v1-json').onmessage = ({ data }) => resolve(JSON.parse(data).type)
        }),
      `${origin.replace('http', 'ws')}/cable?ticket=${ticket}`,
    )
  expect([await first(ticket), await first(ticket), await first('')]).toEqual([
    'welcome',
    'disconnect',
    'disconnect',
  ])
  const { status } = await fetch(`${origin}/cable_tickets`, { method: 'POST' })
  expect(status).toBe(401)
})
