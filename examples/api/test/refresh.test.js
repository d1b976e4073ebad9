import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serve } from '../support/serve.js'

const refreshWith = (client, refreshToken) => {
  const browser = client()
  browser.cookies.set('refresh_token', refreshToken)
  return browser.call('POST /refresh').then((reply) => ({ ...reply, browser }))
}

test('a refresh rotates the cookie and responds like a sign-in', async (t) => {
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

test('a refresh without a cookie, or with an unknown one, is refused', async (t) => {
  const { client } = await serve(t)
  const none = await client().call('POST /refresh')
  assert.deepEqual([none.status, none.body], [401, { error: 'no_cookie' }])
  const unknown = await refreshWith(client, 'guess')
  assert.deepEqual([unknown.status, unknown.body], [401, { error: 'unknown' }])
})

test('a spent refresh token revokes the whole session', async (t) => {
  const { api, client } = await serve(t)
  const browser = client()
  await browser.signIn()
  const spent = browser.cookies.get('refresh_token')
  await browser.call('POST /refresh')

  const replay = await refreshWith(client, spent)
  assert.deepEqual([replay.status, replay.body], [401, { error: 'reuse' }])
  assert.deepEqual(
    replay.headers.getSetCookie(),
    [],
    'the response to a spent token must not delete the valid cookie',
  )

  assert.equal((await browser.call('GET /me')).status, 401)
  assert.deepEqual((await browser.call('POST /refresh')).body, { error: 'revoked' })
  const { total, ok, refused, reuse } = api.state().counts.refresh
  assert.deepEqual({ total, ok, refused, reuse }, { total: 3, ok: 1, refused: 2, reuse: 1 })
})

test('the reuse of a token does not end other sessions of the user', async (t) => {
  const { client } = await serve(t)
  const [phone, laptop] = [client(), client()]
  await phone.signIn()
  await laptop.signIn()
  const spent = phone.cookies.get('refresh_token')
  await phone.call('POST /refresh')
  await refreshWith(client, spent)
  assert.equal((await laptop.call('POST /refresh')).status, 200)
})

test('without a grace period, one of two simultaneous refreshes succeeds, and the session ends', async (t) => {
  const { api, client } = await serve(t)
  const browser = client()
  await browser.signIn()
  const replies = await Promise.all([browser.call('POST /refresh'), browser.call('POST /refresh')])
  assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 401])
  assert.equal(api.sessions.count(), 0)
})

test('within the grace period, a spent token gets the same successor; afterwards it is refused', async (t) => {
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

test('a session ends after its lifetime, however often it was refreshed', async (t) => {
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

test('a sign-out revokes the session and deletes the cookie, and may be repeated', async (t) => {
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

test('a sign-out without a cookie uses the access token', async (t) => {
  const { api, client } = await serve(t)
  const browser = client()
  await browser.signIn()
  browser.cookies.clear()
  assert.equal((await browser.call('DELETE /logout')).status, 204)
  assert.equal(api.sessions.count(), 0)
})

test('with refreshTokenIn body, the refresh token is only in bodies, and no cookie is set', async (t) => {
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
