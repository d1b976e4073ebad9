import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { serve } from '../support/serve.js'

async function signedIn(t) {
  const { api, client } = await serve(t)
  const ada = client()
  await ada.signIn()
  return { api, ada }
}

/** Reads until `enough` returns true, then cancels. */
async function read(response, enough) {
  let text = ''
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk
    if (enough(text)) break
  }
  return text
}

test('every streaming route wants a token', async (t) => {
  const { client } = await serve(t)
  for (const route of ['GET /bytes/1', 'POST /bytes', 'GET /events']) {
    assert.equal((await client().call(route)).status, 401)
  }
})

test('bytes come in the order of their pattern, with or without a length', async (t) => {
  const { ada } = await signedIn(t)
  const expected = Buffer.from(Array.from({ length: 200_001 }, (_, i) => i % 251))
  const known = await ada.open('GET /bytes/200001')
  assert.equal(known.headers.get('Content-Length'), '200001')
  assert.equal(known.headers.get('Content-Type'), 'application/octet-stream')
  assert.ok(expected.equals(Buffer.from(await known.arrayBuffer())))

  const unknown = await ada.open('GET /bytes/200001?length=no&pause=1')
  assert.equal(unknown.headers.get('Content-Length'), null)
  assert.ok(expected.equals(Buffer.from(await unknown.arrayBuffer())))
  assert.equal((await ada.call('GET /bytes/0')).text, '')
})

test('a gigabyte is on offer and waits for its reader', async (t) => {
  const { api, ada } = await signedIn(t)
  const before = process.memoryUsage().rss
  const response = await ada.open(`GET /bytes/${2 ** 30}`)
  const reader = response.body.getReader()
  await reader.read()
  assert.ok(process.memoryUsage().rss - before < 2 ** 28)
  await reader.cancel()
  const { path, status } = await api.journal.when(({ aborted }) => aborted)
  assert.deepEqual([path, status], [`/api/v1/bytes/${2 ** 30}`, 200])
})

test('a client that goes during a pause is noticed at once', async (t) => {
  const { api, ada } = await signedIn(t)
  const response = await ada.open('GET /bytes/100000?pause=60000')
  const reader = response.body.getReader()
  await reader.read()
  await reader.cancel()
  assert.equal((await api.journal.when(({ aborted }) => aborted)).status, 200)
})

test('a stream that is dropped is not the doing of the client', async (t) => {
  const { api, ada } = await signedIn(t)
  api.faults.add({ route: 'bytes/10000000', kind: 'drop' })
  const response = await ada.open('GET /bytes/10000000?length=no')
  // When the connection ends, Node treats the received part as the whole body; browsers do not.
  await response.arrayBuffer()
  const { status, aborted } = await api.journal.when(({ path, status }) => /bytes/.test(path) && status)
  assert.deepEqual([status, aborted], [200, false])
})

test('a body of 100 MB is counted and hashed, not kept', async (t) => {
  const { ada } = await signedIn(t)
  const chunk = new Uint8Array(2 ** 20).fill(7)
  const hash = createHash('sha256')
  for (let i = 0; i < 100; i++) hash.update(chunk)
  const body = ReadableStream.from(Array(100).fill(chunk))
  const headers = { 'Content-Type': 'image/png' }
  const reply = await ada.call('POST /bytes', { body, headers, duplex: 'half' })
  assert.deepEqual(reply.body, {
    received: 100 * 2 ** 20,
    sha256: hash.digest('hex'),
    contentType: 'image/png',
  })
})

test('a form is counted as it is on the wire', async (t) => {
  const { ada } = await signedIn(t)
  const form = new FormData()
  form.set('file', new Blob(['hello']), 'hello.txt')
  const { body } = await ada.call('POST /bytes', { body: form })
  assert.match(body.contentType, /^multipart\/form-data; boundary=/)
  assert.ok(body.received > 100)
  const empty = await ada.call('POST /bytes')
  assert.deepEqual([empty.body.received, empty.body.contentType], [0, null])
})

test('an upload that breaks off is told by the journal', async (t) => {
  const { api, ada } = await signedIn(t)
  const controller = new AbortController()
  const body = new ReadableStream({ start: (stream) => stream.enqueue(new Uint8Array(1000)) })
  const reply = ada.call('POST /bytes', { body, duplex: 'half', signal: controller.signal })
  await api.journal.when(({ path }) => path === '/api/v1/bytes')
  controller.abort()
  await assert.rejects(reply, { name: 'AbortError' })
  assert.equal((await api.journal.when(({ aborted }) => aborted)).status, 0)
})

test('events are numbered, and end when they are told to', async (t) => {
  const { ada } = await signedIn(t)
  const { headers, text } = await ada.call('GET /events?every=10&count=3')
  assert.match(headers.get('Content-Type'), /^text\/event-stream/)
  const event = (n) => `id: ${n}\ndata: {"n":${n}}\n\n`
  assert.equal(text, event(1) + event(2) + event(3))
})

test('events go on until the client goes', async (t) => {
  const { api, ada } = await signedIn(t)
  const response = await ada.open('GET /events?every=10')
  await read(response, (text) => text.includes('id: 5\n'))
  const { path, status } = await api.journal.when(({ aborted }) => aborted)
  assert.deepEqual([path, status], ['/api/v1/events', 200])
})

test('numbers out of bounds are refused', async (t) => {
  const { ada } = await signedIn(t)
  const wrong = ['bytes/-1', `bytes/${2 ** 30 + 1}`, 'bytes/many', 'bytes/1?pause=60001', 'events?every=9']
  for (const path of wrong) assert.equal((await ada.call(`GET /${path}`)).status, 422, path)
})
