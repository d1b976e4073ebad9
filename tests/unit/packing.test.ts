import { afterEach, expect, test, vi } from 'vitest'
import { split } from '../../js/common/request.js'
import type { Credentials } from '../../js/common/types.js'
import {
  CHUNKS,
  isChunked,
  isJson,
  packBody,
  packCredentials,
  packHead,
  packRequest,
  replayable,
  unpackBody,
  unpackCredentials,
} from '../../js/protocol/packing.js'

afterEach(() => vi.unstubAllGlobals())

/** The value that arrives at the other end of a port. */
const sent = <T>(value: T): T => structuredClone(value)
const body = async (value: BodyInit | null) =>
  new Uint8Array(await new Response(unpackBody(sent(packBody(value)))).arrayBuffer())
const bytes = (text: string) => new TextEncoder().encode(text)

test('promise 12: bodies cross a port unchanged', async () => {
  expect(unpackBody(sent(packBody(null)))).toBeNull()
  expect(await body('tökens')).toEqual(bytes('tökens'))
  expect(await body(bytes('abc').buffer)).toEqual(bytes('abc'))
  expect(await body(new Blob(['abc']))).toEqual(bytes('abc'))
  expect(String(unpackBody(sent(packBody(new URLSearchParams('a=1&a=%20')))))).toBe('a=1&a=+')
})

test('of a view, only its own bytes cross a port', async () => {
  const buffer = bytes('a secret beside it').buffer
  for (const view of [
    new Uint8Array(buffer, 2, 6),
    new DataView(buffer, 2, 6),
    new Uint16Array(buffer, 2, 3),
  ]) {
    const copy = split('https://a.test/', { method: 'POST', body: view }).body
    expect((packBody(copy) as Uint8Array).buffer.byteLength).toBe(6)
    expect(await body(copy)).toEqual(bytes('secret'))
  }
})

test('a form crosses a port with its order, its repeated names and its file names', async () => {
  const form = new FormData()
  form.append('a', '1')
  form.append('a', '2')
  form.append('file', new File(['abc'], 'ä.txt', { type: 'text/plain' }))
  // Node cannot clone a File; a browser can.
  const after = unpackBody(packBody(form)) as FormData
  expect([...after.keys()]).toEqual(['a', 'a', 'file'])
  expect(after.getAll('a')).toEqual(['1', '2'])
  const file = after.get('file') as File
  expect([file.name, file.type, await file.text()]).toEqual(['ä.txt', 'text/plain', 'abc'])
})

test('credentials cross a port with the values that they had at the call', () => {
  const cross = (credentials: Credentials) => unpackCredentials(sent(packCredentials(credentials)))
  expect(cross({ email: 'a', nested: { b: [1] } })).toEqual([
    '{"email":"a","nested":{"b":[1]}}',
    'application/json',
  ])
  expect(cross(new Proxy({ email: 'a' }, {})), 'a reactive object').toEqual([
    '{"email":"a"}',
    'application/json',
  ])
  expect(cross('raw')).toEqual(['raw'])
  expect(String(cross(new URLSearchParams('a=1'))[0])).toBe('a=1')

  const form = new FormData()
  form.set('a', '1')
  const json = { user: { name: 'Ada' } }
  const packed = [form, json].map(packCredentials)
  form.set('a', '2')
  json.user.name = 'Bob'
  expect(packed).toEqual([{ form: [['a', '1']] }, { json: '{"user":{"name":"Ada"}}' }])
})

test('promise 13: a request crosses a port as plain data, with its parsed URL and its options', () => {
  vi.stubGlobal('location', new URL('https://app.test/page'))
  const init = { method: 'PUT', headers: { 'X-A': '1' }, redirect: 'manual', cache: 'no-store' } as const
  const { url, init: packed } = sent(packRequest(new Request('https://api.test/a/../b?c', init)))
  expect(url).toBe('https://api.test/b?c')
  expect(packed).toMatchObject({
    method: 'PUT',
    headers: [['x-a', '1']],
    redirect: 'manual',
    cache: 'no-store',
  })
  expect(packed.referrer, 'the page, because the vault has another URL').toBe('https://app.test/page')
})

test('a request without its own referrer policy gets that of its page, and keeps its priority', () => {
  vi.stubGlobal('location', new URL('https://app.test/page'))
  const page = { priority: 'high', referrerPolicy: 'no-referrer' } as const
  const pack = (init: RequestInit) => packRequest(new Request('https://api.test/', init), page).init
  expect(pack({})).toMatchObject(page)
  expect(pack({ referrerPolicy: 'origin' })).toMatchObject({ ...page, referrerPolicy: 'origin' })
})

test('promise 13: each option of a request crosses a port, with credentials, mode and integrity', () => {
  vi.stubGlobal('location', new URL('https://app.test/page'))
  const init = {
    cache: 'no-store',
    credentials: 'omit',
    integrity: 'sha256-x',
    keepalive: true,
    method: 'PUT',
    mode: 'same-origin',
    redirect: 'error',
    referrer: 'https://app.test/other',
    referrerPolicy: 'origin',
  } as const
  const request = new Request('https://app.test/x', init)
  // Node takes only its own page as referrer.
  Object.defineProperty(request, 'referrer', { value: init.referrer })
  expect(packRequest(request)).toEqual({
    url: 'https://app.test/x',
    init: { ...init, headers: [], priority: undefined },
  })
})

test('the body of a request is read as a whole, and one that is given beside it is kept', async () => {
  const made = (method: string, body: string | null = 'abc') =>
    new Request('https://api.test/', { method, body })
  const textOf = async (value: BodyInit | null) => value && new Response(value).text()
  // Methods that only begin or end like those without a body.
  for (const method of ['POST', 'GETS', 'TARGET', 'HEADER', 'AHEAD'])
    expect(await textOf(await replayable(made(method), null)), method).toBe('abc')
  expect(await replayable(made('POST'), 'given')).toBe('given')
  for (const body of ['', null]) expect(await replayable(made('POST', body), null)).toBeNull()
  for (const method of ['GET', 'HEAD']) {
    const request = new Request('https://api.test/', { method })
    Object.defineProperty(request, 'body', { value: new Blob(['x']).stream() })
    expect(await replayable(request, null)).toBeNull()
  }
})

test('a body in chunks, and credentials as JSON, are told from every other body', () => {
  const bodies: Parameters<typeof isChunked>[0][] = [
    null,
    'chunks',
    new ArrayBuffer(1),
    new Blob(['x']),
    { form: [] },
    { params: 'chunks' },
  ]
  expect(bodies.filter((body) => isChunked(body))).toEqual([])
  expect([isChunked(CHUNKS), isChunked(structuredClone(CHUNKS))]).toEqual([true, true])
  expect(bodies.filter((body) => isJson(body as never))).toEqual([])
  expect(isJson({ json: '{}' })).toBe(true)
})

test('the head of a response crosses a port with its status, its headers and its address', () => {
  const response = new Response('x', { status: 201, statusText: 'Made', headers: { 'x-a': '1' } })
  Object.defineProperty(response, 'url', { value: 'https://api.test/x' })
  expect(packHead(response)).toEqual({
    status: 201,
    statusText: 'Made',
    headers: [
      ['content-type', 'text/plain;charset=UTF-8'],
      ['x-a', '1'],
    ],
    url: 'https://api.test/x',
    redirected: false,
    type: 'default',
  })
})
