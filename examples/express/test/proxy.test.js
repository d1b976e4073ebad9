import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PASSWORD } from '../support/client.js'
import { serve } from '../support/subject.js'

test('in production, a request without TLS is refused or redirected, and sets no cookie', async (t) => {
  const { client } = await serve(t, {
    env: { PUBLIC_URL: 'https://api.example.com', TRUST_PROXY: 'loopback' },
  })
  const json = { email: 'ada@example.com', password: PASSWORD }
  const refused = await client().call('POST /signup', { json, redirect: 'manual' })
  assert.ok([301, 403].includes(refused.status))
  assert.equal(refused.setCookie, undefined)

  const behindProxy = { 'X-Forwarded-Proto': 'https' }
  const { status, setCookie, headers } = await client().call('POST /signup', { json, headers: behindProxy })
  assert.equal(status, 201)
  assert.match(setCookie, /^__Host-refresh_token=[\w.-]+;/)
  for (const attribute of ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax'])
    assert.ok(
      setCookie.toLowerCase().split('; ').includes(attribute.toLowerCase()),
      `${attribute}: ${setCookie}`,
    )
  assert.match(headers.get('Strict-Transport-Security'), /max-age=31536000/)
})

test('forwarding headers of an untrusted client are ignored', async (t) => {
  const { client } = await serve(t, { env: { PUBLIC_URL: 'https://api.example.com' } })
  const json = { email: 'ada@example.com', password: PASSWORD }
  const forged = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '127.0.0.1', Forwarded: 'proto=https' }
  const { status } = await client().call('POST /signup', { json, headers: forged, redirect: 'manual' })
  assert.ok([301, 403].includes(status))
})
