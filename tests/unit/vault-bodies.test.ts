import { expect, test } from 'vitest'
import { type ToPage, WINDOW } from '../../js/protocol/messages.js'
import { createResponder } from '../../js/vault/respond.js'
import { createUpload } from '../../js/vault/upload.js'

/** How bodies pass between a vault and its page: in how many messages, and without a copy. */

const FETCH = { type: 'fetch', id: 1, request: { url: 'https://api.test/', init: {} }, body: null } as const
const KIB = 1024

/** The messages for this response, as the page gets them, and what was moved with each instead of copied. */
async function sent(response: Response) {
  const messages: ToPage[] = []
  const moved: Transferable[][] = []
  const responder = createResponder({ send: async () => response }, (message, transfer = []) => {
    messages.push(structuredClone(message, { transfer }))
    moved.push(transfer)
  })
  await responder.fetch(FETCH)
  return { messages, moved, types: messages.map(({ type }) => type) }
}

/** A response whose length is known. */
const sized = (length: number) =>
  new Response(new Uint8Array(length).fill(7), { headers: { 'content-length': String(length) } })

test.each([1, 64 * KIB])('a body of %i bytes is in the message with the head', async (length) => {
  const { messages, moved } = await sent(sized(length))
  expect(messages).toMatchObject([{ type: 'response', body: { byteLength: length } }])
  expect(moved[0]).toHaveLength(1)
})

test.each([64 * KIB + 1, KIB * KIB])('a body of %i bytes follows in one message', async (length) => {
  const { messages, moved } = await sent(sized(length))
  expect(messages).toMatchObject([
    { type: 'response', body: 'later' },
    { type: 'end', bytes: { byteLength: length } },
  ])
  expect(moved[1]).toHaveLength(1)
})

test('a body of more than 1 MiB, or of unknown length, follows in chunks', async () => {
  for (const response of [sized(KIB * KIB + 1), new Response('of unknown length')]) {
    const { messages, types, moved } = await sent(response)
    expect(messages[0]).toMatchObject({ type: 'response', body: 'chunks' })
    expect(types.slice(1, -1).every((type) => type === 'chunk')).toBe(true)
    expect(messages.at(-1)).toMatchObject({ type: 'end', bytes: null })
    expect(moved.map((each) => each.length)).toEqual([0, ...types.slice(1, -1).map(() => 1), 0])
  }
})

test('a response without a body has none in the page, even if it states a length; an empty body stays a body', async () => {
  const length = (value: number) => ({ headers: { 'content-length': String(value) } })
  expect((await sent(new Response(null, length(5)))).messages).toMatchObject([{ body: null }])
  expect((await sent(new Response('', length(0)))).messages).toMatchObject([{ body: { byteLength: 0 } }])
  expect((await sent(new Response(null))).messages).toMatchObject([{ type: 'response', body: null }])
})

test('chunks that share one buffer are all sent, each with its own bytes', async () => {
  const buffer = new Uint8Array([1, 2, 3, 4])
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(buffer.subarray(0, 2))
      controller.enqueue(buffer.subarray(2))
      controller.close()
    },
  })
  const { messages } = await sent(new Response(body))
  const chunks = messages.flatMap((message) => (message.type === 'chunk' ? [message.bytes] : []))
  expect(chunks.map((bytes) => [[...bytes], bytes.buffer.byteLength])).toEqual([
    [[1, 2], 2],
    [[3, 4], 2],
  ])
})

test('messages about a request that is over change nothing', async () => {
  let asked: AbortSignal | undefined
  const host = {
    async send({ signal }: { signal: AbortSignal }) {
      asked = signal
      return new Response('ok')
    },
  }
  const responder = createResponder(host, () => {})
  await responder.fetch(FETCH)
  for (const act of [
    () => responder.abort(1),
    () => responder.pull({ id: 1, count: 1 }),
    () => responder.chunk({ id: 1, bytes: new Uint8Array(1) }),
    () => responder.close(),
  ])
    expect(act).not.toThrow()
  expect(asked?.aborted).toBe(false)
})

test('a chunk for a request whose body was complete from the start changes nothing', async () => {
  let answer = (_: Response) => {}
  const answered = new Promise<Response>((resolve) => {
    answer = resolve
  })
  const responder = createResponder({ send: () => answered }, () => {})
  const responding = responder.fetch(FETCH)
  expect(() => responder.chunk({ id: 1, bytes: new Uint8Array(1) })).not.toThrow()
  answer(new Response(null))
  await responding
})

test('the page may send further chunks whenever the vault has got half of the window', async () => {
  const taken: number[] = []
  const upload = createUpload(new AbortController().signal, (count) => taken.push(count))
  for (let chunk = 1; chunk <= WINDOW; chunk++) {
    upload.push(new Uint8Array([chunk]))
    expect(taken).toEqual(Array(Math.floor(chunk / (WINDOW / 2))).fill(WINDOW / 2))
  }
  upload.push(null)
  expect((await upload.whole)?.size).toBe(WINDOW)
})

test('a large upload is collected in parts of 1 MiB, which browsers may keep on disk', async () => {
  const sizes: number[] = []
  const { Blob } = globalThis
  globalThis.Blob = class extends Blob {
    constructor(parts: BlobPart[] = []) {
      super(parts)
      sizes.push(this.size)
    }
  }
  try {
    const upload = createUpload(new AbortController().signal, () => {})
    for (let chunk = 0; chunk < 5; chunk++) upload.push(new Uint8Array(512 * KIB))
    upload.push(null)
    expect((await upload.whole)?.size).toBe(5 * 512 * KIB)
  } finally {
    globalThis.Blob = Blob
  }
  expect(sizes).toEqual([KIB * KIB, KIB * KIB, 512 * KIB, 5 * 512 * KIB])
})

test('an upload that is aborted, or whose chunk is no bytes, fails with that reason', async () => {
  const abort = new AbortController()
  const aborted = createUpload(abort.signal, () => {})
  abort.abort(new DOMException('enough', 'AbortError'))
  await expect(aborted.whole).rejects.toMatchObject({ name: 'AbortError', message: 'enough' })
  const wrong = createUpload(new AbortController().signal, () => {})
  wrong.push('text' as never)
  await expect(wrong.whole).rejects.toThrow(new TypeError('A chunk of the body is not a Uint8Array.'))
})
