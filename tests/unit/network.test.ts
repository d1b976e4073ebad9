import { afterEach, beforeEach, expect, test, vi } from 'vitest'

const API = 'https://api.example'

let asked: (url: string, init: RequestInit) => Promise<Response>

beforeEach(() => {
  vi.stubGlobal('location', new URL('https://app.example/'))
  // Where no policy refuses anything.
  vi.stubGlobal('addEventListener', () => {})
  vi.stubGlobal('removeEventListener', () => {})
  // The browser's fetch is taken when the module is loaded.
  vi.resetModules()
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => asked(url, init))
})

afterEach(() => vi.unstubAllGlobals())

/** The code of the reason for a request that failed, where the server itself can be reached. */
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

test('a request that fails although its server can be reached was refused by CORS', async () => {
  expect(await codeAfter(() => Promise.reject(new TypeError('Failed to fetch')))).toBe('cors-refused')
})

test('a request that was given up says nothing about CORS', async () => {
  const signal = AbortSignal.abort()
  expect(await codeAfter(() => Promise.reject(signal.reason), { signal })).toBeUndefined()
})

test('a request that was answered says that answers can be read', async () => {
  expect(await codeAfter(async () => new Response())).toBeUndefined()
})
