import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeJwt } from 'jose'
import { serve } from '../support/serve.js'

const INVALID = 'Bearer error="invalid_token"'

test('a protected route requires a token, and names the error of an invalid one', async (t) => {
  const { client } = await serve(t)
  const none = await client().call('GET /notes')
  assert.deepEqual([none.status, none.headers.get('WWW-Authenticate')], [401, 'Bearer'])
  for (const header of ['Bearer nonsense', 'Bearer a.b.c', 'Basic YTpi']) {
    const bad = await client().call('GET /notes', { headers: { Authorization: header } })
    assert.deepEqual([bad.status, bad.headers.get('WWW-Authenticate')], [401, INVALID])
  }
})

test('an unsigned token is refused', async (t) => {
  const { client } = await serve(t)
  const browser = client()
  await browser.signIn()
  const [, payload] = browser.accessToken.split('.')
  const header = Buffer.from('{"alg":"none"}').toString('base64url')
  browser.accessToken = `${header}.${payload}.`
  assert.equal((await browser.call('GET /me')).status, 401)
})

for (const tokenFormat of ['jwt', 'opaque']) {
  test(`${tokenFormat}: a token expires exactly after its lifetime, in milliseconds`, async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_900 })
    const { client } = await serve(t, { accessTtl: 2.5, tokenFormat })
    const browser = client()
    assert.equal((await browser.signIn()).body.expires_in, 2.5)

    t.mock.timers.tick(2_499)
    assert.equal((await browser.call('GET /me')).status, 200)
    t.mock.timers.tick(1)
    const expired = await browser.call('GET /me')
    assert.deepEqual([expired.status, expired.headers.get('WWW-Authenticate')], [401, INVALID])
    assert.equal((await browser.call('POST /refresh')).status, 200)
    assert.equal((await browser.call('GET /me')).status, 200)
  })

  test(`${tokenFormat}: expiring all tokens does not end the sessions`, async (t) => {
    const { api, client } = await serve(t, { tokenFormat })
    const browser = client()
    await browser.signIn()
    api.tokens.expireAll()
    assert.equal((await browser.call('GET /me')).status, 401)
    assert.equal((await browser.call('POST /refresh')).status, 200)
    assert.equal((await browser.call('GET /me')).status, 200)
  })

  test(`${tokenFormat}: revoking a user takes effect with the next request`, async (t) => {
    const { api, client } = await serve(t, { tokenFormat })
    const [ada, bob] = [client(), client()]
    await ada.signIn()
    await bob.signIn('bob@example.com', 'battery staple')
    assert.equal(api.sessions.revokeUser(api.accounts.byEmail('bob@example.com').id), 1)
    assert.equal((await bob.call('GET /me')).status, 401)
    assert.deepEqual((await bob.call('POST /refresh')).body, { error: 'revoked' })
    assert.equal((await ada.call('GET /me')).status, 200)
  })
}

test('the dates of a JWT contain fractions of a second', async (t) => {
  const { client } = await serve(t, { accessTtl: 2.5 })
  const { iat, exp } = decodeJwt((await client().signIn()).body.access_token)
  assert.equal(Math.round((exp - iat) * 1000), 2500)
})

test('an opaque token is not a JWT', async (t) => {
  const { client } = await serve(t, { tokenFormat: 'opaque' })
  const { body } = await client().signIn()
  assert.match(body.access_token, /^[\w-]{43}$/)
  assert.equal(body.expires_in, 900)
})

test('with omitIat, neither the response nor the token contains the lifetime', async (t) => {
  const { client } = await serve(t, { omitIat: true })
  const browser = client()
  const { body } = await browser.signIn()
  assert.equal('expires_in' in body, false)
  assert.equal('iat' in decodeJwt(body.access_token), false)
  assert.equal((await browser.call('GET /me')).status, 200)
})

test('a change of roles takes effect with the next access token', async (t) => {
  const { api, client } = await serve(t)
  const bob = client()
  const visit = async () => [
    (await bob.call('GET /reports')).status,
    (await bob.call('GET /admin/users')).status,
  ]
  await bob.signIn('bob@example.com', 'battery staple')
  assert.deepEqual(await visit(), [403, 403])

  api.accounts.setRoles(api.accounts.byEmail('bob@example.com'), ['editor'])
  assert.deepEqual(await visit(), [403, 403])
  await bob.call('POST /refresh')
  assert.deepEqual(await visit(), [200, 403])

  const ada = client()
  await ada.signIn()
  const { body } = await ada.call('GET /admin/users')
  assert.deepEqual(
    body.users.map(({ email }) => email),
    ['ada@example.com', 'bob@example.com'],
  )
  assert.doesNotMatch(JSON.stringify(body), /password|salt/)
})

