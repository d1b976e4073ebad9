import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test } from 'node:test'
import { PASSWORD } from '../support/client.js'
import { databases, serve } from '../support/subject.js'

const wrong = (email = 'ada@example.com') => ({ email, password: 'a wrong password' })

/** Repeats the request until all responses are 429. Returns the number of responses by status. */
async function count(tries) {
  const counts = {}
  for (const attempt of tries) {
    const { status } = await attempt()
    counts[status] = (counts[status] ?? 0) + 1
  }
  return counts
}
const times = (n, attempt) => Array.from({ length: n }, (_, at) => () => attempt(at))

for (const [name, create] of Object.entries(databases)) {
  const start = (t, options) => serve(t, { create, ...options })

  test(`${name}: five wrong passwords for an account from an address are the limit, also at once`, async (t) => {
    const { client, start: another } = await start(t)
    await client().signUp()
    const second = await another()
    const guess = (at) => [client, second.client][at % 2]().call('POST /login', { json: wrong() })
    const answers = await Promise.all(times(20, guess).map((attempt) => attempt()))
    assert.equal(answers.filter(({ status }) => status === 401).length, 5)
    const refused = answers.find(({ status }) => status === 429)
    assert.deepEqual(refused.body, { error: 'too_many_attempts' })
    const seconds = Number(refused.headers.get('Retry-After'))
    assert.ok(seconds > 0 && seconds <= 60)
    assert.equal((await client().signIn()).status, 429)
  })

  test(`${name}: only failures count`, async (t) => {
    const { client } = await start(t)
    await client().signUp()
    assert.deepEqual(await count(times(30, () => client().signIn())), { 200: 30 })
  })

  test(`${name}: twenty failures from an address are the limit, whichever the accounts`, async (t) => {
    const { client } = await start(t)
    const guess = (at) => client().call('POST /login', { json: wrong(`user${at}@example.com`) })
    assert.deepEqual(await count(times(25, guess)), { 401: 20, 429: 5 })
  })

  test(`${name}: neither path, query, body, header nor case of the e-mail gets around the limit`, async (t) => {
    const { client, url } = await start(t)
    await client().signUp()
    await count(times(5, () => client().call('POST /login', { json: wrong() })))
    const paths = [
      '',
      '.json',
      '.html',
      '/',
      '//',
      '?',
      '?x=1',
      '?email=eve@example.com',
      '%2ejson',
      '/.',
      '/x/..',
      ';x',
      '#a',
    ]
    const starts = ['/login', '//login', '/LOGIN', '/./login', '/%6cogin', '/signup/../login']
    const all = [...paths.map((path) => `/login${path}`), ...starts]
    for (const path of all) {
      const status = await rawSignIn(url, path, {}, wrong())
      assert.ok([404, 429].includes(status), `${path}: ${status}`)
    }
    const shapes = [
      { ...wrong(), user: wrong('eve@example.com') },
      { ...wrong(' ADA@example.com ') },
      { user: wrong(), ...wrong() },
      { ...wrong(), username: 'eve@example.com' },
    ]
    for (const json of shapes) assert.equal((await client().call('POST /login', { json })).status, 429)
    const decoy = `{"email":"eve@example.com","email":"ada@example.com","password":"a wrong password"}`
    const asJson = { 'Content-Type': 'application/json' }
    assert.equal((await client().call('POST /login', { body: decoy, headers: asJson })).status, 429)

    const headers = [
      { 'X-Forwarded-For': '203.0.113.9' },
      { 'X-Forwarded-For': '203.0.113.9, 127.0.0.1' },
      { Forwarded: 'for=203.0.113.9' },
      { 'X-Real-IP': '203.0.113.9', 'Client-IP': '203.0.113.9', 'CF-Connecting-IP': '203.0.113.9' },
      { 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'https' },
      { 'X-HTTP-Method-Override': 'GET', 'X-Original-URL': '/api/v1/other' },
    ]
    for (const more of headers) {
      const { status } = await client().call('POST /login', { json: wrong(), headers: more })
      assert.ok([405, 429].includes(status), JSON.stringify(more))
    }
  })

  test(`${name}: a stranger's wrong guesses do not lock the owner out, behind a stated proxy`, async (t) => {
    const { client } = await start(t, { env: { TRUST_PROXY: 'loopback' } })
    await client().signUp()
    const from = (address, json) =>
      client().call('POST /login', { json, headers: { 'X-Forwarded-For': address } })
    const spoofed = (at) => from(`198.51.100.${at}, 203.0.113.9`, wrong())
    assert.deepEqual(await count(times(8, spoofed)), { 401: 5, 429: 3 })
    const owner = { email: 'ada@example.com', password: PASSWORD }
    assert.equal((await from('192.0.2.1', owner)).status, 200)
    const v6 = (at) => from(`2001:db8:0:7:${at}::1`, wrong())
    assert.deepEqual(await count(times(8, v6)), { 401: 5, 429: 3 })
  })

  test(`${name}: guesses at the current password and at e-mails that are taken count as well`, async (t) => {
    const { client } = await start(t)
    const ada = client()
    await ada.signUp()
    const json = { current_password: 'wrong', password: 'staple battery horse' }
    const guess = () => ada.call('POST /password', { json })
    assert.deepEqual(await count(times(7, guess)), { 422: 5, 429: 2 })
    const other = await start(t)
    await other.client().signUp()
    assert.deepEqual(await count(times(7, () => other.client().signUp())), { 409: 5, 429: 2 })
  })
}

test('a sign-in for an unknown e-mail is answered as one with a wrong password, and costs as much', async (t) => {
  const { client, cpu } = await serve(t, { config: { passwordCost: 14, slowPasswords: true } })
  await client().signUp()
  // Measures processor time, because other programs add to the elapsed time.
  async function cost(emails) {
    const before = await cpu()
    for (const email of emails) {
      const { status, body } = await client().call('POST /login', { json: wrong(email) })
      assert.deepEqual([status, body], [401, { error: 'credentials' }])
    }
    return (await cpu()) - before
  }
  const strangers = ['stranger', 'eve', 'bob'].map((name) => `${name}@example.com`)
  // The first attempt creates the hash that the others are compared with.
  await cost(['first@example.com'])
  const ratio = (await cost(strangers)) / (await cost(Array(3).fill('ada@example.com')))
  assert.ok(ratio > 0.6 && ratio < 1.6, `${ratio}`)
})

/** Sends the path unchanged: fetch would resolve dots and remove the fragment. */
function rawSignIn(url, path, headers, json) {
  return new Promise((resolve, reject) => {
    const { hostname, port, pathname } = new URL(url)
    const all = { 'X-Requested-With': 'x', 'Content-Type': 'application/json', ...headers }
    request({ hostname, port, path: pathname + path, method: 'POST', headers: all }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode))
    })
      .on('error', reject)
      .end(JSON.stringify(json))
  })
}
