import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeJwt } from 'jose'
import { serve } from '../support/serve.js'

test("the journal contains requests with their bearer's identity, and no token", async (t) => {
  const { client, control } = await serve(t)
  const browser = client()
  await browser.signIn()
  await browser.call('GET /me', { headers: { Origin: 'https://app.example.com', 'Accept-Language': 'de' } })
  await browser.call('GET /me', { headers: { Authorization: 'Bearer nonsense' } })
  const { body } = await control('GET /journal?since=1')
  const { sid, sub, jti } = decodeJwt(browser.accessToken)

  const [{ at, ...second }, third] = body
  assert.ok(Math.abs(Date.now() - at) < 60_000)
  assert.deepEqual(second, {
    n: 2,
    method: 'GET',
    path: '/api/v1/me',
    status: 200,
    aborted: false,
    bearer: { sid, sub, jti },
    origin: 'https://app.example.com',
    language: 'de',
  })
  assert.deepEqual([third.n, third.status], [3, 401])
  assert.deepEqual(third.bearer, { sid: null, sub: null, jti: null })
  assert.doesNotMatch(JSON.stringify(body), /nonsense|eyJ/)
})

test('the journal knows the user of an opaque token', async (t) => {
  const { api, client } = await serve(t, { tokenFormat: 'opaque' })
  const browser = client()
  await browser.signIn()
  api.tokens.expireAll()
  await browser.call('GET /me')
  assert.equal(api.journal.entries(1)[0].bearer.sub, '1')
})

test('the journal marks a request whose client did not wait for the response', async (t) => {
  const { api, client } = await serve(t)
  const controller = new AbortController()
  api.faults.add({ route: 'public', kind: 'hold' })
  const reply = client().call('GET /public', { signal: controller.signal })

  const arrived = await api.journal.when(({ path }) => path === '/api/v1/public')
  assert.deepEqual([arrived.status, arrived.aborted], [null, false])
  await api.faults.whenHeld('public')
  controller.abort()
  await assert.rejects(reply, { name: 'AbortError' })
  const left = await api.journal.when(({ aborted }) => aborted)
  assert.deepEqual([left, left.status], [arrived, 0])
})

test('waiting for an existing entry of the journal resolves at once', async (t) => {
  const { api, client } = await serve(t)
  await client().call('GET /public')
  assert.equal((await api.journal.when(({ status }) => status === 200)).n, 1)
})
