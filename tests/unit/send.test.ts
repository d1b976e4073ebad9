import { afterEach, expect, test, vi } from 'vitest'
import { type CallChannel, createCallChannel } from '../../js/client/call-channel.js'
import { createSender } from '../../js/client/send.js'
import { WINDOW } from '../../js/protocol/messages.js'
import type { ResponseHead } from '../../js/protocol/packing.js'
import { FakePort, settled, usePage, watch } from './port.js'

const { takeReported } = usePage()
afterEach(() => expect(takeReported()).toEqual([]))

const HEAD: ResponseHead = {
  status: 200,
  statusText: '',
  headers: [],
  url: 'https://api.test/x',
  redirected: false,
  type: 'basic',
}
const bytes = (text: string) => new TextEncoder().encode(text)

const call = (channel: CallChannel, request: Request) => createSender(channel)(request, null)

/** A call that has been sent. The test plays its vault. */
async function send(init: RequestInit = {}) {
  const port = new FakePort()
  const channel = createCallChannel(port, () => {})
  const response = call(channel, new Request('https://api.test/x', init))
  response.catch(() => {})
  await settled()
  const deliver = (message: object) => channel.deliver({ id: 1, ...message } as never)
  return { port, channel, response, deliver }
}

const injected = new Error('injected')
const explode = () => {
  throw injected
}

const MESSAGES = {
  response: { type: 'response', head: HEAD, body: 'chunks' },
  chunk: { type: 'chunk', bytes: bytes('a') },
  end: { type: 'end', bytes: null },
}

test('an invalid response head rejects the call, and aborts it in the vault', async () => {
  for (const head of [{ ...HEAD, headers: [['a b', 'no name']] }, { ...HEAD, headers: 5 }, null]) {
    const { port, response, deliver } = await send()
    deliver({ type: 'response', head, body: 'chunks' })
    await expect(response).rejects.toThrow(TypeError)
    expect(port.of('abort')).toEqual([{ type: 'abort', id: 1 }])
  }
})

test('a body that cannot be constructed rejects the call', async () => {
  const { port, response, deliver } = await send()
  vi.stubGlobal(
    'ReadableStream',
    class {
      constructor() {
        explode()
      }
    },
  )
  deliver(MESSAGES.response)
  await expect(response).rejects.toBe(injected)
  expect(port.of('abort')).toHaveLength(1)
})

test('a response without a body has none', async () => {
  const { port, response, deliver } = await send()
  deliver({ type: 'response', head: { ...HEAD, status: 204 }, body: null })
  expect((await response).body).toBeNull()
  expect(port.of('abort')).toEqual([])
})

test('the vault is asked for more chunks as they are read, and not for those of a whole body', async () => {
  const chunked = await send()
  chunked.deliver(MESSAGES.response)
  for (let chunk = 0; chunk < WINDOW; chunk++) chunked.deliver({ type: 'chunk', bytes: bytes('a') })
  const reader = (await chunked.response).body?.getReader()
  for (let chunk = 0; chunk < WINDOW; chunk++) await reader?.read()
  const next = reader?.read()
  const pulls = chunked.port.of('pull')
  expect(pulls[0]).toEqual({ type: 'pull', id: 1, count: expect.any(Number) })
  expect(pulls.reduce((sum, { count }) => sum + Number(count), 0)).toBeGreaterThan(0)
  chunked.deliver(MESSAGES.end)
  expect(await next).toEqual({ done: true, value: undefined })

  const whole = await send()
  whole.deliver({ type: 'response', head: HEAD, body: bytes('whole').buffer })
  await (await whole.response).text()
  expect(whole.port.of('pull')).toEqual([])
})

test('a `pull` for a call without a stream changes nothing', async () => {
  const { response, deliver } = await send()
  deliver({ type: 'pull', count: 1 })
  deliver({ type: 'response', head: HEAD, body: bytes('whole').buffer })
  expect(await (await response).text()).toBe('whole')
})

test('the vault gets the priority and the body that the caller has given, and the referrer policy of the page', async () => {
  const meta = { content: 'origin' }
  vi.stubGlobal('document', Object.assign(new EventTarget(), { querySelectorAll: () => [meta] }))
  const port = new FakePort()
  const sender = createSender(createCallChannel(port, () => {}))
  const request = new Request('https://api.test/x', { method: 'POST', body: 'of the request' })
  sender(request, 'given', 'low').catch(() => {})
  await settled()
  expect(port.of('fetch')).toMatchObject([
    { body: 'given', request: { init: { priority: 'low', referrerPolicy: 'origin' } } },
  ])
})

