import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serve } from '../support/subject.js'

const isAlive = async (browser) => (await browser.copy().refresh()).status === 200

test('a sign-out ends the session of the access token and that of the cookie', async (t) => {
  const { client } = await serve(t)
  const [ada, eve] = [client(), client()]
  await ada.signUp()
  await eve.signUp('eve@example.com')
  const both = Object.assign(client(), { cookie: eve.cookie, token: ada.token })
  const { status, setCookie } = await both.call('DELETE /logout')
  assert.equal(status, 204)
  assert.match(setCookie, /^refresh_token=(""|deleted)?;/)
  assert.match(setCookie, /; Path=\//i)
  assert.match(setCookie, /; (Expires=Thu, 01[ -]Jan[ -]1970|Max-Age=0)/i)
  assert.deepEqual([await isAlive(ada), await isAlive(eve)], [false, false])
})

test('a sign-out needs only the cookie or only the access token, and works with POST', async (t) => {
  const { client } = await serve(t)
  for (const left of ['cookie', 'token']) {
    const ada = client()
    await (left === 'cookie' ? ada.signUp() : ada.signIn())
    const one = Object.assign(client(), { [left]: ada[left] })
    assert.equal((await one.call('POST /logout')).status, 204)
    assert.equal(await isAlive(ada), false)
    assert.equal((await ada.call('GET /me')).status, 401)
  }
})

test('an expired access token can sign out, and nothing else', async (t) => {
  const { client, pass } = await serve(t)
  const ada = client()
  await ada.signUp()
  await pass(16 * 60_000)
  assert.equal((await ada.call('GET /me')).status, 401)
  const bearer = Object.assign(client(), { token: ada.token })
  assert.equal((await bearer.call('DELETE /logout')).status, 204)
  assert.equal(await isAlive(ada), false)
})

test('a sign-out without a valid session is refused and does not delete the cookie', async (t) => {
  const { client } = await serve(t)
  const ada = client()
  await ada.signUp()
  const forged = { cookie: `${ada.cookie.slice(0, -5)}AAAAA`, token: `${ada.token.slice(0, -5)}AAAAA` }
  for (const what of [{}, forged]) {
    const refused = await Object.assign(client(), what).call('DELETE /logout')
    assert.deepEqual([refused.status, refused.setCookie], [401, undefined])
    assert.match(refused.headers.get('WWW-Authenticate'), /^Bearer/)
  }
  assert.equal(await isAlive(ada), true)
})

test('a sign-out of a session that has ended succeeds', async (t) => {
  const { client } = await serve(t)
  const ada = client()
  await ada.signUp()
  const again = ada.copy()
  assert.equal((await ada.call('DELETE /logout')).status, 204)
  assert.equal((await again.call('DELETE /logout')).status, 204)
})

test('a sign-out with a spent cookie ends the session', async (t) => {
  const { client } = await serve(t)
  const ada = client()
  await ada.signUp()
  const spent = Object.assign(client(), { cookie: ada.cookie })
  await ada.refresh()
  assert.equal((await spent.call('DELETE /logout')).status, 204)
  assert.equal(await isAlive(ada), false)
})
