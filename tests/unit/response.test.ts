import { expect, test, vi } from 'vitest'
import { readAll, receive } from '../../js/protocol/body.js'
import { WINDOW } from '../../js/protocol/messages.js'
import { packHead } from '../../js/protocol/packing.js'
import { RemoteResponse } from '../../js/protocol/response.js'

/** The value that arrives at the other end of a port. */
const sent = <T>(value: T): T => structuredClone(value)
const bytes = (text: string) => new TextEncoder().encode(text)

const { signal } = new AbortController()

/** A body that has arrived in these chunks. */
function whole(...chunks: string[]) {
  const body = receive(vi.fn(), vi.fn())
  for (const chunk of chunks) body.push(bytes(chunk))
  body.end(signal)
  return body.readable
}

const head = packHead(new Response(null, { headers: { 'content-type': 'application/json' } }))

/** A response with fields that no constructor sets. */
function answer(told: Partial<Response>, init: ResponseInit = {}) {
  const response = new Response(null, init)
  for (const [name, value] of Object.entries(told)) Object.defineProperty(response, name, { value })
  return response
}

test('promise 12: a response and its clones have the fields of the response of fetch', async () => {
  const before = answer(
    { url: 'https://api.test/me', redirected: true, type: 'cors' },
    { status: 404, statusText: 'Nope', headers: { 'x-a': '1' } },
  )
  const first = new RemoteResponse(sent(packHead(before)), whole('abc'))
  for (const after of [first.clone().clone(), first.clone(), first]) {
    const { status, statusText, ok, url, redirected, type } = after
    expect({ status, statusText, ok, url, redirected, type }).toEqual({
      status: 404,
      statusText: 'Nope',
      ok: false,
      url: 'https://api.test/me',
      redirected: true,
      type: 'cors',
    })
    expect([after.headers.get('x-a'), await after.text()]).toEqual(['1', 'abc'])
    expect(after).toBeInstanceOf(Response)
  }
})

test('promise 12: every status of fetch is supported, with null as body', () => {
  for (const status of [200, 201, 204, 205, 299, 304, 400, 401, 500, 599]) {
    const after = new RemoteResponse(sent(packHead(new Response(null, { status }))), null)
    expect([after.status, after.ok]).toEqual([status, status < 300])
  }
})

test('promise 12: a filtered redirect and its clones keep status 0', () => {
  const head = { status: 0, statusText: '', headers: [], url: 'https://api.test/', redirected: false }
  for (const type of ['opaqueredirect', 'opaque'] as const) {
    const after = new RemoteResponse(sent({ ...head, headers: [] as [string, string][], type }), null)
    for (const response of [after, after.clone()])
      expect(response).toMatchObject({ status: 0, ok: false, type, url: head.url })
  }
})

test('promise 12: a body can be read once, by every method of fetch', async () => {
  const made = () => new RemoteResponse(head, whole('{"a":', '"\u00e9"}'))
  const text = '{"a":"\u00e9"}'
  expect(await made().text()).toBe(text)
  expect(await made().json()).toEqual({ a: '\u00e9' })
  expect(new Uint8Array(await made().arrayBuffer())).toEqual(bytes(text))
  expect(await made().bytes()).toEqual(bytes(text))
  expect((await made().blob()).type).toBe('application/json')
  const parts = []
  for await (const part of made().body as unknown as AsyncIterable<Uint8Array>) parts.push(...part)
  expect(new Uint8Array(parts)).toEqual(bytes(text))

  const response = made()
  expect(response.bodyUsed).toBe(false)
  const reading = response.text()
  expect(response.bodyUsed).toBe(true)
  await expect(response.json()).rejects.toThrow(TypeError)
  expect(await reading).toBe(text)
  await expect(response.arrayBuffer()).rejects.toThrow(TypeError)
  expect(() => response.clone()).toThrow(TypeError)
})

test('promise 12: chunks that a reader of the stream has taken are not returned again', async () => {
  const response = new RemoteResponse(head, whole('a', 'b'))
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  expect((await reader.read()).value).toEqual(bytes('a'))
  await expect(response.text()).rejects.toThrow(TypeError)
  expect((await reader.read()).value).toEqual(bytes('b'))
  expect((await reader.read()).done).toBe(true)
})

test('promise 12: an empty body and empty chunks add no bytes', async () => {
  expect(await new RemoteResponse(head, whole()).text()).toBe('')
  expect(await new RemoteResponse(head, whole('', 'a', '')).text()).toBe('a')
  expect(await new RemoteResponse(head, null).text()).toBe('')
})

test('promise 12: a stream requests a few chunks at a time, as they are read', async () => {
  const grant = vi.fn()
  const body = receive(grant, vi.fn())
  for (let chunk = 0; chunk < WINDOW; chunk++) body.push(bytes('x'))
  expect(grant).not.toHaveBeenCalled()
  const reader = body.readable.getReader()
  for (let chunk = 0; chunk < WINDOW; chunk++) await reader.read()
  expect(grant).not.toHaveBeenCalled()
  const reading = reader.read()
  expect(grant.mock.calls).toEqual([[WINDOW]])
  body.push(bytes('y'))
  expect((await reading).value).toEqual(bytes('y'))
})

