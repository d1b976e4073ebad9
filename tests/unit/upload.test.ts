import { expect, test, vi } from 'vitest'
import { WINDOW } from '../../js/protocol/messages.js'
import type { Outgoing } from '../../js/vault/outgoing.js'
import { type FakePort, fetchMessage, openFakeVault, openPage, settled, usePage, watch } from './port.js'

usePage()

/** A page that sends a stream of `count` chunks. `state.read` counts the chunks that were read. */
async function upload(count: number, source: Partial<UnderlyingDefaultSource<unknown>> = {}) {
  const { vault, port } = await openPage()
  const state = { read: 0, cancelled: undefined as unknown }
  const stream = new ReadableStream<unknown>(
    {
      pull(controller) {
        if (state.read === count) return controller.close()
        state.read += 1
        controller.enqueue(new Uint8Array([state.read]))
      },
      cancel(reason) {
        state.cancelled = reason
      },
      ...source,
    },
    { highWaterMark: 0 },
  )
  const abort = new AbortController()
  const init = { method: 'POST', body: stream, duplex: 'half', signal: abort.signal } as RequestInit
  const response = vault.fetch(new Request('https://api.test/x', init), null)
  const call = watch(response)
  await settled()
  const [{ id } = { id: 0 }] = port.of('fetch')
  return { port, state, call, response, abort, id }
}

test('a stream as the body of a request is read only as fast as the vault requests chunks', async () => {
  const { port, state, id } = await upload(3 * WINDOW)
  expect(port.of('fetch')).toMatchObject([{ body: { chunks: true } }])
  expect([state.read, port.of('chunk').length]).toEqual([WINDOW, WINDOW])
  port.receive({ type: 'pull', id, count: 4 })
  await settled()
  expect([state.read, port.of('chunk').length]).toEqual([WINDOW + 4, WINDOW + 4])
  port.receive({ type: 'pull', id, count: 3 * WINDOW })
  await settled()
  const chunks = port.of('chunk').map(({ bytes }) => bytes && [...(bytes as Uint8Array)])
  expect(chunks).toEqual([...Array.from({ length: 3 * WINDOW }, (_, at) => [at + 1]), null])
})

test('an aborted upload is not read any further', async () => {
  const { port, state, call, abort } = await upload(100)
  const reason = new DOMException('enough', 'AbortError')
  abort.abort(reason)
  await settled()
  expect([call.outcome, state.cancelled, state.read]).toEqual([20, reason, WINDOW])
  expect(port.of('abort')).toHaveLength(1)
  expect(port.of('chunk')).toHaveLength(WINDOW)
})

test('an upload that the vault refuses is not read any further', async () => {
  const { port, state, call, id } = await upload(100)
  port.receive({ type: 'failed', id, error: { kind: 'type', message: 'no', name: 'TypeError' } })
  await settled()
  expect(call.outcome).toBe('TypeError')
  expect(state.cancelled).toBeInstanceOf(TypeError)
})

test('a stream that fails rejects as in fetch, and the vault gets an abort', async () => {
  const pull = () => Promise.reject(new RangeError('broken'))
  const { port, call } = await upload(1, { pull })
  expect(call.outcome).toBe('TypeError')
  expect(port.of('abort')).toHaveLength(1)
})

test('the error of a stream that fails has the reason as its cause, and a DOMException is passed on', async () => {
  const reason = new RangeError('broken')
  const { response } = await upload(1, { pull: () => Promise.reject(reason) })
  await expect(response).rejects.toMatchObject({ message: 'Reading the body failed.', cause: reason })
  const aborted = new DOMException('enough', 'AbortError')
  const other = await upload(1, { pull: () => Promise.reject(aborted) })
  await expect(other.response).rejects.toBe(aborted)
})

test('a stream that is aborted while it waits for a chunk sends no chunk, and one abort', async () => {
  const waiting = await upload(1, { pull: () => new Promise(() => {}) })
  waiting.abort.abort()
  await settled()
  expect([waiting.port.of('chunk'), waiting.port.of('abort').length]).toEqual([[], 1])
})

test('a stream that fails as it is aborted sends one abort', async () => {
  let fail = () => {}
  const pull = (controller: ReadableStreamDefaultController) =>
    new Promise<void>(() => {
      fail = () => controller.error(new Error('broken'))
    })
  const { port, abort } = await upload(1, { pull })
  fail()
  abort.abort()
  await settled()
  expect(port.of('abort')).toHaveLength(1)
})

test('a chunk that is a part of a larger buffer is sent without the rest of that buffer', async () => {
  const buffer = new TextEncoder().encode('public, secret').buffer
  const start = (controller: ReadableStreamDefaultController) => {
    controller.enqueue(new Uint8Array(buffer, 0, 6))
    controller.close()
  }
  const { port } = await upload(0, { start, pull() {} })
  const [chunk] = port.of('chunk').map(({ bytes }) => bytes as Uint8Array)
  expect(new TextDecoder().decode(chunk?.buffer)).toBe('public')
})

/** A vault that has got the head of an upload. */
async function receiving(init = {}) {
  const vault = openFakeVault()
  const port = await vault.connect()
  port.receive({ ...fetchMessage(1, { method: 'POST', ...init }), body: { chunks: true } })
  await settled()
  return { ...vault, port }
}

const send = async (port: FakePort, ...chunks: unknown[]) => {
  for (const bytes of chunks) port.receive({ type: 'chunk', id: 1, bytes })
  await settled()
}

const bodyOf = (send: { mock: { calls: [Outgoing][] } }) => send.mock.calls[0]?.[0].init.body as Blob | null

test('the vault joins the chunks and sends them as one body that can be sent again', async () => {
  const { host, port } = await receiving()
  const chunk = new Uint8Array(300_000).fill(7)
  await send(port, ...Array(10).fill(chunk))
  expect(host.send).not.toHaveBeenCalled()
  expect(port.of('pull').reduce((sum, { count }) => sum + Number(count), 0)).toBeGreaterThanOrEqual(WINDOW)
  await send(port, new Uint8Array([8]), null)
  expect(host.send.mock.calls[0]?.[0].isReplayable).toBe(true)
  vi.useRealTimers()
  const bytes = new Uint8Array((await bodyOf(host.send)?.arrayBuffer()) ?? [])
  expect([bytes.length, bytes[0], bytes.at(-1)]).toEqual([3_000_001, 7, 8])
})

test('an empty stream is sent without a body', async () => {
  const { host, port } = await receiving()
  await send(port, null)
  expect(bodyOf(host.send)).toBeNull()
})

test('a chunk that is not bytes fails the call as in fetch', async () => {
  const { host, port } = await receiving()
  await send(port, 'text')
  expect(port.of('failed')).toMatchObject([{ id: 1, error: { kind: 'type' } }])
  expect(host.send).not.toHaveBeenCalled()
})

test('an upload that is aborted, or whose page is gone, is not sent, with or without keepalive', async () => {
  const { host, port } = await receiving()
  port.receive({ type: 'abort', id: 1 })
  await settled()
  expect(port.of('failed')).toMatchObject([{ id: 1, error: { name: 'AbortError' } }])
  const going = await receiving({ keepalive: true })
  going.port.receive({ type: 'bye' })
  await send(going.port, null)
  for (const vault of [host, going.host]) expect(vault.send).not.toHaveBeenCalled()
})

test('chunks of a call that is not open are ignored', async () => {
  const { port } = await receiving()
  port.receive({ type: 'chunk', id: 7, bytes: null })
  await settled()
  expect(port.thrown).toEqual([])
})
