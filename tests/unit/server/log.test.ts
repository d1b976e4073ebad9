import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type BffOptions, createBff, type ServerEvent } from '../../../js/server/index.js'
import { createLog } from '../../../js/server/log.js'
import { Browser, browse, fakeTime, pass, SECRET, serve } from './browser.js'

let lines: string[]
beforeEach(() => {
  lines = []
  fakeTime()
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

test('an unreachable API is logged in one line, and not once per request', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation((line) => void lines.push(line))
  const api = await serve((_, response) => void response.end('{"access_token":"secret-token"}'))
  const events: ServerEvent[] = []
  const browser = browse({ ...api.options, onEvent: (event) => events.push(event) })
  await browser.signIn()
  api.close()
  for (let times = 0; times < 5; times += 1) expect((await browser.fetch('/api/notes')).status).toBe(503)
  expect(lines).toEqual([expect.stringMatching(/^tokencell: .*unreachable.*(ECONNREFUSED|UND_ERR_SOCKET)/)])
  expect(lines[0]).toContain(api.url)
  expect(events.filter(({ type }) => type === 'request-failed')).toHaveLength(5)
  pass(61_000)
  await browser.fetch('/api/notes')
  expect(lines[1]).toMatch(/4 more times since the last line/)
  expect(log).toHaveBeenCalledTimes(2)
})

test('no line contains a token, a cookie, a user or the message of an error', async () => {
  vi.spyOn(console, 'error').mockImplementation((line) => void lines.push(line))
  const secret = 'secret-token'
  vi.stubGlobal('fetch', () => {
    throw new TypeError(`invalid header value: Bearer ${secret}`, { cause: new Error(secret) })
  })
  const browser = browse({ api: 'http://localhost:1', secret: SECRET, signIn: '/login', proxy: ['/api/**'] })
  expect((await browser.fetch('/api/notes')).status).toBe(503)
  vi.unstubAllGlobals()
  expect(lines).toHaveLength(1)
  expect(lines.join()).not.toContain(secret)
})

test.each([
  [{ type: 'store-failed', error: { name: 'Error', code: 'ETIMEDOUT' } }, /store.*ETIMEDOUT/],
  [
    { type: 'refresh-failed', session: 'a', failure: 'malformed', code: 'token-missing', willRetry: true },
    /token-missing.*fields\.accessToken/,
  ],
  [
    { type: 'request-failed', code: 'unreachable', error: { name: 'Error', code: 'CERT_HAS_EXPIRED' } },
    /CERT_HAS_EXPIRED/,
  ],
] as [ServerEvent, RegExp][])('a line names the cause and the fix: %j', (event, line) => {
  createLog('https://api.test', (text) => lines.push(text))(event)
  expect(lines).toEqual([expect.stringMatching(line)])
})

test('in development, applications on two ports of one host use two cookies, unless the name of the cookie is set', async () => {
  const api = await serve((_, response) => void response.end('{"access_token":"secret-token"}'))
  vi.stubEnv('NODE_ENV', 'development')
  const jar = new Map<string, string>()
  const at = (port: number, more: Partial<BffOptions> = {}) =>
    Object.assign(
      new Browser(createBff({ ...api.options, secret: `${port} ${SECRET}`, ...more }), {
        host: `localhost:${port}`,
      }),
      { cookies: jar },
    )
  const apps = [at(3000), at(3001)]
  for (const app of apps) await app.signIn()
  expect([...jar.keys()]).toEqual(['__Host-tokencell-3000', '__Host-tokencell-3001'])
  for (const app of apps) expect(await app.session()).toMatchObject({ status: 'authenticated' })
  // A production build on this machine, and a server behind a proxy.
  vi.stubEnv('NODE_ENV', 'production')
  jar.clear()
  await at(3000).signIn()
  vi.stubEnv('NODE_ENV', 'development')
  await at(3000, { cookie: { name: 'mine' } }).signIn()
  expect([...jar.keys()]).toEqual(['__Host-tokencell', '__Host-mine'])
  vi.unstubAllEnvs()
  api.close()
})

test('in development, a cookie that another application on the same host has set is reported', async () => {
  const api = await serve((_, response) => void response.end('{"access_token":"secret-token"}'))
  const log = vi.spyOn(console, 'error').mockImplementation((line) => void lines.push(line))
  const browser = browse({ ...api.options, cookie: { name: 'one' } })
  await browser.signIn()
  const other = (name: string) => browse({ ...api.options, secret: `another ${SECRET}`, cookie: { name } })
  const seenBy = (app: ReturnType<typeof browse>) =>
    app.bff.open(browser.cookieHeader, false, browser.request('/')).read()
  await seenBy(other('two'))
  expect(lines).toEqual([])
  vi.stubEnv('NODE_ENV', 'production')
  await seenBy(other('one'))
  expect(lines).toEqual([])
  vi.stubEnv('NODE_ENV', 'development')
  await seenBy(other('one'))
  vi.unstubAllEnvs()
  expect(lines).toEqual([expect.stringContaining('cookie.name')])
  log.mockRestore()
  api.close()
})

test.each([
  { type: 'signed-in', session: 'a' },
  { type: 'refreshed', session: 'a', generation: 2 },
  { type: 'refresh-failed', session: 'a', failure: 'refused', code: null, willRetry: false },
] as ServerEvent[])('an event without a failure logs no line: %j', (event) => {
  createLog('https://api.test', (text) => lines.push(text))(event)
  expect(lines).toEqual([])
})

test('a custom logger gets the lines, and `false` disables them', async () => {
  const console_ = vi.spyOn(console, 'error').mockImplementation(() => {})
  for (const logger of [(line: string) => void lines.push(line), false as const]) {
    const browser = browse({
      api: 'http://localhost:1',
      secret: SECRET,
      signIn: '/login',
      proxy: ['/**'],
      logger,
    })
    await browser.fetch('/notes')
  }
  expect(lines).toHaveLength(1)
  expect(console_).not.toHaveBeenCalled()
})
