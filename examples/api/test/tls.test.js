import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, request } from 'node:https'
import { json } from 'node:stream/consumers'
import { test } from 'node:test'
import { createApi } from '../src/api.js'
import { createCertificate } from '../support/certificate.js'

async function serveOverTls(t) {
  const tls = createCertificate()
  const api = createApi()
  const { url, controlUrl, controlToken, close } = await api.listen({
    host: 'localhost',
    tls,
    controlPort: 0,
  })
  t.after(close)
  const agent = new Agent({ ca: tls.cert, keepAlive: true })
  t.after(() => agent.destroy())

  async function call(method, path, body) {
    const headers = { 'X-Requested-With': 'fetch', 'Content-Type': 'application/json' }
    const call = request(`${url}/api/v1${path}`, { method, agent, headers })
    call.end(body && JSON.stringify(body))
    const [response] = await once(call, 'response')
    return { headers: response.headers, status: response.statusCode, body: await json(response) }
  }
  return { api, url, controlUrl, controlToken, call }
}

test('with a key and a certificate, the API uses TLS and sets a Secure cookie', async (t) => {
  const { url, controlUrl, controlToken, call } = await serveOverTls(t)
  assert.match(url, /^https:\/\/localhost:\d+$/)
  const signedIn = await call('POST', '/login', { email: 'ada@example.com', password: 'correct horse' })
  assert.equal(signedIn.status, 200)
  assert.match(signedIn.headers['set-cookie'].join(), /^refresh_token=.*; Secure/)
  const headers = { Authorization: `Bearer ${controlToken}` }
  assert.equal((await fetch(`${controlUrl}/state`, { headers })).status, 200)
})

test('over TLS, a drop breaks only the connection of its own request', async (t) => {
  const { api, call } = await serveOverTls(t)
  api.faults.add({ route: 'public', kind: 'hold' })
  const held = api.faults.whenHeld('public')
  const answer = call('GET', '/public')
  await held
  api.faults.add({ route: 'public', kind: 'drop' })
  await assert.rejects(call('GET', '/public'), { code: 'ECONNRESET' })
  api.faults.release('public')
  assert.equal((await answer).status, 200)
})
