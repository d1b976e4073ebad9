import { setTimeout } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { bearer, claimsOf, openBrowser, textOf, tokenIn } from './browser.js'
import { keep } from './kept.js'
import { startS1 } from './s1-devise-jwt.js'
import { startS2 } from './s2-rails-jwt.js'
import { startS3 } from './s3-express.js'
import { ADA, BOB } from './users.js'

describe('S3, Express with a refresh cookie', () => {
  const login = { body: ADA }
  const start = async (options?: Parameters<typeof startS3>[0]) => keep(await startS3(options))

  test('a sign-in answers with a token and the user, and sets a cookie for a week', async () => {
    const { send } = await start()
    const reply = await send('POST', '/api/auth/login', login)
    expect(reply.body).toEqual({
      accessToken: expect.any(String),
      user: { id: 1, email: ADA.email, role: 'admin' },
    })
    expect(reply.set).toEqual([
      expect.stringMatching(
        /^refreshToken=[\w-]+; Max-Age=604800; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Strict$/,
      ),
    ])
    const { sub, role, iat, exp } = claimsOf(textOf(reply, 'accessToken'))
    expect({ sub, role, seconds: Number(exp) - Number(iat) }).toEqual({ sub: 1, role: 'admin', seconds: 900 })
  })

  test('a refresh answers with the token and nothing else, and its cookie is refused a second time', async () => {
    const { send, system } = await start()
    const spent = (await send('POST', '/api/auth/login', login)).set[0]?.split(';')[0] ?? ''
    const reply = await send('POST', '/api/auth/refresh')
    expect(reply.body).toEqual({ accessToken: expect.any(String) })
    expect(reply.set).toHaveLength(1)
    const stranger = openBrowser(system.url)
    expect((await stranger.send('POST', '/api/auth/refresh', { headers: { cookie: spent } })).status).toBe(
      401,
    )
    expect((await send('POST', '/api/auth/refresh')).status).toBe(200)
  })

  test('a sign-out wants a valid bearer token, and ends the session', async () => {
    const { send } = await start()
    const token = textOf(await send('POST', '/api/auth/login', login), 'accessToken')
    expect((await send('POST', '/api/auth/logout')).status).toBe(401)
    expect((await send('POST', '/api/auth/logout', { headers: bearer(`${token}x`) })).status).toBe(401)
    expect((await send('POST', '/api/auth/logout', { headers: bearer(token) })).status).toBe(200)
    expect((await send('POST', '/api/auth/refresh')).status).toBe(401)
  })

  test('401 is for the token, 403 for the role, which the next refresh updates', async () => {
    const { send, system } = await start()
    const token = textOf(await send('POST', '/api/auth/login', { body: BOB }), 'accessToken')
    const admin = (token: string) => send('GET', '/api/admin/users', { headers: bearer(token) })
    expect([(await admin('none')).status, (await admin(token)).status]).toEqual([401, 403])
    system.setRole(BOB.email, 'admin')
    expect((await admin(token)).status).toBe(403)
    expect((await admin(textOf(await send('POST', '/api/auth/refresh'), 'accessToken'))).status).toBe(200)
  })

  test('a sign-up begins a session; a taken address is refused', async () => {
    const { send } = await start()
    const body = { email: 'eve@example.com', password: 'long enough' }
    const reply = await send('POST', '/api/auth/register', { body })
    expect([reply.status, reply.body, reply.set.length]).toEqual([
      201,
      { accessToken: expect.any(String), user: { id: 3, email: body.email, role: 'user' } },
      1,
    ])
    expect((await send('POST', '/api/auth/register', { body })).status).toBe(400)
  })

  test('after a forced sign-out the cookie is refused, and the token is valid until it expires', async () => {
    const { send, system } = await start({ lifetime: 60 })
    const token = textOf(await send('POST', '/api/auth/login', login), 'accessToken')
    system.forceLogout(ADA.email)
    const headers = bearer(token)
    expect((await send('GET', '/api/auth/me', { headers })).body).toEqual({
      id: 1,
      email: ADA.email,
      role: 'admin',
    })
    expect((await send('POST', '/api/auth/refresh')).status).toBe(401)
    system.rotateSecret()
    expect((await send('GET', '/api/auth/me', { headers })).status).toBe(401)
  })

  test('CORS allows credentials to the origins it knows', async () => {
    const { send } = await start({ origins: ['http://page.test'] })
    const allowed = await send('POST', '/api/auth/login', {
      ...login,
      headers: { origin: 'http://page.test' },
    })
    expect(allowed.headers.get('access-control-allow-origin')).toBe('http://page.test')
    expect(allowed.headers.get('access-control-allow-credentials')).toBe('true')
    const other = await send('POST', '/api/auth/login', { ...login, headers: { origin: 'http://evil.test' } })
    expect(other.headers.get('access-control-allow-origin')).toBeNull()
  })

  test('its sessions outlive a time in which it is down', async () => {
    const { send, system } = await start()
    await send('POST', '/api/auth/login', login)
    await system.unplug()
    await expect(send('POST', '/api/auth/refresh')).rejects.toThrow()
    await system.plug()
    expect((await send('POST', '/api/auth/refresh')).status).toBe(200)
    expect(system.log).toEqual(['POST /api/auth/login 200', 'POST /api/auth/refresh 200'])
  })
})