test('promise 12: empty chunks count as read, so that a reader gets the next chunk', async () => {
  const grant = vi.fn()
  const body = receive(grant, vi.fn())
  const reading = body.readable.getReader().read()
  for (let chunk = 0; chunk < WINDOW; chunk++) body.push(bytes(''))
  expect(grant).toHaveBeenCalled()
  body.push(bytes('x'))
  expect((await reading).value).toEqual(bytes('x'))
})

test('promise 12: a failure rejects every reading of the body at once', async () => {
  const reason = new DOMException('given up', 'AbortError')
  const collected = receive(vi.fn(), vi.fn())
  const text = new RemoteResponse(head, collected.readable).text()
  collected.push(bytes('a'))
  collected.fail(reason)
  await expect(text).rejects.toBe(reason)

  const streamed = receive(vi.fn(), vi.fn())
  const reader = streamed.readable.getReader()
  streamed.push(bytes('a'))
  streamed.fail(reason)
  await expect(reader.read()).rejects.toBe(reason)

  const late = receive(vi.fn(), vi.fn())
  late.fail(reason)
  await expect(new RemoteResponse(head, late.readable).text()).rejects.toBe(reason)
})

test('promise 12: cancelling a body stops its source, and reading it completely does not', async () => {
  const [stop, grant] = [vi.fn(), vi.fn()]
  const cancelled = receive(grant, stop)
  await new RemoteResponse(head, cancelled.readable).body?.cancel()
  expect(stop).toHaveBeenCalledOnce()

  const read = receive(grant, stop)
  const text = new RemoteResponse(head, read.readable).text()
  read.push(bytes('a'))
  read.end(signal)
  expect([await text, stop.mock.calls.length]).toEqual(['a', 1])
})

test('promise 12: a status that no constructor accepts is supported, with or without a body', async () => {
  for (const status of [204, 205, 304, 600, 999]) {
    const head = {
      status,
      statusText: 'x',
      headers: [],
      url: 'https://a.test/',
      redirected: false,
      type: 'basic',
    } as const
    const after = new RemoteResponse(sent({ ...head, headers: [] as [string, string][] }), whole('abc'))
    for (const response of [after.clone(), after]) {
      expect([response.status, response.ok, response.statusText]).toEqual([status, status < 300, 'x'])
      expect(await response.text()).toBe('abc')
    }
    expect(new RemoteResponse({ ...head, headers: [] }, null).body).toBe(null)
  }
})

/** The error of a reading when the call is aborted while the body arrives. */
async function aborted(read: (response: Response) => Promise<unknown>) {
  const body = receive(vi.fn(), vi.fn())
  const reading = read(new RemoteResponse(head, body.readable)).catch((error) => error)
  body.push(bytes('half'))
  body.fail('enough')
  return reading
}

test('promise 12: a reading that is aborted rejects with the reason of the signal', async () => {
  const readings: ((response: Response) => Promise<unknown>)[] = [
    (response) => response.text(),
    (response) => response.json(),
    (response) => response.arrayBuffer(),
    (response) => response.bytes(),
    (response) => response.blob(),
    (response) => response.formData(),
    (response) => response.clone().blob(),
    (response) => response.clone().text(),
    async (response) => {
      const reader = (response.body as ReadableStream).getReader()
      while (!(await reader.read()).done);
    },
  ]
  for (const read of readings) expect(await aborted(read)).toBe('enough')
})

test('promise 12: a blob has the same type as in fetch, and a form is parsed', async () => {
  const typed = (type: string) => ({ ...head, headers: [['content-type', type]] as [string, string][] })
  const native = await new Response('x', { headers: { 'content-type': 'Text/Plain; charset=UTF-8' } }).blob()
  const blob = await new RemoteResponse(typed('Text/Plain; charset=UTF-8'), whole('x')).blob()
  expect([blob.type, await blob.text()]).toEqual([native.type, 'x'])
  const form = await new RemoteResponse(
    typed('application/x-www-form-urlencoded'),
    whole('a=1&b=2'),
  ).formData()
  expect([...form]).toEqual([
    ['a', '1'],
    ['b', '2'],
  ])
})

test('the headers of a response and of its clone are immutable, as in fetch', () => {
  const response = new RemoteResponse(sent(packHead(new Response(null, { headers: { 'x-a': '1' } }))), null)
  for (const { headers } of [response, response.clone()]) {
    expect(() => headers.set('x-a', '2')).toThrow(TypeError)
    expect(() => headers.append('x-b', '2')).toThrow(TypeError)
    expect(() => headers.delete('x-a')).toThrow(TypeError)
    expect([...headers]).toEqual([['x-a', '1']])
    expect([...new Headers(headers)]).toEqual([['x-a', '1']])
  }
})

