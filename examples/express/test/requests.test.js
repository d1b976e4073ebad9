import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test } from 'node:test'
import { PASSWORD } from '../support/client.js'
import { databases, serve } from '../support/serve.js'

const credentials = { email: 'ada@example.com', password: PASSWORD }

/** With bytes in the headers that fetch would refuse. */
function raw(url, { method = 'POST', path, headers = {}, body }) {
  return new Promise((resolve, reject) => {
    const { hostname, port, pathname } = new URL(url)
    const all = { 'X-Requested-With': 'x', ...headers }
    const sent = request({ hostname, port, path: pathname + path, method, headers: all }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode))
    })
    sent.on('error', reject).end(body)
  })
}

for (const [name, create] of Object.entries(databases)) {
  test(`${name}: no bytes in a cookie, a header, a path or a body make a 5xx`, async (t) => {
    const { client, url } = await serve(t, { create })
    const ada = client()
    await ada.signUp()
    const bytes = ['\xff\xfe', '%ff', '%', 'é', '"', 'a=b', '\x80'.repeat(500)]
    for (const each of bytes) {
      const headers = {
        Cookie: `refresh_token=${each}; other=${each}`,
        'User-Agent': each,
        Authorization: `Bearer ${each}`,
      }
      assert.equal(await raw(url, { path: '/refresh', headers }), 401)
      assert.equal(await raw(url, { path: '/logout', headers }), 401)
      assert.equal(await raw(url, { path: '/me', method: 'GET', headers }), 401)
      const signIn = { ...headers, 'Content-Type': 'application/json' }
      assert.equal(
        await raw(url, { path: '/login', headers: signIn, body: JSON.stringify(credentials) }),
        200,
      )
    }
    // A broken cookie beside it does not hide the good one.
    const headers = { Cookie: `broken=\xff%; ${ada.cookie}` }
    assert.equal(await raw(url, { path: '/refresh', headers }), 200)

    for (const path of ['%ff', '%00', 'a%2f..%2f', '\u0001'.repeat(3).replace(/./g, '%01'), 'x'.repeat(3000)])
      assert.ok([400, 404].includes((await ada.call(`DELETE /sessions/${path}`)).status), path)
  })

  test(`${name}: bodies of any shape are refused with 422 or 4xx, with their fields`, async (t) => {
    const { client } = await serve(t, { create })
    const ada = client()
    const shapes = [
      [],
      {},
      { email: 'ada@example.com' },
      { email: ['ada@example.com'], password: PASSWORD },
      { email: { $ne: 1 }, password: PASSWORD },
      { email: 'no-address', password: PASSWORD },
      { email: 'ada\u0000@example.com', password: PASSWORD },
      { email: `${'a'.repeat(300)}@example.com`, password: PASSWORD },
      { email: 'ada@example.com', password: 'x'.repeat(2000) },
      { email: 'ada@example.com', password: null },
      { user: credentials },
    ]
    for (const json of shapes)
      for (const route of ['POST /login', 'POST /signup']) {
        const { status, body } = await ada.call(route, { json })
        assert.deepEqual([JSON.stringify(json), status, body.error], [JSON.stringify(json), 422, 'invalid'])
      }
    for (const body of ['{', '\xff', 'null', '"a"', '1', '{"a":1}'.repeat(2)]) {
      const { status } = await ada.call('POST /login', {
        body,
        headers: { 'Content-Type': 'application/json' },
      })
      assert.ok([400, 422].includes(status), body)
    }
    const form = {
      body: 'email=a&password=b',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    }
    assert.equal((await ada.call('POST /login', form)).status, 422)
    const charset = { 'Content-Type': 'application/json; charset=nonsense' }
    assert.equal((await ada.call('POST /login', { body: '{}', headers: charset })).status, 415)
    assert.equal((await ada.call('POST /login', { json: { email: 'x'.repeat(20_000) } })).status, 413)
    const surrogate = { email: 'ada@example.com', password: '\ud800 and eleven more' }
    assert.equal((await ada.call('POST /login', { json: surrogate })).status, 401)
  })

  test(`${name}: an e-mail is taken once, in any case and at any speed`, async (t) => {
    const { client } = await serve(t, { create })
    const emails = ['ada@example.com', 'Ada@Example.com', ' ada@example.com ', 'ADA@example.com']
    const answers = await Promise.all(emails.map((email) => client().signUp(email)))
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409, 409, 409])
    assert.equal((await client().signIn('ADA@EXAMPLE.COM ')).status, 200)
  })
}

test("errors of the application's own routes are left to it", async (t) => {
  const { url } = await serve(t)
  const response = await fetch(`${url}/teapot`)
  assert.deepEqual([response.status, await response.json()], [500, { error: 'Error: teapot' }])
})

test('a new password has rules', async (t) => {
  const { client } = await serve(t)
  const signUp = (email, password) => client().call('POST /signup', { json: { email, password } })
  const wrong = ['eleven char', 'x'.repeat(129), 'aaaabbbbccccdddd', 'I am Margaret, you know']
  for (const password of wrong) {
    const { status, body } = await signUp('margaret@example.com', password)
    assert.deepEqual([password, status, Object.keys(body.fields)], [password, 422, ['password']])
  }
  assert.equal((await signUp('ada@example.com', 'adamant and long')).status, 201)
})

test('what reads the cookie asks for X-Requested-With and refuses a foreign Origin', async (t) => {
  const { client } = await serve(t)
  const ada = client()
  await ada.signUp()
  const routes = ['POST /signup', 'POST /login', 'POST /refresh', 'POST /logout', 'DELETE /logout']
  const foreign = [
    'https://evil.example',
    'null',
    'https://api.example.com:3000',
    'http://api.example.com',
    'http://api.example.com:3001',
    'http://app.example.com',
    'https://app.example.com:444',
    'https://app.example.com.evil.example',
    'https://xapp.example.com',
    'nonsense',
  ]
  for (const route of routes) {
    assert.deepEqual((await ada.call(route, { headers: { 'X-Requested-With': '' } })).body, { error: 'csrf' })
    for (const Origin of foreign) {
      const { status, body, headers } = await ada.call(route, { headers: { Origin } })
      assert.deepEqual([Origin, status, body.error], [Origin, 403, 'origin'])
      assert.equal(headers.get('Access-Control-Allow-Origin'), null)
    }
  }
  for (const Origin of ['http://api.example.com:3000', 'https://app.example.com', 'http://localhost:5173']) {
    const { status, headers } = await ada.call('POST /refresh', { headers: { Origin } })
    assert.deepEqual([status, headers.get('Access-Control-Allow-Origin')], [200, Origin])
    assert.equal(headers.get('Access-Control-Allow-Credentials'), 'true')
  }
})

test('answers say what they are: no caching, no framework, a challenge with each 401', async (t) => {
  const { client } = await serve(t)
  const ada = client()
  const stranger = await ada.call('GET /notes')
  assert.deepEqual([stranger.status, stranger.body], [401, { error: 'unauthorized' }])
  assert.equal(stranger.headers.get('WWW-Authenticate'), 'Bearer')
  await ada.signUp()
  const { headers, body } = await ada.call('GET /notes')
  assert.deepEqual(body, { by: 'ada@example.com' })
  assert.equal(headers.get('Cache-Control'), 'no-store')
  assert.equal(headers.get('X-Powered-By'), null)
  assert.match(headers.get('Strict-Transport-Security'), /max-age=31536000/)
  assert.equal((await ada.call('GET /nothing')).status, 404)
})
