import ky from 'ky'
import createClient from 'openapi-fetch'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { RequestSession } from '../../../js/server/index.js'
import { browse, fakeTime, pass, serve } from './browser.js'

interface Seen {
  method: string
  url: string
  headers: Record<string, string | string[] | undefined>
  body: string
}

let seen: Seen[]
let revoked: boolean
let api: Awaited<ReturnType<typeof serve>>
let session: RequestSession
beforeEach(async () => {
  seen = []
  revoked = false
  let tokens = 0
  api = await serve(async (request, response) => {
    const body = (await request.setEncoding('latin1').toArray()).join('')
    const { method = '', url = '', headers } = request
    if (url === '/login' || url === '/refresh') {
      revoked = false
      tokens += 1
      return response.end(`{"access_token":"token-${tokens}"}`)
    }
    seen.push({ method, url, headers, body })
    if (url === '/api/moved') return response.writeHead(307, { location: '/api/here' }).end()
    response.writeHead(revoked ? 401 : 200, { 'content-type': 'application/json' }).end('{"ok":true}')
  })
  fakeTime()
  const browser = browse({ ...api.options, refresh: '/refresh' })
  await browser.signIn()
  session = browser.bff.open(browser.cookieHeader, true, browser.request('/'))
})
afterEach(() => {
  api.close()
  vi.useRealTimers()
})

const post = (body: BodyInit, more: RequestInit = {}) =>
  new Request(`${api.url}/api/notes`, { method: 'POST', body, ...more })

/** Makes the API refuse the token. The token is then old enough for a refresh. */
function revoke() {
  pass(2000)
  revoked = true
}

test('promise 12: a `Request` is sent unchanged, with the token', async () => {
  const request = post('{"a":1}', { headers: { 'content-type': 'application/json', 'x-own': 'a' } })
  expect(await (await session.fetch(request)).json()).toEqual({ ok: true })
  expect(seen).toEqual([
    {
      method: 'POST',
      url: '/api/notes',
      body: '{"a":1}',
      headers: expect.objectContaining({
        authorization: 'Bearer token-1',
        'content-length': '7',
        'content-type': 'application/json',
        'x-own': 'a',
      }),
    },
  ])
})

test('promise 12: fields of `init` replace those of the `Request`', async () => {
  await session.fetch(post('a', { headers: { 'x-own': 'a' } }), {
    method: 'PUT',
    body: 'b',
    headers: { 'x-other': 'b' },
  })
  expect(seen).toMatchObject([{ method: 'PUT', body: 'b', headers: { 'x-other': 'b' } }])
  expect(seen[0]?.headers['x-own']).toBeUndefined()
})

test('promise 12: the signal of a `Request` aborts it', async () => {
  const abort = new AbortController()
  abort.abort(new RangeError('enough'))
  await expect(session.fetch(post('a', { signal: abort.signal }))).rejects.toThrow('enough')
  expect(seen).toEqual([])
})

test('promise 13: a `Request` for another origin gets no token, and is not sent', async () => {
  const outside = { code: 'endpoint-outside-origins' }
  await expect(session.fetch(new Request('https://evil.test/'))).rejects.toMatchObject(outside)
})

test.each([
  ['a text', () => 'note'],
  ['a form', () => new URLSearchParams('a=note')],
  ['bytes', () => new TextEncoder().encode('note')],
])('promise 14: the body of a `Request` is sent again after a 401: %s', async (_, body) => {
  revoke()
  expect((await session.fetch(post(body()))).status).toBe(200)
  expect(seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer token-1', 'Bearer token-2'])
  expect(seen[1]?.body).toContain('note')
  expect(seen[1]?.body).toBe(seen[0]?.body)
})

test('promise 14: a `Request` with a body that is too long to keep has its length, and its 401 goes to the caller', async () => {
  revoke()
  const response = await session.fetch(post(new Uint8Array(3_000_000)))
  expect(response.status).toBe(401)
  expect(seen.map(({ headers }) => headers['content-length'])).toEqual(['3000000'])
})

test('promise 12: the body of a `Request` is sent again after a redirect that keeps the method', async () => {
  const response = await session.fetch(new Request(`${api.url}/api/moved`, { method: 'POST', body: 'a' }))
  expect([response.redirected, response.url]).toEqual([true, `${api.url}/api/here`])
  expect(seen.map(({ url, body }) => [url, body])).toEqual([
    ['/api/moved', 'a'],
    ['/api/here', 'a'],
  ])
})

test('a request with its own `Authorization` header gets no token, and its 401 causes no refresh', async () => {
  revoke()
  const headers = { authorization: 'Basic b3du' }
  expect((await session.fetch('/api/notes', { headers })).status).toBe(401)
  expect(seen.map((one) => one.headers.authorization)).toEqual(['Basic b3du'])
})

test('ky and openapi-fetch, which pass a `Request`, work with `session.fetch`', async () => {
  revoke()
  const { fetch } = session
  const client = createClient<Record<string, never>>({ baseUrl: api.url, fetch }) as unknown as {
    POST(path: string, init: object): Promise<{ data?: unknown }>
  }
  expect((await client.POST('/api/notes', { body: { a: 1 } })).data).toEqual({ ok: true })
  expect(await ky.post(`${api.url}/api/notes`, { fetch, json: { a: 2 } }).json()).toEqual({ ok: true })
  expect(seen.map(({ body }) => body)).toEqual(['{"a":1}', '{"a":1}', '{"a":2}'])
})
