import { expect, test } from 'vitest'
import { split } from '../../js/request.js'

test('the body stays as the caller gave it, and the request has none', () => {
  const { request, body } = split('https://a.test/x', {
    method: 'PUT',
    body: 'text',
    headers: { 'x-a': '1' },
  })
  expect(body).toBe('text')
  expect([request.method, request.body, request.headers.get('x-a')]).toEqual(['PUT', null, '1'])
  expect(request.headers.has('content-type')).toBe(false)
})

test('members that init inherits are heard as fetch hears them', () => {
  class Init {
    get method() {
      return 'POST'
    }
    body = 'x'
  }
  expect(split('https://a.test/', new Init()).request.method).toBe('POST')
})

test('an input whose text changes is read once', () => {
  let reads = 0
  const input = { toString: () => (reads++ === 0 ? 'https://a.test/' : 'https://evil.test/') }
  expect(split(input as unknown as URL).request.url).toBe('https://a.test/')
  expect(reads).toBe(1)
})

test('what fetch refuses is refused with the same TypeError', () => {
  expect(() => split('https://user:secret@a.test/')).toThrow(TypeError)
  expect(() => split('not a url')).toThrow(TypeError)
})

test('a body is sent as it was at the call, whatever its owner changes afterwards', async () => {
  const form = new FormData()
  form.set('a', '1')
  const params = new URLSearchParams({ a: '1' })
  const bytes = new Uint8Array([1, 2, 3])
  const { buffer } = new Uint8Array([1, 2, 3])
  const view = new DataView(new Uint8Array([0, 1, 2, 3, 0]).buffer, 1, 3)
  const bodies = [form, params, bytes, buffer, view].map(
    (body) => split('https://a.test/', { method: 'POST', body }).body,
  )
  form.set('a', '2')
  params.set('a', '2')
  for (const changed of [bytes, new Uint8Array(buffer), new Uint8Array(view.buffer)]) changed.fill(9)
  const [sentForm, ...others] = bodies
  expect([...(sentForm as FormData)]).toEqual([['a', '1']])
  const texts = await Promise.all(others.map((body) => new Response(body).text()))
  expect(texts).toEqual(['a=1', '\u0001\u0002\u0003', '\u0001\u0002\u0003', '\u0001\u0002\u0003'])
})

test('files of a form keep their names and contents', async () => {
  const form = new FormData()
  form.append('file', new Blob(['x']), 'näme.txt')
  const { body } = split('https://a.test/', { method: 'POST', body: form })
  expect([...(body as FormData)].map(([, value]) => (value as File).name)).toEqual(['näme.txt'])
})
