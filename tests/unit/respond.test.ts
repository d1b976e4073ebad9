import { expect, test, vi } from 'vitest'
import { endsCall, type ToPage, WINDOW } from '../../js/protocol/messages.js'
import { createResponder } from '../../js/vault/respond.js'

const FETCH = {
  type: 'fetch',
  id: 1,
  request: { url: 'https://api.example.com/', init: {} },
  body: null,
} as const

/** A response with an endless body, whose chunks are created only when they are read. */
function endless() {
  let made = 0
  const body = new ReadableStream<Uint8Array>(
    { pull: (controller) => controller.enqueue(new Uint8Array([made++])) },
    { highWaterMark: 0 },
  )
  const told: ToPage[] = []
  const host = { send: async () => new Response(body) }
  const responder = createResponder(host, (message) => told.push(message))
  return { responder, told, made: () => made }
}

/** Lets everything run that is ready to run. */
const rest = () => new Promise((resolve) => setTimeout(resolve))

test('promise 12: a body is read and sent only a few chunks ahead of its reader', async () => {
  const { responder, told, made } = endless()
  responder.fetch(FETCH)
  await rest()
  expect([made(), told.filter(({ type }) => type === 'chunk').length]).toEqual([WINDOW, WINDOW])
  responder.pull({ id: 1, count: 3 })
  await rest()
  expect(made()).toBe(WINDOW + 3)
})

test('promise 12: the head of a small body that breaks off is sent first, so that its status is not lost', async () => {
  const broken = new ReadableStream({ pull: (controller) => controller.error(new TypeError('cut')) })
  const told: ToPage[] = []
  const host = { send: async () => new Response(broken, { status: 502, headers: { 'content-length': '9' } }) }
  await createResponder(host, (message) => told.push(message)).fetch(FETCH)
  expect(told).toMatchObject([
    { type: 'response', head: { status: 502 }, body: 'later' },
    { type: 'failed', error: { kind: 'type' } },
  ])
})

test('promise 12: the head of a small body that is late is sent before the body', async () => {
  let source!: ReadableStreamDefaultController<Uint8Array>
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      source = controller
    },
  })
  const told: ToPage[] = []
  const host = { send: async () => new Response(body, { headers: { 'content-length': '5' } }) }
  const responding = createResponder(host, (message) => told.push(message)).fetch(FETCH)
  await vi.waitFor(() => expect(told).toMatchObject([{ type: 'response', body: 'later' }]))
  source.enqueue(new TextEncoder().encode('hello'))
  source.close()
  await responding
  expect(told.slice(1)).toMatchObject([{ type: 'end', bytes: { byteLength: 5 } }])
})

const BODIES: Record<string, () => Response> = {
  none: () => new Response(null, { status: 204 }),
  small: () => new Response('small', { headers: { 'content-length': '5' } }),
  whole: () => new Response('a'.repeat(99_999), { headers: { 'content-length': '99999' } }),
  chunks: () => new Response('chunks'),
}

for (const [name, answer] of Object.entries(BODIES)) {
  for (const failing of [1, 2, 3]) {
    test(`when message ${failing} of a call with the body "${name}" cannot be posted, the call ends`, async () => {
      const told: ToPage[] = []
      let posted = 0
      const responder = createResponder({ send: async () => answer() }, (message) => {
        if (++posted === failing) throw new DOMException('cannot be cloned', 'DataCloneError')
        told.push(message)
      })
      await responder.fetch(FETCH)
      expect(told.filter(endsCall)).toHaveLength(1)
      expect(told.at(-1)?.type === 'failed').toBe(posted > told.length)
    })
  }
}

test('any exception of the core fails the call; when no message can be posted, the responder rejects', async () => {
  const thrown = [
    () => {
      throw new TypeError('at once')
    },
    () => Promise.reject(new TypeError('later')),
    async () =>
      ({
        get headers(): Headers {
          throw new TypeError('headers')
        },
      }) as Response,
  ]
  for (const send of thrown) {
    const told: ToPage[] = []
    await createResponder({ send }, (message) => told.push(message)).fetch(FETCH)
    expect(told).toMatchObject([{ type: 'failed', error: { kind: 'type' } }])
    const mute = createResponder({ send }, () => {
      throw new Error('mute')
    })
    await expect(mute.fetch(FETCH)).rejects.toThrow('mute')
  }
})
