import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { callError } from '../../js/common/call-errors.js'
import { createCsrfSource } from '../../js/common/csrf-source.js'
import type { CsrfSource } from '../../js/common/endpoint.js'

/** An API that refuses writes without its current CSRF token. */
async function openApi(from: CsrfSource, isEveryWriteRefused = false) {
  const api = { token: 'first+/=', refusal: 422, asked: [] as string[], writes: 0 }
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    api.asked.push(`${request.method} ${path}`)
    response.setHeader('X-CSRF-Token', api.token)
    if (path === '/login') return response.end(JSON.stringify({ csrf: { token: api.token } }))
    if (path === '/csrf') return response.end(JSON.stringify({ csrf_token: api.token }))
    if (path === '/') {
      const content = api.token.replace(/&/g, '&amp;')
      return response.end(
        `<head><meta charset="utf-8">\n<meta content="${content}"  name='csrf-token' /></head>`,
      )
    }
    if (request.method === 'GET') return response.end()
    const isAllowed = request.headers['x-csrf-token'] === api.token && !isEveryWriteRefused
    if (isAllowed) api.writes += 1
    return response.writeHead(isAllowed ? 200 : api.refusal).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => server.close())
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const source = createCsrfSource({
    csrf: { header: 'X-CSRF-Token', from },
    origins: new Set([origin]),
    endpoints: [{ path: '/login' }, undefined],
    fetch,
    error: callError,
  })
  /** A write of the page, as the vault sends it. */
  const write = async (init: RequestInit = {}) => {
    const value = await source.read()
    const headers = new Headers(value === null ? {} : { 'X-CSRF-Token': value })
    return (await source.fetch(`${origin}/notes`, { method: 'POST', headers, ...init })).status
  }
  const signIn = () => source.fetch(`${origin}/login`, { method: 'POST' })
  return { api, source, write, signIn, origin }
}

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

test('a token in the answer to the sign-in is sent with every write', async () => {
  const { api, signIn, write } = await openApi({ field: 'csrf.token' })
  expect((await signIn()).status).toBe(200)
  expect([await write(), await write(), api.writes]).toEqual([200, 200, 2])
})

test('the page still gets the body from which the token was read', async () => {
  const { signIn } = await openApi({ field: 'csrf.token' })
  expect(await (await signIn()).json()).toEqual({ csrf: { token: 'first+/=' } })
})

test('a header of any response brings the token, and a newer one replaces it', async () => {
  const { api, source, write, origin } = await openApi({ responseHeader: 'X-CSRF-Token' })
  expect(await write(), 'no token is known').toBe(422)
  await source.fetch(`${origin}/notes`, { method: 'GET' })
  expect(await write()).toBe(200)
  api.token = 'second'
  expect(await write(), 'the refusal brings the new token').toBe(200)
  expect(api.writes).toBe(2)
})

test('a token from an endpoint is requested before the first write, and once for concurrent writes', async () => {
  const { api, write } = await openApi({ endpoint: '/csrf' })
  expect(await Promise.all([write(), write(), write()])).toEqual([200, 200, 200])
  expect(api.asked.filter((path) => path === 'GET /csrf')).toHaveLength(1)
})

test.each([403, 419, 422])(
  'a write that is refused with %i is sent once more with a new token',
  async (refusal) => {
    const { api, write } = await openApi({ endpoint: '/csrf' })
    Object.assign(api, { refusal })
    await write()
    api.token = 'rotated'
    expect(await write()).toBe(200)
    expect(api.writes).toBe(2)
  },
)

test('a write that is refused again is not sent a third time', async () => {
  const { api, write } = await openApi({ endpoint: '/csrf' }, true)
  await write()
  const before = api.asked.length
  api.token = 'rotated'
  expect(await write()).toBe(422)
  expect(api.asked.slice(before)).toEqual(['POST /notes', 'GET /csrf', 'POST /notes'])
})

test('a token with which a refused write was sent again is refused later like any other', async () => {
  const { api, write } = await openApi({ endpoint: '/csrf' })
  await write()
  for (const token of ['second', 'third']) {
    api.token = token
    expect(await write()).toBe(200)
  }
})

test('a write with a token that was requested just for it is not sent again when it is refused', async () => {
  const { api, write } = await openApi({ endpoint: '/csrf' }, true)
  expect(await write()).toBe(422)
  expect(api.asked).toEqual(['GET /csrf', 'POST /notes'])
})

test('a refusal for another reason is not repeated if the token is still the same', async () => {
  const { api, write, signIn } = await openApi({ field: 'csrf.token' })
  await signIn()
  await write()
  const before = api.asked.length
  Object.assign(api, { refusal: 422, token: 'never told' })
  expect(await write()).toBe(422)
  expect(api.asked.slice(before)).toEqual(['POST /notes'])
})

test('the token of a page is in its meta element, whatever the order and the quotes of the attributes', async () => {
  const { api, write } = await openApi({ meta: 'csrf-token' })
  api.token = 'a&b+/='
  expect(await write()).toBe(200)
})

test('a body that is a stream is not sent a second time', async () => {
  const { api, write } = await openApi({ endpoint: '/csrf' })
  await write()
  api.token = 'rotated'
  const body = new Blob(['x']).stream()
  expect(await write({ body, duplex: 'half' } as RequestInit)).toBe(422)
})

test('an endpoint that cannot be reached fails the write with an error, and nothing is sent', async () => {
  const { source } = await openApi({ endpoint: 'http://127.0.0.1:1/csrf' })
  await expect(source.read()).rejects.toMatchObject({ code: 'unreachable' })
})

test('a response of another origin is neither read nor repeated', async () => {
  const { source } = await openApi({ responseHeader: 'X-CSRF-Token' })
  const other = await openApi({ responseHeader: 'X-CSRF-Token' })
  await source.fetch(`${other.origin}/notes`, { method: 'GET' })
  expect(await source.read()).toBeNull()
})
