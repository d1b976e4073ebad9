import { afterEach, beforeEach, expect, test, vi } from 'vitest'

const API = 'https://api.example'

let asked: (url: string, init: RequestInit) => Promise<Response>

beforeEach(() => {
  vi.stubGlobal('location', new URL('https://app.example/'))
  // No Content Security Policy refuses anything here.
  vi.stubGlobal('addEventListener', () => {})
  vi.stubGlobal('removeEventListener', () => {})
  // The module keeps the `fetch` of the browser when it is loaded.
  vi.resetModules()
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => asked(url, init))
})

afterEach(() => vi.unstubAllGlobals())

/** The error code for a request that failed while the server itself can be reached. */
async function codeAfter(
  request: (url: string, init: RequestInit) => Promise<Response>,
  init: RequestInit = {},
) {
  const { createNetwork } = await import('../../js/vault/network.js')
  const network = createNetwork()
  asked = request
  await network.fetch(`${API}/login`, init).catch(() => undefined)
  asked = async () => new Response()
  return (await network.reasonOf(`${API}/login`, true))?.code
}

test('a request that fails while its server can be reached reports `cors-refused`', async () => {
  expect(await codeAfter(() => Promise.reject(new TypeError('Failed to fetch')))).toBe('cors-refused')
})

test('an aborted request reports no CORS error', async () => {
  const signal = AbortSignal.abort()
  expect(await codeAfter(() => Promise.reject(signal.reason), { signal })).toBeUndefined()
})

test('a request that gets a response reports no CORS error', async () => {
  expect(await codeAfter(async () => new Response())).toBeUndefined()
})