describe('S1, Rails with devise-jwt', () => {
  const page = 'http://page.test'
  const login = { body: { user: ADA }, headers: { origin: page } }
  const start = async (options?: Parameters<typeof startS1>[0]) =>
    keep(await startS1({ ...options, origins: [page] }))
  const data = { id: 1, email: ADA.email, created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) }

  test('a sign-in answers with the token in a header, which CORS exposes without credentials', async () => {
    const { send } = await start()
    const reply = await send('POST', '/api/v1/login', login)
    expect(reply.body).toEqual({ status: { code: 200, message: expect.any(String) }, data })
    expect(claimsOf(tokenIn(reply))).toMatchObject({ sub: '1', role: 'admin', jti: expect.any(String) })
    expect(reply.headers.get('access-control-allow-origin')).toBe(page)
    expect(reply.headers.get('access-control-expose-headers')).toBe('Authorization')
    expect(reply.headers.has('access-control-allow-credentials')).toBe(false)
    expect(reply.set).toEqual([])
    const wanted = {
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'authorization',
    }
    const preflight = await send('OPTIONS', '/api/v1/me', { headers: { origin: page, ...wanted } })
    expect(preflight.headers.get('access-control-allow-headers')).toBe('authorization')
  })

  test('a sign-up brings a token, too; there is no refresh', async () => {
    const { send } = await start()
    const user = { email: 'eve@example.com', password: 'long enough' }
    const reply = await send('POST', '/api/v1/signup', { body: { user } })
    const headers = bearer(tokenIn(reply))
    expect((await send('GET', '/api/v1/me', { headers })).body).toMatchObject({ data: { email: user.email } })
    expect((await send('POST', '/api/v1/signup', { body: { user } })).status).toBe(422)
    expect((await send('POST', '/api/v1/refresh', { headers })).status).toBe(404)
  })

  test('a sign-out, a forced one and another role end the sessions on all devices', async () => {
    const { send, system } = await start()
    const signIn = async () => tokenIn(await send('POST', '/api/v1/login', { body: { user: BOB } }))
    const admin = async (token: string) =>
      (await send('GET', '/api/v1/admin/users', { headers: bearer(token) })).status
    for (const end of [
      (token: string) => send('DELETE', '/api/v1/logout', { headers: bearer(token) }),
      () => system.forceLogout(BOB.email),
      () => system.setRole(BOB.email, 'admin'),
    ]) {
      const [here, there] = [await signIn(), await signIn()]
      expect([await admin(here), await admin(there)]).toEqual([403, 403])
      await end(here)
      expect([await admin(here), await admin(there)]).toEqual([401, 401])
    }
    const promoted = await signIn()
    expect([claimsOf(promoted).role, await admin(promoted)]).toEqual(['admin', 200])
  })

  test('a sign-out without a token, or with an expired one, answers 204 and revokes nothing', async () => {
    const { send, system } = await start({ lifetime: 1 })
    const signIn = async () => tokenIn(await send('POST', '/api/v1/login', login))
    const me = async (token: string) => (await send('GET', '/api/v1/me', { headers: bearer(token) })).status
    const expired = await signIn()
    await expect.poll(() => me(expired), { timeout: 3000 }).toBe(401)
    const newest = await signIn()
    for (const headers of [{}, bearer(expired)])
      expect((await send('DELETE', '/api/v1/logout', { headers })).status).toBe(204)
    expect(await me(newest)).toBe(200)
    expect(system.log.filter((line) => line.startsWith('DELETE'))).toHaveLength(2)
  })
})