test('promise 12: a status text that no constructor accepts is supported, with any status', () => {
  for (const statusText of ['a\x01b', 'a\x7fb', '\u2603', 'a\tb', 'D\u00e9j\u00e0']) {
    for (const status of [200, 404, 999]) {
      const response = new RemoteResponse({ ...head, status, statusText, headers: [['x-a', '1']] }, null)
      for (const { headers, ...after } of [response, response.clone()].map((one) => ({
        status: one.status,
        statusText: one.statusText,
        ok: one.ok,
        headers: one.headers,
      }))) {
        expect(after).toEqual({ status, statusText, ok: status === 200 })
        expect([...headers]).toEqual([['x-a', '1']])
      }
    }
  }
})

test('promise 12: statuses at both ends of what the constructor accepts keep their headers', () => {
  for (const status of [199, 200, 299, 300, 599, 600]) {
    const response = new RemoteResponse({ ...head, status, headers: [['x-a', '1']] }, null)
    expect([response.status, response.ok]).toEqual([status, status >= 200 && status < 300])
    expect([...response.headers]).toEqual([['x-a', '1']])
  }
})

test('promise 12: a change of the headers of a response fails with the message of fetch', () => {
  const { headers } = new RemoteResponse(head, null)
  expect(() => headers.set('x-a', '2')).toThrow('Headers are immutable.')
})

test('promise 12: the body of an aborted request is not read, and does not count as used', async () => {
  const abort = new AbortController()
  const body = receive(vi.fn(), vi.fn())
  const response = new RemoteResponse(head, body.readable, abort.signal)
  abort.abort('enough')
  await expect(response.text()).rejects.toBe('enough')
  expect(response.bodyUsed).toBe(false)
  await expect(response.clone().text()).rejects.toBe('enough')
})

test('promise 12: a body that has arrived fails when its request is aborted before it is read, and not after', async () => {
  const [early, late] = [new AbortController(), new AbortController()]
  const unread = receive(vi.fn(), vi.fn())
  unread.push(bytes('a'))
  unread.end(early.signal)
  early.abort('enough')
  await expect(unread.readable.getReader().read()).rejects.toBe('enough')

  const removed = vi.spyOn(late.signal, 'removeEventListener')
  const read = receive(vi.fn(), vi.fn())
  read.push(bytes('a'))
  read.end(late.signal)
  expect(await new Response(read.readable).text()).toBe('a')
  expect(removed.mock.calls.map(([type]) => type)).toEqual(['abort'])
  late.abort('enough')

  const cancelled = receive(vi.fn(), vi.fn())
  const third = new AbortController()
  const dropped = vi.spyOn(third.signal, 'removeEventListener')
  cancelled.push(bytes('a'))
  cancelled.end(third.signal)
  await cancelled.readable.cancel()
  expect(dropped).toHaveBeenCalledTimes(1)
})

test('promise 12: a reader with a buffer of its own gets the bytes, and then the end', async () => {
  const body = receive(vi.fn(), vi.fn())
  const reader = body.readable.getReader({ mode: 'byob' })
  const first = reader.read(new Uint8Array(2))
  body.push(bytes('ab'))
  expect((await first).value).toEqual(bytes('ab'))
  const last = reader.read(new Uint8Array(2))
  body.end(signal)
  expect(await last).toEqual({ done: true, value: new Uint8Array(0) })
})

test('promise 12: chunks are requested again when half of the window has arrived and a reader waits', async () => {
  const grant = vi.fn()
  const body = receive(grant, vi.fn())
  const reader = body.readable.getReader()
  for (let chunk = 1; chunk <= WINDOW; chunk++) {
    const reading = reader.read()
    body.push(bytes('x'))
    await reading
    // A read that finds the queue empty asks for as many chunks as have arrived.
    expect(grant.mock.calls).toEqual(chunk > WINDOW / 2 ? [[WINDOW / 2]] : [])
  }
})

test('promise 12: a stream of bytes is created where the engine has one', () => {
  const { readable } = receive(vi.fn(), vi.fn())
  expect(() => readable.getReader({ mode: 'byob' })).not.toThrow()
})

test('promise 12: a body of one chunk is not copied, and several become one', async () => {
  const one = bytes('abc')
  const stream = (...chunks: Uint8Array<ArrayBuffer>[]) =>
    new ReadableStream<Uint8Array<ArrayBuffer>>({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(chunk)
        controller.close()
      },
    })
  expect(await readAll(stream(one))).toBe(one)
  expect(await readAll(stream(bytes('ab'), bytes('c'), bytes('de')))).toEqual(bytes('abcde'))
  expect(await readAll(stream())).toEqual(new Uint8Array())
})

test('promise 12: a body that was cancelled, or whose stream has a reader, cannot be read by a method', async () => {
  const cancelled = new RemoteResponse(head, whole('a'))
  await cancelled.body?.cancel()
  await expect(cancelled.text()).rejects.toThrow(TypeError)
  const locked = new RemoteResponse(head, whole('a'))
  locked.body?.getReader()
  await expect(locked.text()).rejects.toThrow(TypeError)
})
