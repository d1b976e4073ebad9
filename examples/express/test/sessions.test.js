import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PASSWORD } from '../support/client.js'
import { databases, serve } from '../support/subject.js'

const DAY = 24 * 60 * 60 * 1000
const OTHER = 'staple battery horse'

for (const [name, create] of Object.entries(databases)) {
  const start = (t, options) => serve(t, { create, ...options })

  test(`${name}: a user can list the own sessions and end one`, async (t) => {
    const { client } = await start(t)
    const [laptop, phone, eve] = [client(), client(), client()]
    await laptop.signUp()
    await phone.signIn()
    await eve.signUp('eve@example.com')
    const { sessions } = (await phone.call('GET /sessions')).body
    assert.deepEqual(
      sessions.map(({ current, user_agent, address }) => [current, user_agent, address]),
      [
        [true, 'node', '127.0.0.1'],
        [false, 'node', '127.0.0.1'],
      ],
    )
    const { id } = sessions[1]
    assert.equal((await eve.call(`DELETE /sessions/${id}`)).status, 404)
    assert.equal((await laptop.call('GET /me')).status, 200)
    assert.equal((await phone.call(`DELETE /sessions/${id}`)).status, 204)
    assert.equal((await laptop.call('GET /me')).status, 401)
    assert.deepEqual((await laptop.refresh()).body, { error: 'revoked', reason: 'signed_out' })
    assert.equal((await phone.refresh()).status, 200)
    assert.equal((await phone.call('DELETE /sessions/nonsense')).status, 404)
  })

  test(`${name}: DELETE /sessions ends all sessions of the user, and no others`, async (t) => {
    const { client } = await start(t)
    const [laptop, phone, eve] = [client(), client(), client()]
    await laptop.signUp()
    await phone.signIn()
    await eve.signUp('eve@example.com')
    assert.equal((await laptop.call('DELETE /sessions')).status, 204)
    for (const each of [laptop, phone]) assert.equal((await each.call('GET /me')).status, 401)
    assert.equal((await eve.call('GET /me')).status, 200)
  })

  test(`${name}: a session ends after 14 days without a refresh`, async (t) => {
    const { client, pass } = await start(t)
    const ada = client()
    await ada.signUp()
    await pass(13 * DAY)
    assert.equal((await ada.refresh()).status, 200)
    await pass(14 * DAY + 1000)
    assert.deepEqual((await ada.refresh()).body, { error: 'expired' })
  })

  test(`${name}: a session and its access token end 30 days after the sign-in`, async (t) => {
    const { client, pass } = await start(t)
    const ada = client()
    await ada.signUp()
    for (const _ of [1, 2]) {
      await pass(13 * DAY)
      assert.equal((await ada.refresh()).status, 200)
    }
    await pass(4 * DAY - 60_000)
    const last = await ada.refresh()
    assert.ok(last.body.expires_in <= 60)
    assert.match(last.setCookie, /Max-Age=([1-5]\d|60);/)
    await pass(60_000)
    assert.equal((await ada.call('GET /me')).status, 401)
    assert.deepEqual((await ada.refresh()).body, { error: 'expired' })
  })

  test(`${name}: an idle session refuses an access token that has not expired`, async (t) => {
    const { client, pass } = await start(t, { config: { idleLifetime: 60_000 } })
    const ada = client()
    await ada.signUp()
    await pass(61_000)
    assert.equal((await ada.call('GET /me')).status, 401)
  })

  test(`${name}: a sign-in ends the previous session of the browser, of any user`, async (t) => {
    const { client } = await start(t)
    const ada = client()
    await ada.signUp()
    const before = ada.copy()
    await ada.signIn()
    assert.deepEqual((await before.refresh()).body, { error: 'revoked', reason: 'replaced' })
    const second = ada.copy()
    await ada.signUp('eve@example.com')
    assert.equal((await second.call('GET /me')).status, 401)
    assert.equal((await ada.call('GET /me')).body.user.email, 'eve@example.com')
  })

  test(`${name}: a failed sign-in does not change the session`, async (t) => {
    const { client } = await start(t)
    const ada = client()
    await ada.signUp()
    const failed = await ada.signIn('ada@example.com', 'wrong')
    assert.deepEqual(
      [failed.status, failed.body, failed.setCookie],
      [401, { error: 'credentials' }, undefined],
    )
    assert.equal((await ada.refresh()).status, 200)
  })

  test(`${name}: a password change requires the current password and ends the other sessions`, async (t) => {
    const { client } = await start(t)
    const [laptop, phone] = [client(), client()]
    await laptop.signUp()
    await phone.signIn()
    const change = (current_password, password) =>
      laptop.call('POST /password', { json: { current_password, password } })
    const refused = await change('wrong', OTHER)
    assert.deepEqual(refused.body.fields, { current_password: ['is wrong'] })
    assert.equal(refused.status, 422)
    assert.equal((await change(PASSWORD, 'short')).status, 422)
    assert.equal((await phone.call('GET /me')).status, 200)

    assert.equal((await change(PASSWORD, OTHER)).status, 204)
    assert.equal((await laptop.refresh()).status, 200)
    assert.deepEqual((await phone.refresh()).body, { error: 'revoked', reason: 'password_changed' })
    assert.equal((await client().signIn()).status, 401)
    assert.equal((await client().signIn('ada@example.com', OTHER)).status, 200)
  })

  test(`${name}: an administrator can end sessions and change roles, with effect from the next request`, async (t) => {
    const { client, makeAdmin } = await start(t)
    const [ada, bob] = [client(), client()]
    await ada.signUp()
    await bob.signUp('bob@example.com')
    assert.equal((await ada.call('DELETE /admin/users/2/sessions')).status, 403)
    await makeAdmin('ada@example.com')
    assert.equal((await ada.call('DELETE /admin/users/2/sessions')).status, 204)
    assert.deepEqual((await bob.refresh()).body, { error: 'revoked', reason: 'ended_by_admin' })

    await bob.signIn('bob@example.com')
    const setRoles = (id, roles) => ada.call(`PUT /admin/users/${id}/roles`, { json: { roles } })
    assert.deepEqual((await setRoles(2, ['admin'])).body.user.roles, ['admin'])
    assert.deepEqual((await bob.call('GET /me')).body.user.roles, ['admin'])
    assert.equal((await setRoles(2, [])).status, 200)
    assert.equal((await bob.call('DELETE /admin/users/1/sessions')).status, 403)
    assert.deepEqual((await setRoles(1, ['user'])).body, { error: 'last_admin' })
    assert.equal((await setRoles(2, 'admin')).status, 422)
    for (const id of ['3', 'x', '1e9', '%00', '99999999999999999999'])
      assert.ok([404, 400].includes((await setRoles(id, [])).status), id)
  })

  test(`${name}: the clean-up deletes sessions that ended or expired more than a week ago`, async (t) => {
    const { client, store, db, pass } = await start(t)
    const [ended, ada] = [client(), client()]
    await ended.signUp()
    await ended.call('DELETE /logout')
    await ada.signIn()
    await ada.signIn('ada@example.com', 'wrong')
    await pass(6 * DAY)
    assert.equal(await store.cleanUp(), 0)
    await pass(2 * DAY)
    assert.equal(await store.cleanUp(), 1)
    assert.deepEqual(await db('auth_failures'), [])
    assert.equal((await ada.refresh()).status, 200)
    await pass(22 * DAY)
    assert.equal(await store.cleanUp(), 1)
    assert.deepEqual(await db('sessions'), [])
    assert.deepEqual((await ada.refresh()).body, { error: 'unknown' })
  })
}
