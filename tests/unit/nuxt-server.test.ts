import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  createApp,
  createRouter,
  defineEventHandler,
  type EventHandler,
  type H3Event,
  setCookie,
  toNodeListener,
} from 'h3'
import { createHooks } from 'hookable'
import { fetchNodeRequestHandler } from 'node-mock-http'
import { createStorage, prefixStorage, type Storage } from 'unstorage'
import memoryDriver from 'unstorage/drivers/memory'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { sessionOf } from '../../js/nuxt/runtime/server/context.js'
import { Browser, fakeTime, pass, serve, serveNothing, startApi } from './server/browser.js'

/** What Nitro and the module of this application provide. */
const nitro = vi.hoisted(() => ({
  baseURL: '/',
  options: {} as object,
  storage: undefined as unknown as Storage,
  event: (): unknown => {
    throw new Error('asyncContext is off')
  },
}))
vi.mock('nitropack/runtime', () => ({
  defineNitroPlugin: (plugin: unknown) => plugin,
  useRuntimeConfig: () => ({ app: { baseURL: nitro.baseURL }, tokencell: nitro.options }),
  useStorage: (mount?: string) => (mount ? prefixStorage(nitro.storage, mount) : nitro.storage),
  useEvent: () => nitro.event(),
}))
vi.mock('#tokencell/options', () => ({ default: {} }))

const closings: (() => void)[] = []
let api: Awaited<ReturnType<typeof startApi>>
beforeEach(async () => {
  fakeTime()
  api = await startApi()
})
afterEach(async () => {
  for (const close of closings.splice(0)) close()
  await api.close()
  vi.useRealTimers()
  Object.assign(nitro, { baseURL: '/', storage: undefined })
})

/** An application with these routes, the plugin and the handler of the module, as a new process of Nitro. */
async function start(routes: Record<string, EventHandler> = {}, options: object = api.options) {
  nitro.options = options
  vi.resetModules()
  const { default: plugin } = await import('../../js/nuxt/runtime/server/plugin.js')
  const { default: handler } = await import('../../js/nuxt/runtime/server/handler.js')
  const hooks = createHooks()
  const router = createRouter()
  for (const [route, handle] of Object.entries(routes)) router.use(route, handle)
  for (const route of ['/api/auth/**', '/api/v1/**'])
    router.use(nitro.baseURL.replace(/\/$/, '') + route, handler)
  const app = createApp({
    // Nitro does this for a request that a server makes to itself.
    onRequest: (event) => hooks.callHook('request', event),
  }).use(router)
  const listener = toNodeListener(app)
  const localFetch = (url: string, init: object) => fetchNodeRequestHandler(listener, url, init)
  plugin({ hooks, localFetch } as never)
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closings.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const handle = (request: Request) =>
    fetch(new Request(request.url.replace('https://app.test', url), request), { redirect: 'manual' })
  return { url, browser: new Browser({ handle } as never) }
}

/** The session of the event, as pages and server routes of the application get it. */
const withSession = (work: (session: ReturnType<typeof sessionOf>, event: H3Event) => unknown) =>
  defineEventHandler(async (event) => work(sessionOf(event), event))

test('a browser signs in, reaches the API and signs out through the routes of the application', async () => {
  const { browser } = await start()
  expect((await browser.signIn()).status).toBe(200)
  expect((await browser.session()).status).toBe('authenticated')
  expect((await browser.json('/api/v1/notes', { text: 'from Nuxt' })).status).toBe(201)
  expect(await (await browser.fetch('/api/v1/notes')).text()).toContain('from Nuxt')
  await browser.signOut()
  expect((await browser.session()).reason).toBe('signed-out')
})

test('with `app.baseURL`, the API gets paths without it, and redirects to the application include it', async () => {
  nitro.baseURL = '/field/'
  const { browser, url } = await start()
  expect(
    (await browser.json('/field/api/auth/sign-in', { email: 'ada@example.com', password: 'correct horse' }))
      .status,
  ).toBe(200)
  expect((await browser.fetch('/field/api/v1/notes')).status).toBe(200)
  const back = await browser.fetch('/field/api/auth/refresh?to=/notes')
  expect(back.headers.get('location')).toBe('/field/notes')
  expect((await fetch(url, { redirect: 'manual' })).headers.get('location')).toBeNull()
})

test('a redirect of the API to another origin stays as it is', async () => {
  const far = await serve(
    (_, response) => void response.writeHead(303, { location: 'https://other.test/a' }).end(),
  )
  closings.push(far.close)
  nitro.baseURL = '/field/'
  const { browser } = await start(
    {},
    { ...far.options, proxy: ['/api/v1/**'], redirects: ['https://other.test'] },
  )
  const response = await browser.fetch('/field/api/v1/export')
  expect([response.status, response.headers.get('location')]).toEqual([303, 'https://other.test/a'])
})

