import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serve } from '../support/serve.js'

test("status answers in the handler's place, as often as asked", async (t) => {
  const { api, client } = await serve(t)
  const browser = client()
  await browser.signIn()
  api.faults.add({ route: 'refresh', kind: 'status', status: 429, retryAfter: 2, times: 2 })
  for (const _ of [1, 2]) {
    const { status, headers } = await browser.call('POST /refresh')
    assert.deepEqual([status, headers.get('Retry-After')], [429, '2'])
  }
  assert.equal((await browser.call('POST /refresh')).status, 200)
  const { total, ok } = api.state().counts.refresh
  assert.deepEqual([total, ok], [3, 1])
})

test('a fault strikes its own route only, and * any', async (t) => {
  const { api, client } = await serve(t)
  api.faults.add({ route: 'notes', kind: 'status' })
  assert.equal((await client().call('GET /public')).status, 200)
  assert.equal((await client().call('GET /notes')).status, 503)
  api.faults.add({ route: '*', kind: 'status', status: 502 })
  assert.equal((await client().call('GET /public')).status, 502)
  assert.equal((await client().call('GET /public')).status, 200)
})

test('drop does what was asked and breaks the connection', async (t) => {
  const { api, client } = await serve(t)
  const browser = client()
  await browser.signIn()
  api.faults.add({ route: 'refresh', kind: 'drop' })
  await assert.rejects(browser.call('POST /refresh'), { name: 'TypeError' })

  const { ok, total } = api.state().counts.refresh
  assert.deepEqual([total, ok], [1, 1])
  const { status, aborted } = api.journal.entries().at(-1)
  assert.deepEqual([status, aborted], [0, false])
  assert.deepEqual((await browser.call('POST /refresh')).body, { error: 'reuse' })
})

test('cut does what was asked and breaks the connection in the middle of the answer', async (t) => {
  const { api, url, client } = await serve(t)
  const browser = client()
  await browser.signIn()
  api.faults.add({ route: 'public', kind: 'cut' })
  const reply = await fetch(`${url}/api/v1/public`)
  assert.equal(reply.status, 200)
  await assert.rejects(reply.text(), { name: 'TypeError' })
  assert.equal(api.journal.entries().at(-1).aborted, false)
  const spent = new Map(browser.cookies)
  api.faults.add({ route: 'refresh', kind: 'cut' })
  await assert.rejects(browser.call('POST /refresh'), { name: 'TypeError' })
  assert.equal((await browser.call('POST /refresh')).status, 200, 'its cookies have come')
  for (const pair of spent) browser.cookies.set(...pair)
  assert.deepEqual((await browser.call('POST /refresh')).body, { error: 'reuse' })
})

test('a fault can be chosen for each request, after those that are ordered, until the next reset', async (t) => {
  const { api, client } = await serve(t)
  const asked = []
  api.faults.choose(({ path }) => {
    asked.push(path)
    return asked.length === 2 ? { kind: 'status', status: 502 } : undefined
  })
  api.faults.add({ route: 'public', kind: 'status', status: 503 })
  const statusOf = async () => (await client().call('GET /public')).status
  assert.deepEqual(
    [await statusOf(), await statusOf(), await statusOf(), await statusOf()],
    [503, 200, 502, 200],
  )
  assert.deepEqual(asked, Array(3).fill('/api/v1/public'))
  api.reset()
  await statusOf()
  assert.equal(asked.length, 3)
})

test('while a drop is pending no connection is used twice', async (t) => {
  const { api, client } = await serve(t)
  api.faults.add({ route: 'refresh', kind: 'drop' })
  assert.equal((await client().call('GET /public')).headers.get('Connection'), 'close')
})

test('answer sends any status, headers and body', async (t) => {
  const { api, client } = await serve(t)
  const headers = { 'Content-Type': 'text/html', 'Set-Cookie': ['a=1', 'b=2'] }
  api.faults.add({ route: 'login', kind: 'answer', status: 201, headers, body: '<p>' })
  const reply = await client().signIn()
  assert.deepEqual([reply.status, reply.text], [201, '<p>'])
  assert.equal(reply.headers.get('Content-Type'), 'text/html')
  assert.deepEqual(reply.headers.getSetCookie(), ['a=1', 'b=2'])
})

test('hold keeps back the reply of a handler that ran', async (t) => {
  const { api, client } = await serve(t)
  const browser = client()
  await browser.signIn()
  api.faults.add({ route: 'refresh', kind: 'hold' })
  const reply = browser.call('POST /refresh')
  await api.faults.whenHeld('refresh')

  assert.equal(api.state().counts.refresh.ok, 1)
  assert.deepEqual(api.faults.held(), { refresh: 1 })
  assert.equal(api.faults.release('notes'), 0)
  assert.equal(api.faults.release('refresh'), 1)
  assert.equal((await reply).status, 200)
  assert.deepEqual(api.faults.held(), {})
})

test('holdBefore keeps back the request from its handler', async (t) => {
  const { api, client } = await serve(t)
  const browser = client()
  await browser.signIn()
  api.faults.add({ route: 'refresh', kind: 'holdBefore' })
  const reply = browser.call('POST /refresh')
  await api.faults.whenHeld('refresh')

  assert.equal(api.state().counts.refresh.ok, 0)
  assert.equal(api.journal.entries().at(-1).status, null)
  api.faults.release()
  assert.equal((await reply).status, 200)
  assert.equal(api.state().counts.refresh.ok, 1)
})

