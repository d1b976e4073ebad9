import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serve } from '../support/serve.js'

const refreshWith = (client, refreshToken) => {
  const browser = client()
  browser.cookies.set('refresh_token', refreshToken)
  return browser.call('POST /refresh').then((reply) => ({ ...reply, browser }))
}

test('a refresh rotates the cookie and answers like a sign-in', async (t) => {
  const { api, client } = await serve(t)
  const browser = client()
  const signIn = await browser.signIn()
  const before = browser.cookies.get('refresh_token')
  const { status, body, headers } = await browser.call('POST /refresh')

  assert.equal(status, 200)
  assert.deepEqual(Object.keys(body), Object.keys(signIn.body))
  assert.deepEqual(body.user, signIn.body.user)
  assert.notEqual(body.access_token, signIn.body.access_token)
  assert.equal(headers.get('Cache-Control'), 'no-store')
  assert.notEqual(browser.cookies.get('refresh_token'), before)
  assert.equal((await browser.call('GET /me')).status, 200)
  assert.equal(api.sessions.count(), 1)
})

test('no cookie and an unknown one are refused', async (t) => {
  const { client } = await serve(t)
  const none = await client().call('POST /refresh')
  assert.deepEqual([none.status, none.body], [401, { error: 'no_cookie' }])
  const unknown = await refreshWith(client, 'guess')
  assert.deepEqual([unknown.status, unknown.body], [401, { error: 'unknown' }])
})

test('a spent refresh token revokes the whole family', async (t) => {
  const { api, client } = await serve(t)
  const browser = client()
  await browser.signIn()
  const spent = browser.cookies.get('refresh_token')
  await browser.call('POST /refresh')

  const replay = await refreshWith(client, spent)
  assert.deepEqual([replay.status, replay.body], [401, { error: 'reuse' }])
  assert.deepEqual(replay.headers.getSetCookie(), [], "a lost race must not clear the winner's cookie")

  assert.equal((await browser.call('GET /me')).status, 401)
  assert.deepEqual((await browser.call('POST /refresh')).body, { error: 'revoked' })
  const { total, ok, refused, reuse } = api.state().counts.refresh
  assert.deepEqual({ total, ok, refused, reuse }, { total: 3, ok: 1, refused: 2, reuse: 1 })
})

test("reuse in one session leaves the user's other sessions alone", async (t) => {
  const { client } = await serve(t)
  const [phone, laptop] = [client(), client()]
  await phone.signIn()
  await laptop.signIn()
  const spent = phone.cookies.get('refresh_token')
  await phone.call('POST /refresh')
  await refreshWith(client, spent)
  assert.equal((await laptop.call('POST /refresh')).status, 200)
})

test('of two refreshes at once, strictly, one wins and both lose the session', async (t) => {
  const { api, client } = await serve(t)
  const browser = client()
  await browser.signIn()
  const replies = await Promise.all([browser.call('POST /refresh'), browser.call('POST /refresh')])
  assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 401])
  assert.equal(api.sessions.count(), 0)
})

test('within the grace a replay gets the same successor, and after it none', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  const { api, client } = await serve(t, { reuseGrace: 10 })
  const browser = client()
  await browser.signIn()
  const spent = browser.cookies.get('refresh_token')
  await browser.call('POST /refresh')

  const replay = await refreshWith(client, spent)
  assert.equal(replay.status, 200)
  assert.equal(replay.browser.cookies.get('refresh_token'), browser.cookies.get('refresh_token'))
  assert.equal((await replay.browser.call('GET /me')).status, 200)

  t.mock.timers.tick(9_999)
  assert.equal((await refreshWith(client, spent)).status, 200)
  t.mock.timers.tick(1)
  assert.deepEqual((await refreshWith(client, spent)).body, { error: 'reuse' })
  assert.equal(api.sessions.count(), 0)
})

test('a session ends after its lifetime however often it was refreshed', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() })
  const { client } = await serve(t, { refreshTtl: 60 })
  const browser = client()
  await browser.signIn()

  t.mock.timers.tick(45_000)
  const { headers } = await browser.call('POST /refresh')
  assert.match(headers.getSetCookie()[0], /Max-Age=15;/)

  t.mock.timers.tick(15_000)
  assert.deepEqual((await browser.call('POST /refresh')).body, { error: 'expired' })
  assert.equal((await browser.call('GET /me')).status, 401)
})

test('sign-out revokes the session, clears the cookie, and may be repeated', async (t) => {
  const { api, client } = await serve(t)
  for (const route of ['POST /logout', 'DELETE /logout']) {
    const browser = client()
    await browser.signIn()
    const cookie = browser.cookies.get('refresh_token')
    const { status, headers } = await browser.call(route)
    assert.equal(status, 204)
    assert.match(headers.getSetCookie()[0], /^refresh_token=; Path=\/api\/v1; Expires=Thu, 01 Jan 1970/)
    assert.equal(headers.get('Cache-Control'), 'no-store')
    assert.equal((await browser.call('GET /me')).status, 401)
    assert.deepEqual((await refreshWith(client, cookie)).body, { error: 'revoked' })
    assert.equal((await browser.call(route)).status, 204)
    assert.equal((await client().call(route)).status, 204)
  }
  assert.equal(api.sessions.count(), 0)
})

test('sign-out without a cookie goes by the access token', async (t) => {
  const { api, client } = await serve(t)
  const browser = client()
  await browser.signIn()
  browser.cookies.clear()
  assert.equal((await browser.call('DELETE /logout')).status, 204)
  assert.equal(api.sessions.count(), 0)
})

test('with refreshTokenIn body the refresh token comes and goes in bodies, and there is no cookie', async (t) => {
  const { api, client } = await serve(t, { refreshTokenIn: 'body' })
  const browser = client()
  const { body, headers } = await browser.signIn()
  assert.deepEqual(headers.getSetCookie(), [])
  assert.deepEqual((await browser.call('POST /refresh')).body, { error: 'no_cookie' })

  const json = { refresh_token: body.refresh_token }
  const next = (await browser.call('POST /refresh', { json })).body.refresh_token
  assert.notEqual(next, body.refresh_token)
  assert.equal((await browser.call('DELETE /logout', { json: { refresh_token: next } })).status, 204)
  assert.equal(api.sessions.count(), 0)
})
