import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { recordingApi } from './recording-api.js'

const api = recordingApi()

test('an upload with a content length keeps it, for any size', async () => {
  const browser = await api.signedIn(['/api/**'])
  for (const size of [0, 1000, 300_000, 5_000_000]) {
    const body = new Blob([new Uint8Array(size)]).stream()
    const headers = { 'content-length': String(size) }
    await browser.fetch('/api/upload', { method: 'PUT', body, headers, duplex: 'half' } as RequestInit)
  }
  expect(api.seen.map(({ request, body }) => [request.headers['content-length'], body.length])).toEqual([
    ['0', 0],
    ['1000', 1000],
    ['300000', 300_000],
    ['5000000', 5_000_000],
  ])
})

test('an upload whose body is shorter or longer than its content length fails, and the API gets no complete request', async () => {
  const browser = await api.signedIn(['/api/**'])
  for (const size of [299_000, 301_000]) {
    const body = new Blob([new Uint8Array(size)]).stream()
    const headers = { 'content-length': '300000' }
    const response = await browser.fetch('/api/upload', {
      method: 'PUT',
      body,
      headers,
      duplex: 'half',
    } as RequestInit)
    expect(response.status).toBeGreaterThanOrEqual(500)
  }
  expect(api.seen).toEqual([])
})

test('the response to GET and HEAD keeps its content length, unless the API has encoded the body', async () => {
  const text = 'text '.repeat(100)
  api.answer = (request, response) => {
    const isEncoded = request.url === '/api/gzip'
    const body = isEncoded ? gzipSync(text) : Buffer.from(text)
    response.writeHead(200, {
      'content-length': body.length,
      ...(isEncoded && { 'content-encoding': 'gzip' }),
    })
    response.end(body)
  }
  const browser = await api.signedIn(['/api/**'])
  const lengthOf = async (path: string, method: string) => {
    const response = await browser.fetch(path, { method })
    return [response.headers.get('content-length'), (await response.text()).length]
  }
  expect(await lengthOf('/api/file', 'GET')).toEqual(['500', 500])
  expect(await lengthOf('/api/file', 'HEAD')).toEqual(['500', 0])
  expect(await lengthOf('/api/gzip', 'GET')).toEqual([null, 500])
  expect(await lengthOf('/api/gzip', 'HEAD')).toEqual([null, 0])
})

test('a body is passed on unchanged up to the limit, with or without a content length', async () => {
  const browser = await api.signedIn(['/api/**'], { bodyLimit: 1000 })
  const put = (body: BodyInit, length?: number) =>
    browser.fetch('/api/notes', {
      method: 'PUT',
      body,
      headers: length === undefined ? {} : { 'content-length': String(length) },
      duplex: 'half',
    } as RequestInit)
  const stream = (size: number) => new Blob(['x'.repeat(size)]).stream()
  expect([(await put('x'.repeat(1000), 1000)).status, (await put(stream(900))).status]).toEqual([200, 200])
  expect(api.seen.map(({ body }) => body.length)).toEqual([1000, 900])
  for (const response of [await put('x'.repeat(1001), 1001), await put(stream(2000))])
    expect([response.status, (await response.json()).error]).toEqual([413, 'body-too-large'])
})

test('when a page aborts a request, the request to the API is aborted', async () => {
  const browser = await api.signedIn(['/api/**'])
  const gone = new Promise<void>((resolve) => {
    api.answer = (request) => void request.socket.on('close', () => resolve())
  })
  const abort = new AbortController()
  const asking = browser.bff.handle(browser.request('/api/slow', { signal: abort.signal }))
  while (api.seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  abort.abort()
  await gone
  expect((await asking).status).toBe(499)
})

test('a streamed response is passed on chunk by chunk', async () => {
  let next = () => {}
  api.answer = (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
    next = () => response.end('data: 2\n\n')
  }
  const response = await (await api.signedIn(['/api/**'])).fetch('/api/events')
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  expect(new TextDecoder().decode((await reader.read()).value)).toBe('data: 1\n\n')
  next()
  expect(new TextDecoder().decode((await reader.read()).value)).toBe('data: 2\n\n')
})
