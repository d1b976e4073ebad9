/** Tests for this example only. The other tests of the contract also run on the recipes (support/subject.js). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { networkOf } from '../auth/limiter.js'
import { serve } from '../support/serve.js'

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

test('answers say that TLS is to be used', async (t) => {
  const { client } = await serve(t)
  const { headers } = await client().call('GET /notes')
  assert.match(headers.get('Strict-Transport-Security'), /max-age=31536000/)
})

test('a network is an address of IPv4, or the first half of one of IPv6', () => {
  const same = ['2001:db8::1', '2001:db8:0:0:ffff::1', '2001:DB8:0:0:1:2:3:4', '2001:db8::1:2:3:4']
  assert.deepEqual(new Set(same.map(networkOf)), new Set(['2001:db8:0:0']))
  assert.equal(networkOf('::1'), '0:0:0:0')
  assert.equal(networkOf('::ffff:192.0.2.1'), '192.0.2.1')
  assert.equal(networkOf('192.0.2.1'), '192.0.2.1')
  assert.equal(networkOf(undefined), 'unknown')
})
