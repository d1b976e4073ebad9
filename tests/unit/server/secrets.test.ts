import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import type { BffOptions } from '../../../js/server/index.js'
import { browse, SECRET } from './browser.js'

const ACCESS = '1|opaque access token'
const FIRST = 'opaque/first+access-token'
const REFRESH = 'opaque-refresh-token'
const NUMBER = 12_345_678_901
const SHORT = 4711
const OTHER = 'жетон доступа'
const servers: ReturnType<typeof createServer>[] = []

afterEach(() => {
  for (const server of servers.splice(0)) server.close()
})

/** The response that a page gets for a sign-in when the API responds like this. */
async function signInAnswer(status: number, body: object, headers: Record<string, string> = {}) {
  const browser = await signInAt((_, response) => {
    response.writeHead(status, headers).end(JSON.stringify(body))
  })
  return (await browser.signIn()).text()
}

/** A browser of a server whose API responds like this. */
async function signInAt(listener: RequestListener, options: Partial<BffOptions> = {}) {
  const api = createServer(listener)
  servers.push(api)
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve))
  return browse({
    api: `http://127.0.0.1:${(api.address() as AddressInfo).port}`,
    secret: SECRET,
    signIn: '/token',
    refreshToken: 'body',
    fields: { accessToken: 'data.at', refreshToken: 'data.rt', expiresIn: 'data.ttl' },
    ...options,
  })
}

test.each<[string, number, { at?: unknown; rt?: unknown; ttl?: string }]>([
  ['a grant whose lifetime is not a number', 200, { ttl: 'soon' }],
  ['a grant whose token is no valid header value', 200, { at: ACCESS }],
  ['a refusal', 401, {}],
  ['an error of the server', 500, {}],
  ['a grant whose token is a number', 200, { at: NUMBER }],
  ['a refusal with a number for a token', 401, { at: NUMBER }],
  ['a refusal with a short number for a token', 401, { at: SHORT }],
  ['a refusal with a token of another alphabet', 401, { at: OTHER }],
  [
    'a refusal with tokens in a list and in an object',
    401,
    { at: [ACCESS], rt: { a: { [REFRESH]: [REFRESH] } } },
  ],
])('promise 3: the response for %s contains no token', async (_, status, data) => {
  const text = await signInAnswer(status, {
    data: { at: 'opaque-access-token', rt: REFRESH, ...data },
    note: `use ${REFRESH} next time`,
    by: { [REFRESH]: 1 },
    list: [`${NUMBER} and ${ACCESS}`, { number: NUMBER, [`for ${OTHER}`]: 1 }],
    hint: 'kept',
    count: 12,
  })
  // The fields of a refusal by the API are passed on. Those of a grant that this server refuses are not.
  expect(text.includes('kept')).toBe(status !== 200)
  const secrets = [data.at ?? 'opaque-access-token', REFRESH].flat()
  for (const secret of secrets) expect(text).not.toContain(String(secret))
  expect(text.includes('"count":12')).toBe(status !== 200)
})

test('promise 3: the refusal of a second sign-in contains no token of the session that the browser has', async () => {
  let count = 0
  const browser = await signInAt((_, response) => {
    count += 1
    if (count === 1) return response.end(JSON.stringify({ data: { at: FIRST, rt: REFRESH } }))
    const body = { note: `use ${FIRST}`, [FIRST]: 1, basic: btoa(`ada:${REFRESH}`), hint: 'kept' }
    response.writeHead(401).end(JSON.stringify(body))
  })
  expect((await browser.signIn()).status).toBe(200)
  const text = await (await browser.signIn()).text()
  expect(text).toContain('kept')
  for (const secret of [FIRST, REFRESH, btoa(`ada:${REFRESH}`)]) expect(text).not.toContain(secret)
})

test('promise 3: a token in the header is removed from the body of a refused grant', async () => {
  const headers = { authorization: 'Bearer opaque-access-token' }
  const text = await signInAnswer(200, { data: { ttl: 'soon' }, echo: 'opaque-access-token' }, headers)
  expect(text).not.toContain('opaque-access-token')
})

test('promise 3: a token in a header without a scheme is removed from the body of a refusal', async () => {
  const text = await signInAnswer(
    401,
    { echo: 'it is opaque-access-token' },
    { authorization: 'opaque-access-token' },
  )
  expect(text).not.toContain('opaque-access-token')
})

test('promise 3: a value that has only its type in common with a token is kept', async () => {
  const text = await signInAnswer(401, { data: { at: SHORT }, user: { id: SHORT, at: NUMBER } })
  expect(JSON.parse(text).body).toEqual({ data: {}, user: { id: SHORT, at: NUMBER } })
})

test('promise 3: an encoded token, a token in a key, and one under another name are removed from the body of a refusal', async () => {
  const secret = 'opaque/access+token'
  const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl'
  const encoded = [
    encodeURIComponent(secret),
    btoa(secret),
    btoa(`ada:${secret}`),
    JSON.stringify({ t: secret }),
  ]
  const text = await signInAnswer(401, {
    data: { at: secret },
    authToken: 'another-token-1',
    'Refresh-Token': 'another-token-2',
    note: `use ${jwt} from now on`,
    keys: Object.fromEntries(encoded.map((text) => [text, 1])),
    texts: encoded.map((text) => `it is ${text}!`),
    hint: 'kept',
  })
  expect(text).toContain('kept')
  for (const gone of [secret, jwt, 'another-token', ...encoded])
    expect(text).not.toContain(JSON.stringify(gone).slice(1, -1))
})

test('promise 3: the token of the session that the API repeats in the user, or in a refusal, reaches no page', async () => {
  const token = 'opaque-token-of-the-session'
  const browser = await signInAt(
    (request, response) => {
      const body = {
        '/token': { data: { at: token, rt: REFRESH } },
        '/me': { name: 'Ada', debug: `Bearer ${token}`, [REFRESH]: 1 },
        '/refresh': { hint: 'kept', detail: { [`spent ${REFRESH}`]: token } },
      }[request.url ?? '']
      response.writeHead(request.url === '/refresh' ? 401 : 200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(body))
    },
    { user: '/me', refresh: '/refresh' },
  )
  await browser.signIn()
  const session = await (await browser.fetch('/api/auth/session')).text()
  expect(session).toContain('Ada')
  const refused = await (await browser.json('/api/auth/refresh', { tenant: 'b' })).text()
  expect(refused).toContain('kept')
  for (const text of [session, refused]) {
    expect(text).not.toContain(token)
    expect(text).not.toContain(REFRESH)
  }
})