test('a note is returned and stored, and other users cannot see it', async (t) => {
  const { client } = await serve(t)
  const [ada, bob] = [client(), client()]
  await ada.signIn()
  await bob.signIn('bob@example.com', 'battery staple')
  const notesOf = async (user) => (await user.call('GET /notes?delay=1')).body.notes
  const before = [await notesOf(ada), await notesOf(bob)]
  const { status, body } = await ada.call('POST /notes', { json: { text: 'hello' } })
  assert.deepEqual([status, body], [201, { note: { text: 'hello', id: body.note.id } }])
  assert.deepEqual(await notesOf(ada), [...before[0], body.note])
  assert.deepEqual(await notesOf(bob), before[1])
})

test('each seeded account has a few notes of its own', async (t) => {
  const { client } = await serve(t)
  for (const [email, password] of [
    ['ada@example.com', 'correct horse'],
    ['bob@example.com', 'battery staple'],
  ]) {
    const user = client()
    await user.signIn(email, password)
    const { notes } = (await user.call('GET /notes')).body
    assert.ok(notes.length >= 2)
    for (const { text, writtenAt } of notes) assert.ok(text && new Date(writtenAt) < new Date())
  }
})

test('the bytes of a body of another type are counted', async (t) => {
  const { client } = await serve(t)
  const ada = client()
  await ada.signIn()
  const blob = await ada.call('POST /notes', { body: new Blob([new Uint8Array(300_000)]) })
  assert.deepEqual([blob.status, blob.body], [200, { bytes: 300_000 }])
  assert.deepEqual((await ada.call('POST /notes')).body, { bytes: 0 })
})

test('a redirected request reaches its target with the token', async (t) => {
  const { client, url } = await serve(t)
  const ada = client()
  assert.equal((await ada.call('GET /moved')).status, 401)
  await ada.signIn()
  const response = await ada.open('GET /moved')
  assert.deepEqual([response.redirected, response.url], [true, `${url}/api/v1/me`])
  assert.equal((await response.json()).user.email, 'ada@example.com')
})

test('the route of another audience refuses every token', async (t) => {
  const { client } = await serve(t)
  const ada = client()
  await ada.signIn()
  const { status, headers } = await ada.call('GET /audience')
  assert.deepEqual([status, headers.get('WWW-Authenticate')], [401, INVALID])
})

test('the public route reports whether a bearer token was sent, and not its value', async (t) => {
  const { client } = await serve(t)
  const browser = client()
  assert.deepEqual((await browser.call('GET /public')).body, { authorization: false })
  browser.accessToken = 'anything'
  assert.deepEqual((await browser.call('GET /public')).body, { authorization: true })
})

test('with signOutNeedsBearer, a sign-out without a valid access token does not end the session', async (t) => {
  const { api, client } = await serve(t, { signOutNeedsBearer: true })
  const browser = client()
  await browser.signIn()
  api.tokens.expireAll()
  for (const route of ['POST /logout', 'DELETE /logout']) {
    const { status, headers } = await browser.call(route)
    assert.deepEqual([status, headers.get('WWW-Authenticate'), headers.getSetCookie()], [401, INVALID, []])
  }
  assert.equal(api.sessions.count(), 1)

  await browser.call('POST /refresh')
  assert.equal((await browser.call('DELETE /logout')).status, 204)
  assert.equal(api.sessions.count(), 0)
})

test('a note can be deleted once, by its owner, and its id is not used again', async (t) => {
  const { client } = await serve(t)
  const [ada, bob] = [client(), client()]
  await ada.signIn()
  await bob.signIn('bob@example.com', 'battery staple')
  const { note } = (await ada.call('POST /notes', { json: { text: 'a' } })).body
  assert.equal((await bob.call(`DELETE /notes/${note.id}`)).status, 404)
  const { status, text } = await ada.call(`DELETE /notes/${note.id}`)
  assert.deepEqual([status, text], [204, ''])
  assert.equal((await ada.call(`DELETE /notes/${note.id}`)).status, 404)
  assert.notEqual((await ada.call('POST /notes', { json: {} })).body.note.id, note.id)
})

test('with emptyAnswers, the response to a new note is empty', async (t) => {
  const { client } = await serve(t, { emptyAnswers: true })
  const browser = client()
  await browser.signIn()
  const { status, text } = await browser.call('POST /notes', { json: { text: 'a' } })
  assert.deepEqual([status, text], [204, ''])
  assert.equal((await browser.call('GET /notes')).body.notes.at(-1).text, 'a')
})
