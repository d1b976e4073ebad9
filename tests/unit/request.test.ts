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
