import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { visitorHeaders } from '../../../js/server/visitor.js'
import { Browser, browse, fakeTime, pass, serve } from './browser.js'

const visitor = (headers: Record<string, string>, address?: string) => ({
  headers: new Headers(headers),
  address,
})
const addressOf = (headers: Record<string, string>, trustProxy?: number, address?: string) =>
  visitorHeaders(visitor(headers, address), trustProxy)['x-forwarded-for']

afterEach(() => {
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

/** Headers that any client can send. */
const SPOOFED = {
  'x-forwarded-for': '10.0.0.1',
  'x-real-ip': '10.0.0.1',
  'cf-connecting-ip': '10.0.0.1',
  'true-client-ip': '10.0.0.1',
  'x-client-ip': '10.0.0.1',
  'x-nf-client-connection-ip': '10.0.0.1',
  'fly-client-ip': '10.0.0.1',
  forwarded: 'for=10.0.0.1',
}

test('by default no header sets the address of the visitor', () => {
  expect(addressOf(SPOOFED)).toBeUndefined()
  expect(addressOf(SPOOFED, undefined, '192.0.2.1')).toBeUndefined()
})

test.each([
  ['VERCEL', '1', 'x-real-ip'],
  ['NETLIFY', 'true', 'x-nf-client-connection-ip'],
  ['FLY_APP_NAME', 'app', 'fly-client-ip'],
])('where %s is set, only the header of that platform sets the address', (name, value, header) => {
  vi.stubEnv(name, value)
  expect(addressOf({ ...SPOOFED, [header]: '192.0.2.7' })).toBe('192.0.2.7')
})

test('on Cloudflare Workers, only the header of the edge sets the address', () => {
  vi.stubGlobal('navigator', { userAgent: 'Cloudflare-Workers' })
  expect(addressOf({ ...SPOOFED, 'cf-connecting-ip': '2001:db8::1' })).toBe('2001:db8::1')
})

test.each([
  [1, '10.0.0.1, 192.0.2.1', '192.0.2.1'],
  [2, '10.0.0.1, 192.0.2.1, 172.16.0.1', '192.0.2.1'],
  [2, '192.0.2.1', undefined],
  [1, 'unknown', undefined],
  [1, '_hidden', undefined],
  [1, '192.0.2.1:4711', '192.0.2.1'],
  [1, '[2001:db8::1]:4711', '2001:db8::1'],
  [1, '::ffff:192.0.2.1', '192.0.2.1'],
  [1, '10.0.0.1\u00e9', undefined],
])('behind %i proxies, the address in %s is %s', (proxies, list, address) => {
  expect(addressOf({ ...SPOOFED, 'x-forwarded-for': list }, proxies)).toBe(address)
})

test('without a proxy, the address of the connection is used', () => {
  expect(addressOf(SPOOFED, 0, '192.0.2.9')).toBe('192.0.2.9')
  expect(addressOf(SPOOFED, 0)).toBeUndefined()
})

test('`Forwarded` contains the same address', () => {
  const of = (address: string) => visitorHeaders(visitor({ 'user-agent': 'Browser' }, address), 0)
  expect(of('192.0.2.9')).toEqual({
    'user-agent': 'Browser',
    'x-forwarded-for': '192.0.2.9',
    forwarded: 'for=192.0.2.9',
  })
  expect(of('2001:db8::1')).toMatchObject({ forwarded: 'for="[2001:db8::1]"' })
})

let seen: string[][]
let api: Awaited<ReturnType<typeof serve>>
beforeAll(async () => {
  api = await serve((request, response) => {
    const { 'user-agent': agent, 'x-forwarded-for': address, forwarded, 'x-tenant': tenant } = request.headers
    seen.push([request.url, agent, address, forwarded, tenant].map(String))
    response.end('{"access_token":"secret-token","expires_in":100}')
  })
})
beforeEach(() => {
  seen = []
})
afterAll(() => api.close())

test('the API gets the address and the user agent with every exchange and every request', async () => {
  fakeTime()
  const options = {
    ...api.options,
    refresh: '/refresh',
    signOut: '/logout',
    trustProxy: 1,
    forward: () => ({ 'X-Tenant': 'a' }),
  }
  const said = { 'user-agent': 'Browser', 'x-forwarded-for': '10.0.0.1, 192.0.2.1' }
  const browser = new Browser(browse(options).bff, said)
  await browser.signIn()
  await browser.fetch('/api/notes')
  pass(80_000)
  await browser.fetch('/api/notes', { headers: { forwarded: 'for=10.0.0.1' } })
  await browser.signOut()
  expect(seen).toEqual(
    ['/login', '/api/notes', '/refresh', '/api/notes', '/logout'].map((path) => [
      path,
      'Browser',
      '192.0.2.1',
      'for=192.0.2.1',
      'a',
    ]),
  )
})

test('the API gets the address and the user agent during rendering if the request is passed to `open`', async () => {
  const browser = browse({ ...api.options, trustProxy: 1 })
  await browser.signIn()
  const request = visitor({ 'user-agent': 'Browser', 'x-forwarded-for': '192.0.2.1' })
  await browser.bff.open(browser.cookieHeader, false, request).fetch('/api/notes')
  expect(seen.at(-1)).toEqual(['/api/notes', 'Browser', '192.0.2.1', 'for=192.0.2.1', 'undefined'])
})
