import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testContract } from './contract.js'

await testContract('django')
const { serve } = await import('./subject.js')

test('a password that is changed elsewhere in Django, as in the admin site, ends all sessions', async (t) => {
  const { client, act } = await serve(t)
  const ada = client()
  await ada.signUp()
  await act('password', { email: 'ada@example.com', password: 'staple battery horse' })
  assert.equal((await ada.call('GET /me')).status, 401)
  assert.deepEqual((await ada.refresh()).body, { error: 'revoked', reason: 'password_changed' })
})

test('a user who is not active any more has no session', async (t) => {
  const { client, act } = await serve(t)
  const ada = client()
  await ada.signUp()
  await act('deactivate', { email: 'ada@example.com' })
  assert.equal((await ada.call('GET /me')).status, 401)
  assert.deepEqual((await ada.refresh()).body, { error: 'inactive' })
  assert.equal((await ada.signIn()).status, 401)
})
