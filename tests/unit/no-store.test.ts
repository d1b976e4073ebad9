import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createApp, defineEventHandler, toNodeListener } from 'h3'
import type { GetServerSidePropsContext } from 'next'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createNextAuth } from '../../js/next/index.js'
import { openEventSession } from '../../js/nuxt/runtime/server/event-session.js'
import { type BffServer, createBff } from '../../js/server/index.js'
import { browse, fakeTime, pass, startApi } from './server/browser.js'

/** A response that contains a session or sets its cookie must not be stored by any cache: the next visitor would get it. */
const nuxt = vi.hoisted(() => ({ bff: undefined as BffServer | undefined }))
vi.mock('../../js/nuxt/runtime/server/bff.js', () => ({ useBff: () => nuxt.bff }))

let api: Awaited<ReturnType<typeof startApi>>
beforeEach(async () => {
  fakeTime()
  api = await startApi()
})
afterEach(async () => {
  await api.close()
  vi.useRealTimers()
})

async function listen(listener: Parameters<typeof createServer>[1]) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close }
}

/** Ada, with a token that is due for a refresh. */
async function dueCookie() {
  const browser = browse(api.options)
  await browser.signIn()
  pass(700_000)
  return browser.cookieHeader
}

const context = (req: object, res: object) => ({ req, res, resolvedUrl: '/' }) as GetServerSidePropsContext

test.each(['getSession', 'withSession'])('Next, Pages Router: %s', async (name) => {
  const { pages } = createNextAuth(api.options)
  const load = pages.withSession({}, async () => ({ props: {} }))
  const app = await listen(async (req, res) => {
    await (name === 'getSession' ? pages.getSession({ req, res }) : load(context(req, res)))
    res.end()
  })
  for (const cookie of ['', await dueCookie()]) {
    const { headers } = await fetch(app.url, { headers: { cookie } })
    expect(headers.get('cache-control')).toBe('private, no-store')
    expect(headers.getSetCookie()).toHaveLength(cookie ? 1 : 0)
  }
  app.close()
})

test('Nuxt: the session of an event', async () => {
  nuxt.bff = createBff(api.options)
  const app = createApp().use(
    defineEventHandler(async (event) => {
      const { info } = openEventSession(event, fetch)
      return { status: (await info()).snapshot.status }
    }),
  )
  const server = await listen(toNodeListener(app))
  for (const cookie of ['', await dueCookie()]) {
    const { headers } = await fetch(server.url, { headers: { cookie } })
    expect(headers.get('cache-control')).toBe('private, no-store')
    expect(headers.getSetCookie()).toHaveLength(cookie ? 1 : 0)
  }
  server.close()
})
