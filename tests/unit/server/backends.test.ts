import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { BffOptions } from '../../../js/server/index.js'
import { browse, fakeTime, pass, SECRET, serve, startApi } from './browser.js'

beforeEach(() => void fakeTime())
afterEach(() => void vi.useRealTimers())

test.each<[string, settings: object, options: object]>([
  ['the token in the Authorization header', { tokenIn: 'header' }, {}],
  ['an opaque token with expires_in', { tokenFormat: 'opaque' }, {}],
  ['a JWT without `iat`', { omitIat: true }, {}],
  [
    'CSRF by double submit',
    { csrf: 'double-submit' },
    { csrf: { header: 'X-CSRF-Token', cookie: 'csrf_token' } },
  ],
])('promise 4: the server works with an API with %s', async (_, settings, more) => {
  const server = await startApi({ accessTtl: 2, ...settings })
  const browser = browse({ ...server.options, ...more })
  expect((await browser.signIn()).status).toBe(200)
  expect((await browser.session()).user).toMatchObject({ name: 'Ada' })
  pass(2050)
  expect((await browser.fetch('/api/v1/me')).status).toBe(200)
  expect(server.refreshes()).toMatchObject({ total: 1, ok: 1 })
  expect(await (await browser.signOut()).json()).toMatchObject({ isConfirmed: true })
  expect(server.api.state().sessions).toBe(0)
  await server.close()
})

test('promise 4: an API may take the refresh token in the body, with other field names', async () => {
  let current = 1
  const asked: unknown[] = []
  const api = createServer(async (request, response) => {
    const body = (await request.setEncoding('utf8').toArray()).join('')
    asked.push([request.method, request.url, body, request.headers.authorization])
    const token = { auth: { at: `a${current}` }, rt: `r${++current}`, ttl: 0.2, me: { name: 'Ada' } }
    response.end(JSON.stringify(request.url === '/token' ? token : { at: request.headers.authorization }))
  })
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve))
  const browser = browse({
    api: `http://127.0.0.1:${(api.address() as AddressInfo).port}`,
    secret: SECRET,
    signIn: '/token',
    refresh: { method: 'PUT', path: '/token' },
    signOut: '/revoke',
    refreshToken: 'body',
    fields: { accessToken: 'auth.at', refreshToken: 'rt', expiresIn: 'ttl', user: 'me' },
    proxy: ['/me'],
  })
  const answer = await (await browser.signIn()).text()
  expect(answer).not.toMatch(/"a1"|"r2"/)
  pass(250)
  expect(await (await browser.fetch('/me')).json()).toEqual({ at: 'Bearer a2' })
  await browser.signOut()
  expect(asked.slice(1)).toEqual([
    ['PUT', '/token', '{"rt":"r2"}', undefined],
    ['GET', '/me', '', 'Bearer a2'],
    ['POST', '/revoke', '{"rt":"r3"}', 'Bearer a2'],
  ])
  api.close()
})

test('an API that wraps the fields of its responses gets the refresh token without the wrapper', async () => {
  const asked: string[] = []
  const api = await serve(async (request, response) => {
    asked.push((await request.setEncoding('utf8').toArray()).join(''))
    response.end('{"data":{"access_token":"a1","refresh_token":"r1","expires_in":"0.2"}}')
  })
  const fields = {
    accessToken: 'data.access_token',
    refreshToken: 'data.refresh_token',
    expiresIn: 'data.expires_in',
  }
  const browser = browse({ ...api.options, refresh: '/refresh', refreshToken: 'body', fields })
  expect((await browser.signIn()).status).toBe(200)
  pass(250)
  await browser.fetch('/api/me')
  expect(asked[1]).toBe('{"refresh_token":"r1"}')
  api.close()
})

