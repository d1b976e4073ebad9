import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settingsFromEnvironment } from '../src/api.js'
import { flawNames } from '../src/flaws.js'
import { serve } from '../support/serve.js'

test('flaws are set by name, and there are none by default', async (t) => {
  const { api, client } = await serve(t)
  assert.deepEqual(api.settings.flaws, [])
  assert.match((await client().signIn()).headers.get('Set-Cookie'), /HttpOnly/)
  assert.deepEqual(settingsFromEnvironment({ API_FLAWS: 'token-long, cookie-twice' }), {
    flaws: ['token-long', 'cookie-twice'],
  })
})

test('flaws can be added and removed at run time', async (t) => {
  const { client, control } = await serve(t)
  await control('POST /settings', { flaws: ['cookie-readable', 'token-short'] })
  const { headers, body } = await client().signIn()
  assert.doesNotMatch(headers.get('Set-Cookie'), /HttpOnly/)
  assert.equal(body.expires_in, 10)
  await control('POST /reset')
  assert.match((await client().signIn()).headers.get('Set-Cookie'), /HttpOnly/)
})

test('the API works with all flaws that do not break its tokens', async (t) => {
  const spoilers = [
    'refresh-without-token',
    'redirect-instead-of-401',
    'cookie-prefix-broken',
    'refresh-refusal-500',
  ]
  const { client } = await serve(t, { flaws: flawNames.filter((name) => !spoilers.includes(name)) })
  const browser = client()
  assert.equal((await browser.signIn()).status, 200)
  assert.equal((await browser.call('POST /refresh')).status, 200)
  assert.equal((await browser.call('GET /me')).status, 200)
  assert.equal((await browser.call('POST /logout')).status, 204)
})
