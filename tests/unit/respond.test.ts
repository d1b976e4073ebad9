import { expect, test } from 'vitest'
import { type ToPage, WINDOW } from '../../js/port/protocol.js'
import { createResponder } from '../../js/vault/respond.js'

const FETCH = {
  type: 'fetch',
  id: 1,
  request: { url: 'https://api.example.com/', init: {} },
  body: null,
} as const

/** An answer without end, of which as much is made as is read. */
function endless() {
  let made = 0
  const body = new ReadableStream<Uint8Array>(
    { pull: (controller) => controller.enqueue(new Uint8Array([made++])) },
    { highWaterMark: 0 },
  )
  const told: ToPage[] = []
  const cell = { send: async () => new Response(body) }
  const responder = createResponder(cell, (message) => told.push(message))
  return { responder, told, made: () => made }
}

/** All that is ready to happen has happened. */
const rest = () => new Promise((resolve) => setTimeout(resolve))

test('promise 12: a body is read and sent a few chunks ahead of its reader, and no further', async () => {
  const { responder, told, made } = endless()
  responder.fetch(FETCH)
  await rest()
  expect([made(), told.filter(({ type }) => type === 'chunk').length]).toEqual([WINDOW, WINDOW])
  responder.pull({ id: 1, count: 3 })
  await rest()
  expect(made()).toBe(WINDOW + 3)
})

test('promise 12: a small body that breaks off comes after its head, so that its status is not lost', async () => {
  const broken = new ReadableStream({ pull: (controller) => controller.error(new TypeError('cut')) })
  const told: ToPage[] = []
  const cell = { send: async () => new Response(broken, { status: 502, headers: { 'content-length': '9' } }) }
  await createResponder(cell, (message) => told.push(message)).fetch(FETCH)
  expect(told).toMatchObject([
    { type: 'response', head: { status: 502 }, body: 'later' },
    { type: 'failed', error: { kind: 'type' } },
  ])
})
