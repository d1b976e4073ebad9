import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serve } from '../support/serve.js'

const json = { email: 'ada@example.com', password: 'correct horse' }
const changes = ['POST /signup', 'POST /login', 'POST /refresh', 'POST /logout', 'DELETE /logout']
const page = 'https://app.example.com'

test('every request that changes the session requires X-Requested-With', async (t) => {
  const { client } = await serve(t)
  for (const route of changes) {
    const { status, body } = await client().call(route, {
      json,
      headers: { 'X-Requested-With': '' },
    })
    assert.deepEqual([route, status, body], [route, 403, { error: 'csrf' }])
  }
})

test('with csrf off, no header is required', async (t) => {
  const { client } = await serve(t, { csrf: 'off' })
  const headers = { 'X-Requested-With': '' }
  assert.equal((await client().call('POST /login', { json, headers })).status, 200)
})

test('double submit requires the value of the readable cookie in the header, and rotates it', async (t) => {
  const { client } = await serve(t, { csrf: 'double-submit' })
  const browser = client()
  const { headers } = await browser.signIn()
  assert.match(headers.getSetCookie()[1], /^csrf_token=[\w-]{22}; Max-Age=2592000; Path=\/; .*SameSite=Lax$/)
  assert.doesNotMatch(headers.getSetCookie()[1], /HttpOnly/)

  const first = browser.cookies.get('csrf_token')
  for (const route of ['POST /refresh', 'POST /logout', 'DELETE /logout']) {
    assert.equal((await browser.call(route)).status, 403)
    assert.equal((await browser.call(route, { headers: { 'X-CSRF-Token': 'guess' } })).status, 403)
  }
  assert.equal((await browser.call('POST /refresh', { headers: { 'X-CSRF-Token': first } })).status, 200)

  const second = browser.cookies.get('csrf_token')
  assert.notEqual(second, first)
  assert.equal((await browser.call('POST /logout', { headers: { 'X-CSRF-Token': first } })).status, 403)
  assert.equal((await browser.call('POST /logout', { headers: { 'X-CSRF-Token': second } })).status, 204)
  assert.equal(browser.cookies.size, 0)
  assert.equal((await browser.call('POST /logout')).status, 204)
})

test('double submit also requires X-Requested-With for the sign-in', async (t) => {
  const { client } = await serve(t, { csrf: 'double-submit' })
  const headers = { 'X-Requested-With': '' }
  assert.equal((await client().call('POST /login', { json, headers })).status, 403)
})

test('a foreign origin is refused even with csrf off; the own origin and an allowed origin are accepted', async (t) => {
  const { client, url } = await serve(t, { csrf: 'off', corsOrigins: [page] })
  for (const route of changes) {
    for (const Origin of ['https://evil.example', 'null', `${page}.evil.example`]) {
      const { status, body } = await client().call(route, { json, headers: { Origin } })
      assert.deepEqual([route, status, body], [route, 403, { error: 'origin' }])
    }
  }
  for (const Origin of [page, url]) {
    assert.equal((await client().call('POST /login', { json, headers: { Origin } })).status, 200)
  }
})

test('behind a proxy, the own host is the forwarded host', async (t) => {
  const { client } = await serve(t)
  const headers = { Origin: 'http://localhost:5173', 'X-Forwarded-Host': 'localhost:5173' }
  assert.equal((await client().call('POST /login', { json, headers })).status, 200)
})

test('a preflight of an allowed origin gets the CORS headers', async (t) => {
  const { client } = await serve(t, { corsOrigins: [page] })
  const headers = { Origin: page, 'Access-Control-Request-Method': 'POST' }
  const reply = await client().call('OPTIONS /refresh', { headers })
  const header = (name) => reply.headers.get(`Access-Control-${name}`)

  assert.equal(reply.status, 204)
  assert.equal(header('Allow-Origin'), page)
  assert.equal(header('Allow-Credentials'), 'true')
  assert.equal(header('Allow-Methods'), 'GET, POST, DELETE')
  assert.equal(header('Allow-Headers'), 'Authorization, Content-Type, X-Requested-With, X-CSRF-Token')
  assert.equal(header('Max-Age'), '600')
  assert.match(reply.headers.get('Vary'), /Origin/)
})

test('a preflight of another origin gets no CORS headers', async (t) => {
  const { client } = await serve(t, { corsOrigins: [page] })
  const headers = { Origin: 'https://evil.example', 'Access-Control-Request-Method': 'POST' }
  const reply = await client().call('OPTIONS /refresh', { headers })
  assert.equal(reply.headers.get('Access-Control-Allow-Origin'), null)
  assert.match(reply.headers.get('Vary'), /Origin/)
})

test('an allowed page may read the headers that it needs, also those of refusals and faults', async (t) => {
  const { api, client } = await serve(t, { corsOrigins: [page] })
  const ask = () => client().call('GET /me', { headers: { Origin: page } })
  const refused = await ask()
  api.faults.add({ route: 'me', kind: 'status', status: 429, retryAfter: 3 })
  const faulty = await ask()
  assert.deepEqual([refused.status, faulty.status], [401, 429])
  for (const { headers } of [refused, faulty]) {
    assert.equal(headers.get('Access-Control-Allow-Origin'), page)
    assert.equal(headers.get('Access-Control-Expose-Headers'), 'Authorization, Retry-After, Date')
  }
})

test('scheme, host and port of an origin are compared', async (t) => {
  const { client, url } = await serve(t)
  const { hostname, port } = new URL(url)
  for (const Origin of [`https://${hostname}:${port}`, `http://${hostname}`, `http://${hostname}:1`])
    assert.equal((await client().call('POST /login', { json, headers: { Origin } })).status, 403, Origin)
  assert.equal((await client().call('POST /login', { json, headers: { Origin: url } })).status, 200)
})
