import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test } from 'node:test'
import { createApi } from '../src/api.js'
import { serve } from '../support/serve.js'

test('the state contains settings, counts and sessions', async (t) => {
  const { client, control } = await serve(t, { accessTtl: 5 })
  const browser = client()
  await browser.signIn()
  await browser.call('GET /notes?delay=1')
  await browser.call('POST /refresh')
  const { body } = await control('GET /state')

  assert.equal(body.settings.accessTtl, 5)
  assert.equal(body.sessions, 1)
  assert.deepEqual(body.counts, {
    refresh: { total: 1, ok: 1, refused: 0, reuse: 0 },
    requests: 3,
    byRoute: { 'POST /api/v1/login': 1, 'GET /api/v1/notes': 1, 'POST /api/v1/refresh': 1 },
    maxConcurrentRefreshes: 1,
  })
})

test('settings can change at run time, and one invalid setting rejects all of them', async (t) => {
  const { api, client, control } = await serve(t)
  const changed = await control('POST /settings', { accessTtl: 2.5, tokenFormat: 'opaque' })
  assert.deepEqual([changed.status, changed.body.accessTtl], [200, 2.5])
  assert.equal((await client().signIn()).body.expires_in, 2.5)

  const refused = await control('POST /settings', { accessTtl: 7, csrf: 'maybe' })
  assert.equal(refused.status, 422)
  assert.match(refused.body.error, /^csrf must be one of "header", "double-submit", "off"/)
  assert.equal(api.settings.accessTtl, 2.5)
})

test('a fault can be added, held, listed and released', async (t) => {
  const { api, client, control } = await serve(t)
  const ordered = await control('POST /faults', { route: 'public', kind: 'hold' })
  assert.deepEqual([ordered.status, ordered.body], [201, { pending: 1 }])
  const reply = client().call('GET /public')
  await api.faults.whenHeld('public')
  assert.deepEqual((await control('GET /held')).body, { public: 1 })
  assert.deepEqual((await control('POST /release', { route: 'notes' })).body, { released: 0 })
  assert.deepEqual((await control('POST /release')).body, { released: 1 })
  assert.equal((await reply).status, 200)

  const wrong = await control('POST /faults', { route: 'public', kind: 'explode' })
  assert.deepEqual([wrong.status, api.faults.pending().length], [422, 0])
})

test('the body of a fault may have 15 MB', async (t) => {
  const { client, control } = await serve(t)
  const body = 'x'.repeat(15_000_000)
  assert.equal((await control('POST /faults', { route: 'refresh', kind: 'answer', body })).status, 201)
  assert.equal((await client().call('POST /refresh')).text.length, body.length)
})

test('the routes expire, revoke and roles change tokens, sessions and accounts', async (t) => {
  const { client, control } = await serve(t)
  const bob = client()
  const email = 'bob@example.com'
  await bob.signIn(email, 'battery staple')

  assert.equal((await control('POST /expire')).status, 204)
  assert.equal((await bob.call('GET /me')).status, 401)

  const roles = await control('POST /roles', { email, roles: ['editor'] })
  assert.deepEqual(roles.body.user.roles, ['editor'])
  await bob.call('POST /refresh')
  assert.equal((await bob.call('GET /reports')).status, 200)

  assert.deepEqual((await control('POST /revoke', { email })).body, { revoked: 1 })
  assert.equal((await bob.call('GET /me')).status, 401)

  assert.equal((await control('POST /revoke', { email: 'eve@example.com' })).status, 422)
  assert.equal((await control('POST /roles', { email, roles: 'editor' })).status, 422)
})

test('reset restores the seeded accounts, their notes and the initial settings, and removes everything else', async (t) => {
  const { api, client, control } = await serve(t, { accessTtl: 5 })
  const browser = client()
  const seeded = api.notes.list('1').map(({ id, text }) => [id, text])
  api.notes.add('1', { text: 'more' })
  api.notes.remove('1', seeded[0][0])
  await browser.call('POST /signup', { json: { email: 'eve@example.com', password: 'secret' } })
  api.accounts.setRoles(api.accounts.byEmail('bob@example.com'), ['admin'])
  api.configure({ accessTtl: 1, corsOrigins: ['https://app.example.com'] })
  api.faults.add({ route: 'public', kind: 'hold' })
  const held = client().call('GET /public')
  await api.faults.whenHeld('public')
  api.faults.add({ route: 'login', kind: 'status', times: 9 })

  assert.equal((await control('POST /reset')).status, 204)
  assert.equal((await held).status, 200)
  assert.deepEqual([api.settings.accessTtl, api.settings.corsOrigins], [5, []])
  assert.deepEqual(
    api.notes.list('1').map(({ id, text }) => [id, text]),
    seeded,
  )
  assert.deepEqual([api.faults.pending(), api.journal.entries(), api.sessions.count()], [[], [], 0])
  assert.deepEqual(
    api.accounts.list().map(({ email, roles }) => [email, roles]),
    [
      ['ada@example.com', ['admin', 'editor']],
      ['bob@example.com', ['user']],
    ],
  )
  assert.equal((await browser.call('GET /me')).status, 401)
  assert.equal((await client().signIn()).status, 200)
})

test('a page cannot use the control port, and the API does not have the control routes', async (t) => {
  const { client, control } = await serve(t)
  assert.equal((await control('POST /reset', {}, { Origin: 'https://evil.example' })).status, 403)
  assert.equal((await control('GET /nothing')).status, 404)
  assert.equal((await client().call('GET /state')).status, 404)
})

test('the control port is opened only on request', async (t) => {
  const { url, close, ...rest } = await createApi().listen()
  t.after(close)
  assert.deepEqual(rest, { controlUrl: undefined, controlToken: undefined })
  assert.equal((await fetch(`${url}/api/v1/public`)).status, 200)
})

test('the control port refuses every request without its token', async (t) => {
  const { controlUrl, controlToken, close } = await createApi().listen({ controlPort: 0 })
  t.after(close)
  const status = async (headers) => (await fetch(`${controlUrl}/state`, { headers })).status
  assert.match(controlToken, /^[\w-]{43}$/)
  const wrong = [
    '',
    'Bearer',
    `Bearer ${controlToken}x`,
    `Bearer ${controlToken.slice(1)}`,
    `Basic ${controlToken}`,
  ]
  for (const Authorization of wrong) assert.equal(await status({ Authorization }), 401, Authorization)
  assert.equal(await status({ Authorization: `Bearer ${controlToken}` }), 200)
})

test('the control port accepts only host names of this machine, because another name may be rebound to it', async (t) => {
  const { controlUrl, controlToken, close } = await createApi().listen({ controlPort: 0 })
  t.after(close)
  const { port } = new URL(controlUrl)
  const ask = (Host) =>
    new Promise((resolve, reject) => {
      const headers = { Host, Authorization: `Bearer ${controlToken}` }
      const sent = request({ host: '127.0.0.1', port, path: '/state', headers }, (response) =>
        resolve(response.resume().statusCode),
      )
      sent.on('error', reject).end()
    })
  for (const name of ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', '10.0.0.1'])
    assert.equal(await ask(`${name}:${port}`), 403, name)
  for (const name of ['127.0.0.1', 'localhost', '[::1]', 'LOCALHOST'])
    assert.equal(await ask(`${name}:${port}`), 200, name)
})