test.each([
  [{}, 'Bearer a|1', 'Bearer a|1'],
  [{ scheme: 'Token' }, 'Token a|1', 'Token a|1'],
  [{ scheme: 'JWT' }, 'bearer a|1', 'JWT a|1'],
  [{ scheme: '' }, 'a|1', 'a|1'],
])(
  'with %j and a response with Authorization: %s, requests are sent with Authorization: %s',
  async (options, given, sent) => {
    let seen: string | undefined
    const api = await serve((request, response) => {
      seen = request.headers.authorization
      response.setHeader('authorization', given).end('{}')
    })
    const browser = browse({ ...api.options, ...options })
    expect((await browser.signIn()).status).toBe(200)
    await browser.fetch('/api/me')
    expect(seen).toBe(sent)
    api.close()
  },
)

test('a refresh token in the Authorization header has the scheme, and the sign-out sends the access token', async () => {
  const asked: unknown[] = []
  const api = await serve((request, response) => {
    asked.push([request.url, request.headers.authorization])
    response.end('{"access_token":"a1","refresh_token":"r1","expires_in":0.2}')
  })
  const refreshToken = { header: 'Authorization' }
  const browser = browse({ ...api.options, refresh: '/refresh', signOut: '/logout', refreshToken })
  await browser.signIn()
  pass(250)
  await browser.fetch('/api/me')
  await browser.signOut()
  expect(asked.slice(1)).toEqual([
    ['/refresh', 'Bearer r1'],
    ['/api/me', 'Bearer a1'],
    ['/logout', 'Bearer a1'],
  ])
  api.close()
})

test('endpoints may have their own fields in the body, encoding, CSRF rule and response fields', async () => {
  const asked: unknown[][] = []
  const api = await serve(async (request, response) => {
    const body = (await request.setEncoding('utf8').toArray()).join('')
    asked.push([request.url, request.headers['content-type'], request.headers['x-csrf'], body])
    const isSignIn = request.url === '/login'
    response.setHeader('set-cookie', ['csrf_a=access%3D%3D', 'csrf_r=refresh'])
    response.end(isSignIn ? '{"access":"a1","refresh":"r 1","expires_in":0.2}' : '{"token":"a2"}')
  })
  const browser = browse({
    ...api.options,
    signIn: { path: '/login', encoding: 'form', body: { grant_type: 'password' } },
    refresh: {
      path: '/refresh',
      encoding: 'form',
      body: { grant_type: 'refresh_token', client_id: 'web' },
      csrf: { header: 'X-CSRF', cookie: 'csrf_r' },
      fields: { accessToken: 'token' },
    },
    signOut: { path: '/logout', body: { client_id: 'web' } },
    csrf: { header: 'X-CSRF', cookie: 'csrf_a' },
    fields: { accessToken: 'access', refreshToken: 'refresh' },
    refreshToken: { body: 'refresh_token' },
  })
  expect((await browser.signIn()).status).toBe(200)
  pass(250)
  expect((await browser.fetch('/api/me')).status).toBe(200)
  await browser.signOut()
  const form = 'application/x-www-form-urlencoded'
  expect(asked.filter(([url]) => url !== '/api/me')).toEqual([
    ['/login', form, undefined, 'grant_type=password&email=ada%40example.com&password=correct+horse'],
    ['/refresh', form, 'refresh', 'grant_type=refresh_token&client_id=web&refresh_token=r+1'],
    ['/logout', 'application/json', 'access==', '{"client_id":"web","refresh_token":"r 1"}'],
  ])
  api.close()
})

