import type { RequestListener } from 'node:http'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createBff, type ServerEvent } from '../../../js/server/index.js'
import { memory } from '../../../js/server/memory.js'
import { Browser, serve } from './browser.js'

/** An API whose tokens are numbered and valid for an hour. */
let answer: RequestListener
let padding: string
let grants: number
let api: Awaited<ReturnType<typeof serve>>
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  vi.spyOn(console, 'error').mockImplementation(() => {})
  grants = 0
  padding = ''
  answer = (_, response) => void response.end('{}')
  api = await serve((request, response) => {
    if (request.url?.startsWith('/api/')) return answer(request, response)
    grants += 1
    const access_token = `token-number-${grants}${padding}`
    response.end(JSON.stringify({ access_token, expires_in: 3600, user: { name: 'Ada' } }))
  })
})
afterEach(() => {
  api.close()
  vi.useRealTimers()
  vi.restoreAllMocks()
})

async function withDueToken(more: object = {}) {
  const browser = new Browser(createBff({ ...api.options, refresh: '/refresh', ...more }))
  await browser.signIn()
  vi.setSystemTime(Date.now() + 3_000_000)
  return browser
}

test.each<[string, RequestListener]>([
  ['with an invalid status', (_, response) => void response.writeHead(999).end()],
  [
    'with a malformed redirect',
    (_, response) => void response.writeHead(302, { location: 'http://[' }).end(),
  ],
  ['that breaks off', (_, response) => void response.destroy()],
])('promise 22: a response of the API %s loses no token that was refreshed for it', async (_, listener) => {
  const browser = await withDueToken()
  answer = listener
  const response = await browser.fetch('/api/notes')
  expect(response.status).toBeGreaterThanOrEqual(400)
  expect(response.headers.get('cache-control')).toBe('private, no-store')
  memory().newest.clear()
  answer = (request, to) => void to.end(request.headers.authorization)
  expect(await (await browser.fetch('/api/notes')).text()).toBe('Bearer token-number-2')
  expect(grants).toBe(2)
})

test('promise 22: an error of the application loses no token, is logged, and is not sent to the page', async () => {
  const browser = await withDueToken({
    forward({ url }: Request) {
      if (url.endsWith('/api/notes')) throw new Error('of the application')
      return {}
    },
  })
  const response = await browser.fetch('/api/notes', {
    headers: { 'x-tokencell-session': await name(browser) },
  })
  expect([response.status, await response.text()]).toEqual([500, ''])
  expect(response.headers.getSetCookie(), 'no token was spent').toEqual([])
  expect(console.error).toHaveBeenCalledWith(expect.objectContaining({ message: 'of the application' }))
})

async function name(browser: Browser): Promise<string> {
  const info = await browser.bff.open(browser.cookieHeader, false, browser.request('/')).info()
  return info.session ?? ''
}

test('a session that is too large for its cookies is refused with `session-too-large`', async () => {
  padding = 'y'.repeat(12_000)
  const browser = new Browser(createBff(api.options))
  const response = await browser.signIn()
  expect([response.status, (await response.json()).error]).toEqual([502, 'session-too-large'])
  expect(browser.cookies.size).toBe(0)
})

test('a listener that throws changes no response', async () => {
  const events: string[] = []
  const onEvent = ({ type }: ServerEvent) => {
    events.push(type)
    throw new Error('the log is full')
  }
  const browser = await withDueToken({ onEvent })
  expect((await browser.fetch('/api/notes')).status).toBe(200)
  expect((await browser.session()).status).toBe('authenticated')
  expect((await browser.signOut()).status).toBe(200)
  expect(events).toEqual(['signed-in', 'refreshed', 'signed-out'])
  expect(console.error).toHaveBeenCalledTimes(3)
})

test('promise 14: a request whose body cannot be sent again gets its 401, and the next request gets a valid token', async () => {
  const browser = await withDueToken()
  vi.setSystemTime(Date.now() - 2_900_000)
  answer = ({ headers }, response) => {
    if (headers.authorization === 'Bearer token-number-1') response.statusCode = 401
    response.end()
  }
  const body = new Blob(['x'.repeat(300 * 1024)]).stream()
  const upload = await browser.fetch('/api/notes', { method: 'POST', body, duplex: 'half' } as RequestInit)
  expect([upload.status, upload.headers.getSetCookie().length, grants]).toEqual([401, 1, 2])
  expect((await browser.fetch('/api/notes')).status).toBe(200)
  expect(grants).toBe(2)
})

test('credentials that are too long are refused before they are read completely', async () => {
  const browser = new Browser(createBff(api.options))
  let pulled = 0
  const endless = () =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1
        controller.enqueue(new Uint8Array(32 * 1024))
      },
    })
  const post = (headers: HeadersInit = {}) =>
    browser.fetch('/api/auth/sign-in', {
      method: 'POST',
      body: endless(),
      headers,
      duplex: 'half',
    } as RequestInit)
  for (const response of [await post(), await post({ 'content-length': '1000000' })])
    expect([response.status, (await response.json()).error]).toEqual([413, 'body-too-large'])
  expect(pulled).toBeLessThan(10)
})