test('when a browser closes its connection, the request to the API is aborted', async () => {
  const slow = await serveNothing()
  closings.push(slow.close)
  const { browser, url } = await start({}, { ...slow.options, proxy: ['/api/v1/**'] })
  const leaving = new AbortController()
  const { headers } = browser.request('/')
  const asking = fetch(`${url}/api/v1/notes`, { headers, signal: leaving.signal })
  await slow.asked
  leaving.abort()
  await expect(asking).rejects.toMatchObject({ name: 'AbortError' })
  await slow.gone
})

test('promise 22: the refreshed cookie is added to the cookies that the route sets, once', async () => {
  const { browser } = await start({
    '/page': withSession(async ({ info, fetch: ask }, event) => {
      setCookie(event, 'theme', 'dark')
      const { snapshot } = await info()
      const { status } = await ask('/api/v1/notes')
      return { status: snapshot.status, notes: status }
    }),
  })
  await browser.signIn()
  pass(700_000)
  const before = browser.cookieHeader
  const response = await browser.fetch('/page')
  expect(await response.json()).toEqual({ status: 'authenticated', notes: 200 })
  const names = response.headers.getSetCookie().map((header) => header.split('=')[0])
  expect(names).toEqual(['theme', '__Host-tokencell'])
  expect(browser.cookieHeader).not.toContain(before)
  expect(response.headers.get('cache-control')).toBe('private, no-store')
  expect(api.refreshes().total).toBe(1)
})

test('promise 22: a response that has begun makes no refresh, and its headers are left alone', async () => {
  const { browser } = await start({
    '/page': withSession(async ({ info }, event) => {
      event.node.res.write('authenticated? ')
      event.node.res.end((await info()).snapshot.status)
    }),
  })
  await browser.signIn()
  pass(700_000)
  const response = await browser.fetch('/page')
  expect(await response.text()).toBe('authenticated? authenticated')
  expect([response.headers.getSetCookie(), response.headers.get('cache-control')]).toEqual([[], null])
  expect(api.refreshes().total).toBe(0)
})

/** A route that responds with what a page gets that asks `/echo`, or another URL, with `fetchAsPage`. */
const asPage = (
  init?: RequestInit,
  ofApp?: () => Record<string, string>,
  input: string | Request = '/echo?a=1',
) => withSession(async ({ fetchAsPage }) => await (await fetchAsPage(input, init, ofApp)).json())

const echo = defineEventHandler(({ path, method, node }) => {
  const { body } = node.req as { body?: Buffer | null }
  return { path, method, headers: node.req.headers, body: body ? String(body) : null }
})

type Echo = { path: string; method: string; headers: IncomingHttpHeaders; body: string | null }

test('a page that asks its own server is the visitor: with the cookies, and as a request of the same site', async () => {
  const { browser } = await start({ '/page': asPage(), '/echo': echo })
  await browser.signIn()
  const visitor = {
    'accept-language': 'de',
    'user-agent': 'Firefox',
    'sec-fetch-site': 'none',
    'x-requested-with': 'other',
  }
  const { path, method, headers } = (await (
    await browser.fetch('/page', { headers: visitor })
  ).json()) as Echo
  expect([path, method]).toEqual(['/echo?a=1', 'GET'])
  expect(headers).toMatchObject({
    cookie: browser.cookieHeader,
    'accept-language': 'de',
    'user-agent': 'Firefox',
    'sec-fetch-site': 'same-origin',
    'x-requested-with': 'tokencell',
  })
})

test('a page that asks its own server sends no header that is about the page itself', async () => {
  const { browser } = await start({ '/page': asPage(), '/echo': echo })
  const ofPage = [
    ...['accept', 'accept-encoding', 'content-type', 'if-match', 'if-none-match', 'origin', 'range', 'te'],
    ...['sec-fetch-dest', 'sec-fetch-mode'],
  ]
  const given = Object.fromEntries(ofPage.map((name) => [name, 'trailers']))
  const { headers } = (await (await browser.fetch('/page', { headers: given })).json()) as Echo
  expect([...ofPage, 'connection'].filter((name) => name in headers)).toEqual([])
  const like = {
    'x-accept': '1',
    'accept-x': '1',
    'x-origin': '1',
    'origin-x': '1',
    'x-content-type': '1',
    'x-sec-a': '1',
    'x-if-a': '1',
  }
  const kept = (await (await browser.fetch('/page', { headers: like })).json()) as Echo
  expect(kept.headers).toMatchObject(like)
})