test.each<[string, answer: [status: number, headers: object, body: string], expected: object]>([
  ['404', [404, {}, '{}'], { error: 'status-unexpected', status: 404 }],
  ['302', [302, { location: '/login' }, ''], { error: 'redirected', status: 302 }],
  ['no token', [200, {}, '{}'], { error: 'token-missing', status: 200 }],
  [
    'a lifetime in words',
    [200, {}, '{"access_token":"a","expires_in":"soon"}'],
    { error: 'lifetime-invalid' },
  ],
  ['503', [503, {}, ''], { error: 'unreachable', status: 503 }],
])(
  'a refresh with the response %s fails with its own error code, and the session continues',
  async (_, [status, headers, body], expected) => {
    const api = await serve((request, response) => {
      if (request.url !== '/refresh') return void response.end('{"access_token":"a1","expires_in":0.2}')
      response.writeHead(status, headers as Record<string, string>).end(body)
    })
    const events: object[] = []
    const browser = browse({ ...api.options, refresh: '/refresh', onEvent: (event) => events.push(event) })
    await browser.signIn()
    pass(250)
    expect(await (await browser.fetch('/api/me')).json()).toMatchObject(expected)
    const { error: code } = expected as { error: string }
    const failure = code === 'unreachable' ? code : 'malformed'
    expect(events).toContainEqual({
      type: 'refresh-failed',
      session: expect.any(String),
      failure,
      code,
      status,
      willRetry: true,
    })
    expect((await browser.session()).status).toBe('authenticated')
    api.close()
  },
)

test('`refresh.endsOn` sets the statuses that end a session', async () => {
  const api = await serve((request, response) => {
    if (request.url === '/refresh') response.statusCode = 404
    response.end('{"access_token":"a1","expires_in":0.2}')
  })
  const browser = browse({ ...api.options, refresh: { path: '/refresh', endsOn: [401, 404] } })
  await browser.signIn()
  pass(250)
  expect(await browser.session()).toMatchObject({ status: 'unauthenticated', reason: 'revoked' })
  api.close()
})

test.each([
  [undefined, true],
  ['/api/me', true],
  ['/api/session', false],
])(
  'without a refresh and with check %s, a 401 to a request with the token ends the session: %s',
  async (check, ends) => {
    const api = await serve((request, response) => {
      if (request.url === '/login') return void response.end('{"access_token":"a1"}')
      response.writeHead(401).end('{"reason":"by_admin","detail":"kept"}')
    })
    const browser = browse({ ...api.options, ...(check && { check }) })
    await browser.signIn()
    expect((await browser.fetch('/api/me')).status).toBe(401)
    expect((await browser.session()).status, 'the token is younger than 1 s').toBe('authenticated')
    pass(1100)
    const refused = await browser.fetch('/api/me?a=1')
    expect([refused.status, await refused.json()]).toMatchObject([401, { detail: 'kept' }])
    const ended = { status: 'unauthenticated', reason: 'revoked', serverReason: 'by_admin' }
    expect(await browser.session()).toMatchObject(ends ? ended : { status: 'authenticated' })
    api.close()
  },
)

test('when a sign-in gets a redirect, the error names its target without the query', async () => {
  const api = await serve((_, response) => {
    response.writeHead(302, { location: '/accounts/login/?next=secret' }).end()
  })
  const answer = await (await browse(api.options).signIn()).json()
  expect(answer.error).toBe('redirected')
  expect(answer.message).toMatch(
    /^signIn: .* The redirect goes to http:\/\/127\.0\.0\.1:\d+\/accounts\/login\/\.$/,
  )
  api.close()
})

test.each<[string, BffOptions['refreshToken'], string, number | string]>([
  ['in a body', 'body', 'ü and a space', 200],
  ['in a header', { header: 'X-Refresh' }, 'ü and a space', 'fields.refreshToken'],
  ['that is not used', 'cookie', 'a\nb', 200],
])('a refresh token %s is refused only if it cannot be sent', async (_, refreshToken, token, outcome) => {
  const api = await serve(
    (_, response) => void response.end(JSON.stringify({ access_token: 'a', refresh_token: token })),
  )
  const response = await browse({
    ...api.options,
    refresh: '/refresh',
    ...(refreshToken && { refreshToken }),
  }).signIn()
  const { message = '' } = await response.json()
  if (typeof outcome === 'number') expect(response.status).toBe(outcome)
  else expect(message).toContain(outcome)
  api.close()
})