test('messages that are late, repeated or too early leave no call open, and do not change the body', async () => {
  const { response, deliver } = await send()
  deliver(MESSAGES.chunk)
  deliver(MESSAGES.response)
  deliver(MESSAGES.chunk)
  deliver(MESSAGES.end)
  deliver(MESSAGES.chunk)
  deliver(MESSAGES.end)
  deliver({ type: 'failed', error: { kind: 'type', name: 'TypeError', message: 'late' } })
  expect(await (await response).text()).toBe('a')
})

test('a chunk that is not a chunk fails the reading', async () => {
  const broken = await send()
  broken.deliver(MESSAGES.response)
  const reading = watch((await broken.response).text())
  broken.deliver({ type: 'chunk', bytes: null })
  await settled()
  expect(reading.outcome).toBe('TypeError')
})

test('a message that cannot be posted rejects the call or the reading that needs it', async () => {
  const port = new FakePort()
  port.intercept = explode
  const channel = createCallChannel(port, () => {})
  await expect(call(channel, new Request('https://api.test/x'))).rejects.toBe(injected)

  const mute = await send()
  mute.deliver(MESSAGES.response)
  for (let chunk = 0; chunk < WINDOW; chunk++) mute.deliver({ type: 'chunk', bytes: bytes('a') })
  mute.port.intercept = explode
  await expect((await mute.response).text()).rejects.toBe(injected)

  const cancelled = await send()
  cancelled.deliver(MESSAGES.response)
  cancelled.port.intercept = explode
  await expect((await cancelled.response).body?.cancel()).rejects.toBe(injected)
})

test('an abort rejects the call even when no message can be posted to the vault', async () => {
  const controller = new AbortController()
  const { port, response } = await send({ signal: controller.signal })
  port.intercept = explode
  const uncaught: unknown[] = []
  const listen = (error: unknown) => uncaught.push(error)
  process.once('uncaughtException', listen)
  controller.abort('enough')
  await expect(response).rejects.toBe('enough')
  vi.useRealTimers()
  await vi.waitFor(() => expect(uncaught).toEqual([injected]))
})

for (const how of ['text', 'reader', 'clone'] as const) {
  test(`an abort fails a complete body that has not been read, by ${how}, and sends no message to the vault`, async () => {
    const controller = new AbortController()
    const { port, response, deliver } = await send({ signal: controller.signal })
    deliver({ type: 'response', head: HEAD, body: bytes('whole').buffer })
    const answer = await response
    const copy = how === 'clone' ? answer.clone() : answer
    controller.abort('enough')
    const reading = how === 'reader' ? answer.body?.getReader().read() : copy.text()
    await expect(reading).rejects.toBe('enough')
    if (how === 'clone') await expect(answer.text()).rejects.toBe('enough')
    expect(port.of('abort')).toEqual([])
  })
}

test('a body that has been read or cancelled, or is empty, no longer listens to its signal', async () => {
  const read: ((response: Response) => unknown)[] = [
    (response) => response.text(),
    (response) => response.blob(),
    (response) => response.body?.cancel(),
    async (response) => {
      const reader = response.body?.getReader()
      while (!(await reader?.read())?.done);
    },
  ]
  for (const use of [...read, () => {}]) {
    const { signal } = new AbortController()
    const request = new Request('https://api.test/x')
    Object.defineProperty(request, 'signal', { value: signal })
    const [add, remove] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')]
    const port = new FakePort()
    const channel = createCallChannel(port, () => {})
    const response = call(channel, request)
    await settled()
    const text = read.includes(use) ? 'whole' : ''
    channel.deliver({ type: 'response', id: 1, head: HEAD, body: bytes(text).buffer })
    await use(await response)
    const listeners = new Set(add.mock.calls.map(([, listener]) => listener))
    for (const [, listener] of remove.mock.calls) listeners.delete(listener)
    expect(listeners.size).toBe(0)
  }
})

test('a signal keeps no reference to a body that was never read', async () => {
  vi.useRealTimers()
  const { setFlagsFromString } = await import('node:v8')
  const { runInNewContext } = await import('node:vm')
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  const { signal } = new AbortController()
  const channel = createCallChannel(new FakePort(), () => {})

  async function callUnread() {
    const request = new Request('https://api.test/x')
    Object.defineProperty(request, 'signal', { value: signal })
    const calling = call(channel, request)
    await new Promise((resolve) => setTimeout(resolve))
    channel.deliver({ type: 'response', id: 1, head: HEAD, body: bytes('whole').buffer })
    return new WeakRef(await calling)
  }
  const unread = await callUnread()
  await vi.waitFor(() => {
    collect()
    // Not the response itself: a failed expectation would keep a reference to it.
    expect(unread.deref() === undefined).toBe(true)
  })
})