test('a request of a page has its own headers and body, and the headers of the app that it lacks', async () => {
  const init = {
    method: 'POST',
    body: 'ü',
    headers: { accept: 'text/plain', 'content-type': 'text/plain', 'x-own': 'page' },
  }
  const ofApp = () => ({ 'x-own': 'app', 'accept-language': 'fr', cookie: 'evil=1' })
  const { browser } = await start({ '/page': asPage(init, ofApp), '/echo': echo })
  const response = await browser.fetch('/page', { headers: { 'accept-language': 'de' } })
  const { method, body, headers } = (await response.json()) as Echo
  expect([method, body]).toEqual(['POST', 'ü'])
  expect(headers).toMatchObject({
    accept: 'text/plain',
    'content-type': 'text/plain',
    'content-length': '2',
    'x-own': 'page',
    'accept-language': 'fr',
  })
  expect(headers.cookie ?? '').not.toContain('evil')
})

test('a request of a page to the API of the application is answered within the session of the page', async () => {
  const { browser } = await start({ '/page': asPage(undefined, undefined, '/api/v1/notes') })
  await browser.signIn()
  pass(700_000)
  const response = await browser.fetch('/page')
  expect([response.status, response.headers.getSetCookie().length]).toEqual([200, 1])
  expect(api.refreshes().total).toBe(1)
  expect((await browser.session()).status).toBe('authenticated')
})

test('a request of a page to another origin has nothing of the visitor', async () => {
  const seen: IncomingHttpHeaders[] = []
  const other = await serve((request, response) => {
    seen.push(request.headers)
    response.end('{}')
  })
  closings.push(other.close)
  const input = new Request(`${other.url}/a`, { headers: { 'x-own': '1' } })
  const ofApp = () => ({ 'x-app': '1' })
  const { browser } = await start({ '/page': asPage(undefined, ofApp, input) })
  await browser.signIn()
  const response = await browser.fetch('/page', { headers: { 'accept-language': 'de' } })
  expect(response.status).toBe(200)
  expect(seen[0]).toMatchObject({ 'x-own': '1' })
  for (const name of ['cookie', 'x-app', 'x-requested-with']) expect(seen[0]).not.toHaveProperty(name)
  expect(seen[0]?.['accept-language']).not.toBe('de')
})

test('the API gets the address of the visitor', async () => {
  const seen: IncomingHttpHeaders[] = []
  const own = await serve((request, response) => {
    seen.push(request.headers)
    response.setHeader('content-type', 'application/json').end('{}')
  })
  closings.push(own.close)
  const { browser } = await start({}, { ...own.options, proxy: ['/api/v1/**'], trustProxy: 0 })
  await browser.fetch('/api/v1/notes')
  expect(seen[0]?.['x-forwarded-for']).toBe('127.0.0.1')
})

test('with `storage`, the sessions of all instances are on this mount', async () => {
  nitro.storage = createStorage()
  nitro.storage.mount('sessions', memoryDriver())
  const { browser } = await start({}, { ...api.options, storage: 'sessions' })
  await browser.signIn()
  pass(700_000)
  expect((await browser.session()).status).toBe('authenticated')
  const keys = await nitro.storage.getKeys()
  expect(keys.filter((key) => key.startsWith('sessions:'))).not.toEqual([])
  expect(keys.filter((key) => !key.startsWith('sessions:'))).toEqual([])
})

test.each([
  ['app', /^app:./],
  ['app:', /^app:[^:]/],
  [undefined, /^(?!app)./],
])(
  'on Redis, a refresh is claimed in one atomic step, below the base of the mount: %s',
  async (base, key) => {
    const claims: unknown[][] = []
    const redis = { set: async (...args: unknown[]) => claims.push(args), expire: async () => 1 }
    const driver = { ...memoryDriver(), name: 'redis', options: { base }, getInstance: () => redis }
    nitro.storage = createStorage()
    nitro.storage.mount('sessions', driver as never)
    const { browser } = await start({}, { ...api.options, storage: 'sessions' })
    await browser.signIn()
    pass(700_000)
    expect((await browser.session()).status).toBe('authenticated')
    expect(api.refreshes().total).toBe(1)
    expect(claims[0]).toEqual([
      expect.stringMatching(key),
      expect.any(String),
      'EX',
      expect.any(Number),
      'NX',
    ])
  },
)

test('work that continues after the response is registered with the request, if Nitro knows the request', async () => {
  const { browser } = await start()
  await browser.signIn()
  expect((await browser.signIn()).status).toBe(200)
  const left: Promise<unknown>[] = []
  const { event } = nitro
  nitro.event = () => ({ waitUntil: (work: Promise<unknown>) => left.push(work) })
  expect((await browser.signIn()).status).toBe(200)
  nitro.event = event
  expect(left).not.toEqual([])
  await Promise.all(left)
  const ended = api.api.journal.entries().filter(({ path }) => path === '/api/v1/logout')
  expect(ended).not.toEqual([])
})
