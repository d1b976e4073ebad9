/** The headers of the app, which the page computes and the vault sends. */
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Dialect, dialects, listen, optionsOf } from './dialects/index.js'
import { test as base, expect, get, signIn } from './fixtures.js'

interface Echo {
  url: string
  /** The headers of every request, without preflights. */
  received: IncomingHttpHeaders[]
}

/** Answers every request of any page, and keeps its headers. */
function echoing(received: IncomingHttpHeaders[]): RequestListener {
  return ({ method, headers }, response) => {
    response.setHeader('access-control-allow-origin', headers.origin ?? '*')
    response.setHeader('access-control-allow-headers', headers['access-control-request-headers'] ?? '')
    if (method !== 'OPTIONS') received.push(headers)
    response.end('{}')
  }
}

const test = base.extend<{ own: Echo; foreign: Echo }>({
  /** An endpoint on the origin of the page, which is one of the vault. */
  own: async ({ site, api }, use) => {
    const received: IncomingHttpHeaders[] = []
    site.options.origins = [api.url, site.url]
    site.mount = echoing(received)
    await use({ url: `${site.url}/api/echo`, received })
  },
  /** An endpoint on an origin that the vault does not know. */
  foreign: async ({ site: _ }, use) => {
    const received: IncomingHttpHeaders[] = []
    const server = createServer(echoing(received))
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
    await use({ url: `http://localhost:${(server.address() as AddressInfo).port}/`, received })
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  },
})

const COUNTING = `headers: () => ({
  traceparent: 'trace-' + (window.computed = (window.computed ?? 0) + 1),
  'Accept-Language': 'de',
  Authorization: 'Bearer forged',
  Cookie: 'forged=1',
})`

test('they arrive at an origin of the vault, computed for each request, without credentials', async ({
  open,
  own,
  page,
  site,
}) => {
  site.client = COUNTING
  await open(page)
  await get(page, own.url)
  await signIn(page)
  await get(page, own.url)
  const given = await page.evaluate(
    (url) => auth.fetch(url, { headers: { traceparent: 'of the request' } }).then(({ status }) => status),
    own.url,
  )
  expect(given).toBe(200)
  const [anonymous, signedIn, third] = own.received
  expect(own.received.map(({ traceparent }) => traceparent)).toEqual(['trace-1', 'trace-2', 'of the request'])
  expect(own.received.map((headers) => headers['accept-language'])).toEqual(['de', 'de', 'de'])
  expect(anonymous?.authorization).toBe(undefined)
  for (const headers of [signedIn, third]) expect(headers?.authorization).toMatch(/^Bearer (?!forged)/)
  expect(own.received.map(({ cookie = '' }) => cookie).join()).not.toContain('forged')
})

test('requests to other origins do not get them, and neither do those of the vault itself', async ({
  api,
  foreign,
  open,
  own,
  page,
  site,
}) => {
  site.client = COUNTING
  await open(page)
  await signIn(page)
  expect(await get(page, foreign.url)).toBe(200)
  expect(await page.evaluate(() => (window as { computed?: number }).computed)).toBe(undefined)
  expect(foreign.received[0]?.traceparent).toBe(undefined)
  expect(foreign.received[0]?.authorization).toBe(undefined)
  expect(foreign.received[0]?.['accept-language']).not.toBe('de')
  expect([own.received, api.journal.counts().requests > 0]).toEqual([[], true])
})

test('if the function throws, the error names the option, and no request is sent', async ({
  open,
  own,
  page,
  site,
}) => {
  site.client = `headers: () => { throw new Error('no trace') }`
  await open(page)
  await signIn(page)
  const error = await page.evaluate(
    (url) =>
      auth.fetch(url).then(
        () => undefined,
        ({ name, code, option, message }) => ({ name, code, option, message }),
      ),
    own.url,
  )
  expect(error).toEqual({
    name: 'AuthError',
    code: 'option-invalid',
    option: 'headers',
    message: 'headers: Error: no trace',
  })
  expect(own.received).toEqual([])
})

test('the app cannot replace the headers of a credential', async ({ api: _, open, page, site }) => {
  const server = await listen((dialects.deviseTokenAuth as () => Dialect)(), site.url)
  site.options = { ...optionsOf('deviseTokenAuth', server.url) }
  site.client = `headers: () => ({ 'access-token': 'forged', client: 'forged', uid: 'forged' })`
  await open(page)
  await signIn(page)
  expect(await get(page, `${server.url}/me`)).toBe(200)
  await server.close()
})