test('delay does what was asked at once and sends the reply later', async (t) => {
  const { api, client } = await serve(t)
  const browser = client()
  await browser.signIn()
  api.faults.add({ route: 'refresh', kind: 'delay', millis: 40 })
  const start = performance.now()
  const reply = browser.call('POST /refresh')
  await api.faults.whenHeld('refresh')

  assert.equal(api.state().counts.refresh.ok, 1)
  assert.equal(api.journal.entries().at(-1).status, null)
  assert.equal((await reply).status, 200)
  // A timer may fire a millisecond early.
  assert.ok(performance.now() - start >= 39)
  assert.deepEqual(api.faults.held(), {})
})

test('delayBefore does what was asked later, even if the client has gone', async (t) => {
  const { api, client } = await serve(t)
  const browser = client()
  await browser.signIn()
  api.faults.add({ route: 'refresh', kind: 'delayBefore', millis: 60_000 })
  const abort = new AbortController()
  const reply = browser.call('POST /refresh', { signal: abort.signal })
  await api.faults.whenHeld('refresh')
  assert.equal(api.state().counts.refresh.ok, 0)

  abort.abort()
  await assert.rejects(reply, { name: 'AbortError' })
  await api.journal.when(({ path, aborted }) => path.endsWith('/refresh') && aborted)
  assert.equal(api.faults.release('refresh'), 1)
  assert.equal((await browser.call('POST /refresh')).body.error, 'reuse')
})

test('a delay ends when it is released or reset, once', async (t) => {
  const { api, client } = await serve(t)
  api.faults.add({ route: 'public', kind: 'delay', millis: 60_000, times: 2 })
  for (const end of [() => api.faults.release('public'), () => api.reset()]) {
    const reply = client().call('GET /public')
    await api.faults.whenHeld('public')
    end()
    assert.equal((await reply).status, 200)
    assert.deepEqual(api.faults.held(), {})
  }
})

test('a drop with millis keeps the connection open first', async (t) => {
  const { api, client } = await serve(t)
  const browser = client()
  await browser.signIn()
  api.faults.add({ route: 'refresh', kind: 'drop', millis: 60_000 })
  const reply = browser.call('POST /refresh')
  await api.faults.whenHeld('refresh')
  assert.equal(api.state().counts.refresh.ok, 1)
  api.faults.release('refresh')
  await assert.rejects(reply, { name: 'TypeError' })
  assert.equal(api.journal.entries().at(-1).aborted, false)
})

test('a held request whose client has gone is held no longer', async (t) => {
  const { api, client } = await serve(t)
  api.faults.add({ route: 'public', kind: 'hold' })
  const abort = new AbortController()
  const reply = client().call('GET /public', { signal: abort.signal })
  await api.faults.whenHeld('public')
  abort.abort()
  await assert.rejects(reply, { name: 'AbortError' })
  // The server detects it a moment later, at the latest while it handles this request.
  while (api.faults.held().public) await client().call('GET /me')
  assert.equal(api.journal.entries()[0].status, 0)
})

test('refreshes are counted as concurrent from arrival to reply', async (t) => {
  const { api, client } = await serve(t)
  const browsers = [client(), client(), client()]
  for (const browser of browsers) await browser.signIn()
  await browsers[0].call('POST /refresh')
  assert.equal(api.state().counts.maxConcurrentRefreshes, 1)

  api.faults.add({ route: 'refresh', kind: 'hold', times: 3 })
  const replies = browsers.map((browser) => browser.call('POST /refresh'))
  await api.faults.whenHeld('refresh', 3)
  api.faults.release()
  await Promise.all(replies)
  assert.equal(api.state().counts.maxConcurrentRefreshes, 3)
})

test('latency delays every answer, refreshLatency those of refresh more', async (t) => {
  const { client } = await serve(t, { latency: 30, refreshLatency: 50 })
  const took = async (route) => {
    const start = performance.now()
    await client().call(route)
    return performance.now() - start
  }
  // A timer may fire a millisecond early.
  assert.ok((await took('GET /public')) >= 29)
  assert.ok((await took('POST /refresh')) >= 79)
})

test('a fault that makes no sense is refused, and why is said', async (t) => {
  const { api } = await serve(t)
  const wrong = [
    [undefined, /must be an object/],
    [{ kind: 'drop' }, /a fault's route must be/],
    [
      { route: 'notes', kind: 'explode' },
      /kind must be one of status, answer, drop, cut, hold, holdBefore, delay, delayBefore/,
    ],
    [{ route: 'notes', kind: 'delay' }, /millis must be .* delay and delayBefore need it/],
    [{ route: 'notes', kind: 'delayBefore', millis: -1 }, /millis must be milliseconds, 0 or more/],
    [{ route: 'notes', kind: 'delay', millis: 2 ** 31 }, /millis must be/],
    [{ route: 'notes', kind: 'delay', millis: '5' }, /millis must be/],
    [{ route: 'notes', kind: 'hold', millis: 5 }, /millis must be .* for delay, delayBefore, drop, cut only/],
    [{ route: 'notes', kind: 'status', status: 1000 }, /status must be 200 to 599/],
    [{ route: 'notes', kind: 'drop', times: 0 }, /times must be a whole number above 0/],
    [{ route: 'notes', kind: 'answer', body: {} }, /body must be a string/],
    [{ route: 'notes', kind: 'answer', headers: { 'a b': 'c' } }, /headers must be/],
    [{ route: 'notes', kind: 'status', retryAfter: 'soon' }, /retryAfter must be/],
    [{ route: 'notes', kind: 'status', retry_after: 1 }, /a fault has no "retry_after"/],
  ]
  for (const [fault, message] of wrong) {
    assert.throws(() => api.faults.add(fault), { name: 'InvalidInput', message })
  }
  assert.deepEqual(api.faults.pending(), [])
})
