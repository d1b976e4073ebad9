import { afterEach, describe, expect, test } from 'vitest'
import { bearer, claimsOf, openBrowser, textOf } from './browser.js'
import type { Host } from './host.js'
import { startS3 } from './s3-express.js'
import { ADA, BOB } from './users.js'

const running: Pick<Host, 'close'>[] = []
afterEach(async () => {
  for (const host of running.splice(0)) await host.close()
})
const keep = <System extends Host>(system: System) => {
  running.push(system)
  return { system, ...openBrowser(system.url) }
}

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
