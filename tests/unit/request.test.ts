import { runInNewContext } from 'node:vm'
import { expect, test, vi } from 'vitest'
import { join, split } from '../../js/common/request.js'

const post = (body: unknown) => split('https://a.test/', { method: 'POST', body: body as BodyInit }).body

/** An object of the same brand with a prototype of another realm, like one from an iframe. */
function foreign<T extends object>(value: T): T {
  const members = Object.getOwnPropertyDescriptors(Object.getPrototypeOf(value))
  return Object.setPrototypeOf(value, Object.create(Object.prototype, members))
}

test('`split` returns the body separately, and a request with an empty body', async () => {
  const { request, body } = split('https://a.test/x', {
    method: 'PUT',
    body: 'text',
    headers: { 'x-a': '1' },
  })
  expect(body).toBe('text')
  expect([request.method, await request.text(), request.headers.get('x-a')]).toEqual(['PUT', '', '1'])
  expect(request.headers.has('content-type')).toBe(false)
})

test('members that `init` inherits are used, as in fetch', () => {
  class Init {
    get method() {
      return 'POST'
    }
    body = 'x'
  }
  expect(split('https://a.test/', new Init()).request.method).toBe('POST')
})

test('each member of `init` is read once, with `init` as receiver', () => {
  const reads: string[] = []
  class Init {
    #priority = 'high'
    get body() {
      reads.push('body')
      return 'x'
    }
    get method() {
      return 'POST'
    }
    get priority() {
      reads.push('priority')
      return this.#priority
    }
  }
  expect(split('https://a.test/', new Init() as RequestInit)).toMatchObject({ body: 'x', priority: 'high' })
  expect(reads.sort()).toEqual(['body', 'priority'])
  expect(split('https://a.test/', Object.freeze({ method: 'POST', body: 'y' })).body).toBe('y')
})

test('a Request can be the `init` of another request', () => {
  const init = new Request('https://b.test/', { method: 'POST', body: 'x', headers: { 'x-a': '1' } })
  const { request, body } = split('https://a.test/', init as unknown as RequestInit)
  expect([request.url, request.method, request.headers.get('x-a')]).toEqual(['https://a.test/', 'POST', '1'])
  expect(body).toBeInstanceOf(ReadableStream)
})

test('a body in `init` replaces the body of a request, which is not read', async () => {
  const input = new Request('https://a.test/', { method: 'POST', body: 'first' })
  expect(split(input, { body: 'second' }).body).toBe('second')
  expect(input.bodyUsed).toBe(false)
  await input.text()
  expect(split(input, { body: 'third' }).body, 'also when its body was read').toBe('third')
  expect(() => split(input)).toThrow(TypeError)
})

test('`join` keeps the referrer and the referrer policy of a request', () => {
  const init = { method: 'POST', referrer: '', referrerPolicy: 'no-referrer' } as const
  const { request, body } = split('https://a.test/', { ...init, body: 'x' })
  for (const whole of [join(request, body), join(request, null, { headers: { 'x-a': '1' } })])
    expect([whole.referrer, whole.referrerPolicy]).toEqual(['', 'no-referrer'])
  expect(join(request, null)).toBe(request)
})

test('an input whose text changes is read once', () => {
  let reads = 0
  const input = { toString: () => (reads++ === 0 ? 'https://a.test/' : 'https://evil.test/') }
  expect(split(input as unknown as URL).request.url).toBe('https://a.test/')
  expect(reads).toBe(1)
})

test('arguments that fetch refuses are refused with a TypeError', () => {
  expect(() => split('https://user:secret@a.test/')).toThrow(TypeError)
  expect(() => split('not a url')).toThrow(TypeError)
  expect(() => split('https://a.test/', { body: 'a GET has none' })).toThrow(TypeError)
})

test('a body is sent with the content that it had at the call, even if it is changed later', async () => {
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

test('files of a form keep their names', async () => {
  const form = new FormData()
  form.append('file', new Blob(['x']), 'näme.txt')
  const { body } = split('https://a.test/', { method: 'POST', body: form })
  expect([...(body as FormData)].map(([, value]) => (value as File).name)).toEqual(['näme.txt'])
})

// Node recognises a form by its class. Forms of another realm are tested in browsers: tests/e2e/requests.spec.ts.
test('bodies of another realm are recognised', async () => {
  const bytes = runInNewContext('new Uint8Array([0, 65, 66, 0]).subarray(1, 3)')
  expect(bytes).not.toBeInstanceOf(Uint8Array)
  expect(await new Response(post(bytes)).text()).toBe('AB')
  expect(await new Response(post(bytes.buffer)).text()).toBe('\0AB\0')
  expect(String(post(foreign(new URLSearchParams('a=1&a=2'))))).toBe('a=1&a=2')
  const blob = foreign(new Blob(['x']))
  expect([blob instanceof Blob, post(blob)]).toEqual([false, blob])
  const stream = foreign(new ReadableStream())
  expect([stream instanceof ReadableStream, post(stream)]).toEqual([false, stream])
})

test('a value that is not a body type is sent as its text at the call', () => {
  const changing = { text: 'now', toString: () => changing.text }
  const body = post(changing)
  changing.text = 'later'
  expect(body).toBe('now')
  expect(post({})).toBe('[object Object]')
  expect(() => post(Symbol('s'))).toThrow(TypeError)
})

test('`split` works with a Request class that spreads its init, as that of vitest in jsdom does', async () => {
  class Spreading extends Request {
    constructor(input: RequestInfo | URL, init?: RequestInit) {
      super(input, init && { ...init })
    }
  }
  vi.stubGlobal('Request', Spreading)
  const init = Object.freeze({ method: 'POST', body: 'x', headers: { 'x-a': '1' } })
  const { request, body } = split('https://a.test/', init)
  vi.unstubAllGlobals()
  expect([request.method, request.headers.get('x-a'), body]).toEqual(['POST', '1', 'x'])
})
