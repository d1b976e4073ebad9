import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testContract } from './contract.js'

await testContract('django')
const { serve } = await import('./subject.js')

test('a change of the password elsewhere in Django, for example in the admin site, ends all sessions of the user', async (t) => {
  const { client, act } = await serve(t)
  const ada = client()
  await ada.signUp()
  await act('password', { email: 'ada@example.com', password: 'staple battery horse' })
  assert.equal((await ada.call('GET /me')).status, 401)
  assert.deepEqual((await ada.refresh()).body, { error: 'revoked', reason: 'password_changed' })
})

test('the deactivation of a user ends the sessions of the user and refuses sign-ins', async (t) => {
  const { client, act } = await serve(t)
  const ada = client()
  await ada.signUp()
  await act('deactivate', { email: 'ada@example.com' })
  assert.equal((await ada.call('GET /me')).status, 401)
  assert.deepEqual((await ada.refresh()).body, { error: 'inactive' })
  assert.equal((await ada.signIn()).status, 401)
})
