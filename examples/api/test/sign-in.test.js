import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeJwt } from 'jose'
import { serve } from '../support/serve.js'

const ada = { email: 'ada@example.com', password: 'correct horse' }

test('a sign-in returns the user and an access token, and sets a refresh cookie', async (t) => {
  const { client } = await serve(t)
  const { status, body, headers } = await client().signIn()

  assert.equal(status, 200)
  assert.deepEqual(body.user, {
    id: '1',
    email: ada.email,
    name: 'Ada',
    roles: ['admin', 'editor'],
  })
  assert.equal(body.token_type, 'Bearer')
  assert.equal(body.expires_in, 900)
  assert.equal(headers.get('Cache-Control'), 'no-store')

  const [cookie] = headers.getSetCookie()
  assert.match(cookie, /^refresh_token=[\w-]{43}; Max-Age=2592000; Path=\/api\/v1; /)
  assert.match(cookie, /; HttpOnly; SameSite=Lax$/)
})

test('the refresh cookie is Secure if a proxy reports https', async (t) => {
  const { client } = await serve(t)
  const { headers } = await client().call('POST /login', {
    json: ada,
    headers: { 'X-Forwarded-Proto': 'https' },
  })
  assert.match(headers.getSetCookie()[0], /; Secure/)
})

test('an access token contains the user, the session, the roles, and its dates', async (t) => {
  const { client } = await serve(t)
  const { body } = await client().signIn()
  const claims = decodeJwt(body.access_token)
  assert.deepEqual(Object.keys(claims).sort(), ['exp', 'iat', 'jti', 'roles', 'sid', 'sub'])
  assert.deepEqual(claims.roles, ['admin', 'editor'])
})

test('every sign-in starts a new session', async (t) => {
  const { api, client } = await serve(t)
  const browser = client()
  const first = decodeJwt((await browser.signIn()).body.access_token).sid
  const second = decodeJwt((await browser.signIn()).body.access_token).sid
  assert.notEqual(first, second)
  assert.equal(api.sessions.count(), 2)
})

test('a wrong password and an unknown e-mail address get the same response', async (t) => {
  const { client } = await serve(t)
  const wrong = await client().signIn('ada@example.com', 'wrong')
  const unknown = await client().signIn('eve@example.com', 'wrong')
  assert.equal(wrong.status, 401)
  assert.deepEqual([unknown.status, unknown.body], [wrong.status, wrong.body])
  assert.deepEqual(wrong.headers.getSetCookie(), [])
})

test('missing fields are named', async (t) => {
  const { client } = await serve(t)
  for (const route of ['POST /login', 'POST /signup']) {
    const partial = await client().call(route, { json: { email: 'ada@example.com' } })
    assert.deepEqual([partial.status, partial.body.fields], [422, ['password']])
    const empty = await client().call(route)
    assert.deepEqual([empty.status, empty.body.fields], [422, ['email', 'password']])
  }
})

test('a body that is not valid JSON gets 400', async (t) => {
  const { client } = await serve(t)
  const headers = { 'Content-Type': 'application/json' }
  assert.equal((await client().call('POST /login', { body: '{', headers })).status, 400)
})

test('a sign-up also signs in, and each e-mail address can sign up once', async (t) => {
  const { client } = await serve(t)
  const browser = client()
  const json = { email: ' Eve@Example.com', password: 'tr0ub4dor' }
  const { status, body } = await browser.call('POST /signup', { json })
  assert.equal(status, 201)
  assert.deepEqual(body.user, { id: '3', email: 'eve@example.com', name: 'eve', roles: ['user'] })
  assert.equal((await browser.call('GET /me')).body.user.email, 'eve@example.com')

  assert.equal((await client().call('POST /signup', { json })).status, 409)
  assert.equal((await client().signIn('eve@example.com', 'tr0ub4dor')).status, 200)
})

test('a setting or a parameter moves the access token into the header', async (t) => {
  const { api, client } = await serve(t)
  const browser = client()
  const byRequest = await browser.call('POST /login?token_in=header', { json: ada })
  assert.match(byRequest.headers.get('Authorization'), /^Bearer ey/)
  assert.deepEqual(Object.keys(byRequest.body), ['user'])
  assert.equal((await browser.call('GET /me')).status, 200)

  api.configure({ tokenIn: 'header' })
  const bySetting = await browser.call('POST /refresh')
  assert.match(bySetting.headers.get('Authorization'), /^Bearer ey/)
  assert.deepEqual(Object.keys(bySetting.body), ['user'])
  const overridden = await browser.call('POST /refresh?token_in=body')
  assert.equal(overridden.headers.get('Authorization'), null)
  assert.ok(overridden.body.access_token)
})
