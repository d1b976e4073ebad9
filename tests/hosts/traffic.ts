import { createHash } from 'node:crypto'
import { expect } from '../apps.js'
import type { Host } from './journey.js'
import type { createVisitor } from './visitor.js'

type Visitor = ReturnType<typeof createVisitor>

const MIB = 1024 * 1024

/** An upload, a download and a stream of events of a signed-in user through a host. */
export async function carry({ base, ending = '', keepsLength = true }: Host, visitor: Visitor) {
  const sent = new Uint8Array(0.9 * MIB).map((_, at) => at % 256)
  const upload = await visitor.call(`${base}/api/v1/bytes${ending}`, {
    method: 'POST',
    // A Blob, because it can be sent again after a redirect.
    body: new Blob([sent]),
    type: 'application/octet-stream',
  })
  expect(upload.status).toBe(200)
  expect(await upload.json()).toMatchObject({
    received: sent.length,
    sha256: createHash('sha256').update(sent).digest('hex'),
  })

  const download = await visitor.call(`${base}/api/v1/bytes/${5 * MIB}${ending}`)
  expect(download.headers.get('content-length')).toBe(keepsLength ? String(5 * MIB) : null)
  const bytes = new Uint8Array(await download.arrayBuffer())
  expect([bytes.length, bytes[250], bytes[5 * MIB - 1]]).toEqual([5 * MIB, 250, (5 * MIB - 1) % 251])

  await listen(await visitor.call(`${base}/api/v1/events${ending}?every=200`))
}

/** Checks that events arrive one by one, soon after they were sent, then cancels the stream. */
async function listen({ headers, body }: Response) {
  expect(headers.get('content-type')).toMatch(/^text\/event-stream/)
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  while (!text.includes('{"n":2}')) {
    const { done, value = '' } = (await reader?.read()) ?? { done: true }
    expect(done, text).toBe(false)
    text += value
  }
  expect(text).not.toContain('{"n":20}')
  await reader?.cancel()
}