describe('S2, Rails with tokens of its own', () => {
  const start = async (options?: Parameters<typeof startS2>[0]) => keep(await startS2(options))
  const user = { id: 1, email: ADA.email, name: 'Ada', role: 'admin' }

  test('a refresh brings both tokens and no user, and spends its token', async () => {
    const { send } = await start()
    const reply = await send('POST', '/login', { body: ADA })
    const pair = { access_token: expect.any(String), refresh_token: expect.any(String) }
    expect([reply.body, reply.set]).toEqual([{ ...pair, user }, []])
    const body = { refresh_token: textOf(reply, 'refresh_token') }
    const next = await send('POST', '/refresh', { body })
    expect(next.body).toEqual(pair)
    expect((await send('POST', '/refresh', { body })).status).toBe(401)
    const newest = { body: { refresh_token: textOf(next, 'refresh_token') } }
    expect((await send('POST', '/logout', newest)).status).toBe(204)
    expect((await send('POST', '/refresh', newest)).status).toBe(401)
  })

  test('a refresh for a user who is gone is answered with 404', async () => {
    const { send, system } = await start()
    const reply = await send('POST', '/signup', {
      body: { email: 'eve@example.com', password: 'long enough' },
    })
    system.removeUser('eve@example.com')
    const headers = bearer(textOf(reply, 'access_token'))
    expect((await send('GET', '/me', { headers })).status).toBe(401)
    const body = { refresh_token: textOf(reply, 'refresh_token') }
    expect((await send('POST', '/refresh', { body })).status).toBe(404)
  })

  test('a new secret refuses the access tokens, and the refresh tokens go on', async () => {
    const { send, system } = await start()
    const reply = await send('POST', '/login', { body: ADA })
    system.rotateSecret()
    const me = async (token: string) => (await send('GET', '/me', { headers: bearer(token) })).status
    expect(await me(textOf(reply, 'access_token'))).toBe(401)
    const body = { refresh_token: textOf(reply, 'refresh_token') }
    expect(await me(textOf(await send('POST', '/refresh', { body }), 'access_token'))).toBe(200)
  })

  test('the eleventh sign-in is answered with 429, without Retry-After', async () => {
    const { send } = await start()
    const wrong = { body: { ...ADA, password: 'wrong' } }
    for (let count = 0; count < 10; count++) expect((await send('POST', '/login', wrong)).status).toBe(401)
    const reply = await send('POST', '/login', { body: ADA })
    expect([reply.status, reply.headers.has('retry-after')]).toEqual([429, false])
  })

  test('with a session, a write without the CSRF token is answered with 422', async () => {
    const { send } = await start()
    expect((await send('POST', '/session', { body: ADA })).status).toBe(422)
    const first = { 'x-csrf-token': textOf(await send('GET', '/csrf'), 'csrf_token') }
    const reply = await send('POST', '/session', { body: ADA, headers: first })
    expect(reply.body).toEqual({ user, csrf_token: expect.any(String) })
    expect(reply.set).toEqual([
      expect.stringMatching(/^_s2_session=[\w-]+; path=\/; HttpOnly; SameSite=Lax$/),
    ])
    const post = async (headers = {}) => (await send('POST', '/notes', { body: {}, headers })).status
    expect([await post(), await post(first)]).toEqual([422, 422])
    expect(await post({ 'x-csrf-token': textOf(reply, 'csrf_token') })).toBe(201)
    const html = (await send('GET', '/', { headers: { accept: 'text/html' } })).body
    const [, meta = ''] = /<meta name="csrf-token" content="([\w-]+)"/.exec(String(html)) ?? []
    expect(meta).not.toBe(textOf(reply, 'csrf_token'))
    expect(await post({ 'x-csrf-token': meta })).toBe(201)
    expect((await send('DELETE', '/session', { headers: { 'x-csrf-token': meta } })).status).toBe(204)
    expect((await send('GET', '/me')).status).toBe(401)
  })

  test('a request has its bearer token, else its session', async () => {
    const { send } = await start()
    const headers = { 'x-csrf-token': textOf(await send('GET', '/csrf'), 'csrf_token') }
    await send('POST', '/session', { body: BOB, headers })
    const token = textOf(await send('POST', '/login', { body: ADA }), 'access_token')
    const me = async (headers = {}) => (await send('GET', '/me', { headers })).body
    expect(await me()).toMatchObject({ user: { name: 'Bob' } })
    expect(await me(bearer(token))).toEqual({ user })
    expect(await me(bearer('none'))).toEqual({ error: 'Unauthorized' })
    expect((await send('POST', '/notes', { body: {}, headers: bearer(token) })).status).toBe(201)
  })

  test('a page redirects to the sign-in page of the server, whose form begins a session', async () => {
    const { send } = await start()
    for (const accept of ['text/html', '*/*']) {
      const reply = await send('GET', '/account', { headers: { accept } })
      expect([reply.status, reply.headers.get('location')]).toEqual([302, '/login'])
    }
    const accept = 'text/html'
    const html = String((await send('GET', '/login', { headers: { accept } })).body)
    const [, authenticity_token = ''] = /name="authenticity_token" value="([\w-]+)"/.exec(html) ?? []
    const body = new URLSearchParams({ ...ADA, authenticity_token })
    const reply = await send('POST', '/session', { body, headers: { accept } })
    expect([reply.status, reply.headers.get('location')]).toEqual([302, '/'])
    expect((await send('GET', '/account', { headers: { accept } })).body).toContain('<h1>Ada</h1>')
  })

  test('a session ends after the idle limit, at 401 and not at 422', async () => {
    const { send } = await start({ idle: 1 })
    const headers = { 'x-csrf-token': textOf(await send('GET', '/csrf'), 'csrf_token') }
    const reply = await send('POST', '/session', { body: ADA, headers })
    const csrf = { 'x-csrf-token': textOf(reply, 'csrf_token') }
    const write = async () => (await send('POST', '/notes', { body: {}, headers: csrf })).status
    expect(await write()).toBe(201)
    await setTimeout(1100)
    expect(await write()).toBe(401)
  })

  test('a forced sign-out ends sessions and refresh tokens', async () => {
    const { send, system } = await start()
    const headers = { 'x-csrf-token': textOf(await send('GET', '/csrf'), 'csrf_token') }
    await send('POST', '/session', { body: BOB, headers })
    const reply = await send('POST', '/login', { body: BOB })
    system.forceLogout(BOB.email)
    expect((await send('GET', '/me')).status).toBe(401)
    const body = { refresh_token: textOf(reply, 'refresh_token') }
    expect((await send('POST', '/refresh', { body })).status).toBe(401)
  })
})
