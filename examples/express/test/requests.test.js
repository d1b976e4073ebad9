import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test } from 'node:test'
import { PASSWORD } from '../support/client.js'
import { databases, serve } from '../support/subject.js'

const credentials = { email: 'ada@example.com', password: PASSWORD }

/** Sends headers with bytes that fetch would refuse. */
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
    // A second, broken cookie does not hide the valid one.
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
    const unreadable = ['{', '\xff', 'null', '"a"', '1', '{"a":1}'.repeat(2)]
    const strange = [Buffer.from('{"email":"\xff"}', 'latin1'), '['.repeat(9000), `{"a":${'9'.repeat(9000)}}`]
    for (const body of [...unreadable, ...strange]) {
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
    assert.ok([415, 422].includes((await ada.call('POST /login', form)).status))
    const charset = { 'Content-Type': 'application/json; charset=nonsense' }
    assert.ok(
      [400, 415, 422].includes((await ada.call('POST /login', { body: '{}', headers: charset })).status),
    )
    assert.equal((await ada.call('POST /login', { json: { email: 'x'.repeat(20_000) } })).status, 413)
    const surrogate = { email: 'ada@example.com', password: '\ud800 and eleven more' }
    assert.ok([400, 401, 422].includes((await ada.call('POST /login', { json: surrogate })).status))
  })

  test(`${name}: an e-mail is taken once, in any case and at any speed`, async (t) => {
    const { client } = await serve(t, { create })
    const emails = ['ada@example.com', 'Ada@Example.com', ' ada@example.com ', 'ADA@example.com']
    const answers = await Promise.all(emails.map((email) => client().signUp(email)))
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409, 409, 409])
    assert.equal((await client().signIn('ADA@EXAMPLE.COM ')).status, 200)
  })
}

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
  assert.equal(stranger.status, 401)
  assert.deepEqual((await ada.call('GET /me')).body, { error: 'unauthorized' })
  assert.equal(stranger.headers.get('WWW-Authenticate'), 'Bearer')
  await ada.signUp()
  const { headers, body } = await ada.call('GET /notes')
  assert.deepEqual(body, { by: 'ada@example.com' })
  assert.match(headers.get('Cache-Control'), /no-store/)
  assert.equal(headers.get('X-Powered-By'), null)
  assert.equal((await ada.call('GET /nothing')).status, 404)
})
