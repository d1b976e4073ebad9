import { describe, expect, test } from 'vitest'
import { bearer, claimsOf, openBrowser, type Reply, textOf, tokenIn } from './browser.js'
import { keep } from './kept.js'
import { startS0 } from './s0-headless.js'
import { ADA, BOB } from './users.js'

describe('S0, headless with sliding sessions', () => {
  const start = async (options?: Parameters<typeof startS0>[0]) => keep(await startS0(options))
  const signIn = (send: ReturnType<typeof openBrowser>['send'], body: object = ADA) =>
    send('POST', '/users/sign_in', { body })
  /** The headers of a write: the token, and the CSRF token of the sign-in. */
  const headersOf = (reply: Reply) => ({
    ...bearer(tokenIn(reply)),
    'x-csrf-token': textOf(reply, 'csrf_token'),
  })

  test('a sign-in brings the token in the header, the CSRF token in the body, and no user', async () => {
    const { send } = await start()
    const reply = await signIn(send)
    expect(reply.body).toEqual({ csrf_token: expect.any(String) })
    expect(claimsOf(tokenIn(reply))).toMatchObject({ sub: '1', role: 'admin', fgp: expect.any(String) })
    const attributes = '; Path=/; HttpOnly; Secure; SameSite=Strict'
    const cookies = reply.set.map((cookie) => cookie.replace(/=[^;]+/, ''))
    expect(cookies).toEqual([`fingerprint${attributes}`, `csrf_token${attributes}`])
    const current = await send('GET', '/users/current', { headers: bearer(tokenIn(reply)) })
    expect(current.body).toEqual({ id: 1, email: ADA.email, name: 'Ada', role: 'admin' })
    expect(tokenIn(current)).toBe('')
  })

  test('or the token in the body', async () => {
    const { send } = await start({ tokenIn: 'body' })
    const reply = await signIn(send)
    expect(reply.body).toEqual({ token: expect.any(String), csrf_token: expect.any(String) })
    expect(reply.headers.has('authorization')).toBe(false)
    const signUp = await send('POST', '/users', {
      body: { email: 'eve@example.com', password: 'long enough' },
    })
    expect([signUp.status, claimsOf(textOf(signUp, 'token')).role]).toEqual([201, 'user'])
  })

  test('a write needs the CSRF token of the sign-in beside its cookie', async () => {
    const { send } = await start()
    const reply = await signIn(send)
    const post = async (headers: object) =>
      (await send('POST', '/notes', { body: {}, headers: { ...headers } })).status
    expect(await post(bearer(tokenIn(reply)))).toBe(403)
    expect(await post({ ...headersOf(reply), 'x-csrf-token': 'forged' })).toBe(403)
    expect(await post(headersOf(reply))).toBe(201)
  })

  test('a token counts only with the cookie of its fingerprint', async () => {
    const { send, system } = await start()
    const headers = bearer(tokenIn(await signIn(send)))
    const thief = openBrowser(system.url)
    await signIn(thief.send, BOB)
    expect((await thief.send('GET', '/users/current', { headers })).status).toBe(401)
    expect((await send('GET', '/users/current', { headers })).status).toBe(200)
  })

  test('an answer in the second half of a token brings the next one, with the newest role', async () => {
    const { send, system } = await start({ lifetime: 4 })
    const first = tokenIn(await signIn(send, BOB))
    system.setRole(BOB.email, 'admin')
    const headers = bearer(first)
    let reply: Reply | undefined
    await expect
      .poll(
        async () => {
          reply = await send('GET', '/users/current', { headers })
          return tokenIn(reply)
        },
        { timeout: 4000 },
      )
      .not.toBe('')
    const next = tokenIn(reply as Reply)
    expect([claimsOf(first).role, claimsOf(next).role]).toEqual(['user', 'admin'])
    expect(claimsOf(next).sid).toBe(claimsOf(first).sid)
    expect((await send('GET', '/users/current', { headers: bearer(next) })).status).toBe(200)
  })

  test('a user sees all own sessions, and signs one of them out', async () => {
    const { send, system } = await start()
    const here = await signIn(send)
    const other = openBrowser(system.url)
    const there = await signIn(other.send)
    const list = async () =>
      (await send('GET', '/users/current/sessions', { headers: headersOf(here) })).body as {
        sessions: { id: string; current: boolean }[]
      }
    const { sessions } = await list()
    expect(sessions.map(({ current }) => current)).toEqual([true, false])
    const end = (id: string, sender = send, by = here) =>
      sender('DELETE', `/users/current/sessions/${id}`, { headers: headersOf(by) })
    const stranger = openBrowser(system.url)
    expect((await end(sessions[1]?.id ?? '', stranger.send, await signIn(stranger.send, BOB))).status).toBe(
      404,
    )
    expect((await end(sessions[1]?.id ?? '')).status).toBe(204)
    expect((await other.send('GET', '/users/current', { headers: headersOf(there) })).status).toBe(401)
    expect((await list()).sessions).toHaveLength(1)
  })

  test('a sign-out wants token and CSRF token, and clears the cookies', async () => {
    const { send, cookies } = await start()
    const reply = await signIn(send)
    expect((await send('DELETE', '/users/sign_out')).status).toBe(401)
    expect((await send('DELETE', '/users/sign_out', { headers: headersOf(reply) })).status).toBe(204)
    expect(await cookies()).toEqual([])
    expect((await send('GET', '/users/current', { headers: headersOf(reply) })).status).toBe(401)
  })

  test('a forced sign-out counts at once', async () => {
    const { send, system } = await start()
    const headers = bearer(tokenIn(await signIn(send)))
    system.forceLogout(ADA.email)
    expect((await send('GET', '/users/current', { headers })).status).toBe(401)
  })
})
