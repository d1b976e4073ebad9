import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createKey, environment } from '../support/serve.js'
import { databases, serve } from '../support/subject.js'

const SECONDS = 1000

for (const [name, create] of Object.entries(databases)) {
  const start = (t, options) => serve(t, { create, ...options })

  test(`${name}: a refresh replaces the token and responds like the sign-in`, async (t) => {
    const { client } = await start(t)
    const ada = client()
    const signedUp = await ada.signUp()
    const before = ada.cookie
    const refreshed = await ada.refresh()
    assert.equal(refreshed.status, 200)
    assert.deepEqual(Object.keys(refreshed.body), Object.keys(signedUp.body))
    assert.deepEqual(refreshed.body.user, { id: '1', email: 'ada@example.com', roles: ['user'] })
    assert.notEqual(ada.cookie, before)
    assert.equal((await ada.call('GET /me')).status, 200)
  })

  test(`${name}: the database contains no token and no part of a token`, async (t) => {
    const { client, db } = await start(t)
    const ada = client()
    await ada.signUp()
    const secrets = [ada.cookie]
    for (const _ of [1, 2]) {
      await ada.refresh()
      secrets.push(ada.cookie, ada.token)
    }
    const rows = JSON.stringify([await db('sessions'), await db('users'), await db('auth_failures')])
    const parts = secrets.flatMap((secret) => secret.replace(/^.*=/, '').split('.').slice(1))
    for (const part of parts) assert.ok(!rows.includes(part))
  })

  test(`${name}: twenty simultaneous refreshes all succeed, with the same cookie`, async (t) => {
    const { client } = await start(t)
    const ada = client()
    await ada.signUp()
    const tabs = Array.from({ length: 20 }, () => ada.copy())
    const statuses = await Promise.all(tabs.map((tab) => tab.refresh().then(({ status }) => status)))
    assert.deepEqual(new Set(statuses), new Set([200]))
    assert.equal(new Set(tabs.map(({ cookie }) => cookie)).size, 1)
    assert.equal((await tabs[7].refresh()).status, 200)
  })

  test(`${name}: within the grace period, the previous token gets the same new token`, async (t) => {
    const { client, pass } = await start(t)
    const ada = client()
    await ada.signUp()
    const late = ada.copy()
    await ada.refresh()
    await pass(9 * SECONDS)
    assert.equal((await late.refresh()).status, 200)
    assert.equal(late.cookie, ada.cookie)
  })

  test(`${name}: after the grace period, the previous token ends the session`, async (t) => {
    const { client, pass } = await start(t)
    const ada = client()
    await ada.signUp()
    const thief = ada.copy()
    await ada.refresh()
    await pass(11 * SECONDS)
    const refused = await thief.refresh()
    assert.deepEqual([refused.status, refused.body], [401, { error: 'reuse' }])
    assert.equal(refused.setCookie, undefined)
    assert.equal((await ada.call('GET /me')).status, 401)
    assert.deepEqual((await ada.refresh()).body, { error: 'revoked', reason: 'reuse' })
  })

  test(`${name}: the grace period ends when the new token is used`, async (t) => {
    const { client } = await start(t)
    const ada = client()
    await ada.signUp()
    const thief = ada.copy()
    await ada.refresh()
    await ada.refresh()
    assert.deepEqual((await thief.refresh()).body, { error: 'reuse' })
  })

  test(`${name}: a token that was spent three refreshes ago ends the session`, async (t) => {
    const { client } = await start(t)
    const ada = client()
    await ada.signUp()
    const thief = ada.copy()
    for (const _ of [1, 2, 3]) await ada.refresh()
    assert.deepEqual((await thief.refresh()).body, { error: 'reuse' })
    assert.equal((await ada.refresh()).status, 401)
  })

  test(`${name}: an invalid token is refused and ends no session`, async (t) => {
    const { client } = await start(t)
    const ada = client()
    await ada.signUp()
    const [sessionId, secret, mark] = ada.cookie.split('=')[1].split('.')
    const wrong = 'A'.repeat(43)
    const texts = [
      `${sessionId}.${wrong}.${mark}`,
      `${sessionId}.${secret}.${wrong}`,
      `${sessionId}.${secret}`,
      `${sessionId}.${secret}.${mark}.x`,
      `${sessionId}.`,
      '...',
      'x',
    ]
    for (const text of texts) {
      const forged = Object.assign(client(), { cookie: `refresh_token=${text}` })
      const { status, body, setCookie } = await forged.refresh()
      assert.deepEqual([text, status, body, setCookie], [text, 401, { error: 'unknown' }, undefined])
    }
    assert.deepEqual((await client().refresh()).body, { error: 'no_cookie' })
    assert.equal((await ada.refresh()).status, 200)
  })

  test(`${name}: a change of keys ends no session, also during the grace period`, async (t) => {
    const { client, start: restart } = await start(t)
    const ada = client()
    await ada.signUp()
    const late = ada.copy()
    await ada.refresh()
    const REFRESH_TOKEN_KEYS = `${createKey('r2')},${environment.REFRESH_TOKEN_KEYS}`
    const ACCESS_TOKEN_KEYS = `${createKey('a2')},${environment.ACCESS_TOKEN_KEYS}`
    const rotated = await restart({ REFRESH_TOKEN_KEYS, ACCESS_TOKEN_KEYS })
    const again = Object.assign(rotated.client(), { cookie: late.cookie })
    assert.equal((await again.refresh()).status, 200)
    assert.equal(again.cookie, ada.cookie)
    const onNew = Object.assign(rotated.client(), { cookie: ada.cookie, token: ada.token })
    assert.equal((await onNew.call('GET /me')).status, 200)
    assert.equal((await onNew.refresh()).status, 200)

    const without = await restart({ REFRESH_TOKEN_KEYS: createKey('r3'), ACCESS_TOKEN_KEYS: createKey('a3') })
    const locked = Object.assign(without.client(), { cookie: onNew.cookie, token: onNew.token })
    // Opaque access tokens are not signed, so that a new key does not affect them.
    const isSigned = onNew.token.split('.').length === 3
    assert.equal((await locked.call('GET /me')).status, isSigned ? 401 : 200)
    assert.deepEqual((await locked.refresh()).body, { error: 'unknown' })
  })
}