test.each([
  ['no usable token', { access_token: 7, user: {} }, 'token-missing'],
  ['a token that no header can hold', { access_token: 'a\nb' }, 'token-malformed'],
  ['a token that is too large', { access_token: 'x'.repeat(70_000) }, 'token-too-large'],
  ['a negative lifetime', { access_token: 'a', expires_in: -1 }, 'lifetime-invalid'],
  ['a lifetime in words', { access_token: 'a', expires_in: 'soon' }, 'lifetime-invalid'],
])('a token response with %s fails with its code and reveals no token', async (_, body, code) => {
  const api = createServer((_, response) => void response.end(JSON.stringify(body)))
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve))
  const { port } = api.address() as AddressInfo
  const browser = browse({ api: `http://127.0.0.1:${port}`, secret: SECRET, signIn: '/login' })
  const response = await browser.signIn()
  const text = await response.text()
  expect([response.status, JSON.parse(text).error]).toEqual([502, code])
  expect(text).not.toContain('xxxx')
  expect(browser.cookies.size).toBe(0)
  api.close()
})

test('promise 24: a token that the API puts into the user is removed from the session that pages get', async () => {
  const token = 'canary-inside-the-user'
  const api = createServer((_, response) => {
    const user = { name: 'Ada', token, refresh_token: `${token}-too`, link: `/welcome?key=${token}` }
    response.end(JSON.stringify({ user, expires_in: 60 }))
  })
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve))
  const browser = browse({
    api: `http://127.0.0.1:${(api.address() as AddressInfo).port}`,
    secret: SECRET,
    signIn: '/token',
    fields: { accessToken: 'user.token' },
  })
  expect((await browser.signIn()).status).toBe(200)
  expect((await browser.session()).user).toEqual({ name: 'Ada' })
  api.close()
})

test('promise 4: cookies of the API are sent back unchanged, well-formed or not', async () => {
  const seen: (string | undefined)[] = []
  const api = createServer((request, response) => {
    seen.push(request.headers.cookie)
    response.setHeader('set-cookie', ['rt=1', 'greeting=hello world', 'quoted="a b"', 'latin=\u00fc'])
    // In bytes: with a string as body, Node would send the headers in UTF-8, too.
    response.end(Buffer.from('{"access_token":"secret-token","expires_in":0.01}'))
  })
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve))
  const { port } = api.address() as AddressInfo
  const options = { api: `http://127.0.0.1:${port}`, secret: SECRET, signIn: '/login', signOut: '/logout' }
  const browser = browse({ ...options, refresh: '/refresh' })
  await browser.signIn()
  expect(await (await browser.signOut()).json()).toMatchObject({ isConfirmed: true })
  expect(seen.at(-1)).toBe('rt=1; greeting=hello world; quoted="a b"; latin=\u00fc')
  api.close()
})

test('an API may return the user as the whole body, and take the refresh token in a header', async () => {
  let refresh = 'r1'
  const given: unknown[] = []
  const api = createServer((request, response) => {
    given.push([
      request.method,
      request.url,
      request.headers['x-refresh-token'],
      request.headers.authorization,
    ])
    const isRefresh = request.url === '/refresh'
    if (isRefresh) refresh = 'r2'
    response.end(JSON.stringify({ access: `a-${refresh}`, refresh, expires_in: 0.2, name: 'Ada' }))
  })
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve))
  const browser = browse({
    api: `http://127.0.0.1:${(api.address() as AddressInfo).port}`,
    secret: SECRET,
    allowInsecureHttp: true,
    signIn: '/login',
    refresh: '/refresh',
    refreshToken: { header: 'X-Refresh-Token' },
    fields: { accessToken: 'access', refreshToken: 'refresh', user: '' },
    proxy: ['GET /me'],
  })
  await browser.signIn()
  expect((await browser.session()).user).toEqual({ expires_in: 0.2, name: 'Ada' })
  pass(220)
  await browser.fetch('/me')
  expect(given).toEqual([
    ['POST', '/login', undefined, undefined],
    ['POST', '/refresh', 'r1', undefined],
    ['GET', '/me', undefined, 'Bearer a-r2'],
  ])
  api.close()
})
