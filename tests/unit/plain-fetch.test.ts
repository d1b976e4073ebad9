import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { stubPage } from './port.js'

/** The `fetch` of the browser, from before any module of the package is loaded. Each test loads the package again. */
const native = vi.hoisted(() => {
  const native = vi.fn(async (_: Request) => new Response('native'))
  globalThis.fetch = native as typeof fetch
  return native
})

beforeEach(() => {
  vi.resetModules()
  native.mockClear()
  stubPage()
})
afterEach(() => vi.unstubAllGlobals())

const elsewhere = 'https://elsewhere.test/'

test('when an application replaces `fetch` with `auth.fetch`, the client calls the `fetch` of the browser', async () => {
  const { createAuth } = await import('../../js/client/create-auth.js')
  const auth = createAuth({ page: () => new Promise(() => {}), origins: ['https://api.test'] })
  vi.stubGlobal('fetch', auth.fetch)
  expect(await (await fetch(elsewhere)).text()).toBe('native')
  expect(native).toHaveBeenCalledTimes(1)
  auth.dispose()
})

test('when an application replaces `fetch` with the `auth.fetch` of a server session, the client calls the `fetch` of the browser', async () => {
  const { createBffAuth } = await import('../../js/bff/client.js')
  const auth = createBffAuth()
  vi.stubGlobal('fetch', auth.fetch)
  expect(await (await fetch(elsewhere)).text()).toBe('native')
  expect(native).toHaveBeenCalledTimes(1)
  auth.dispose()
})

test('a vault that loads in the page after `fetch` was replaced uses the `fetch` of the browser', async () => {
  await import('../../js/common/plain-fetch.js')
  vi.stubGlobal('fetch', () => {
    throw new Error('not this one')
  })
  // The script of the vault is another bundle, with its own copy of the module.
  vi.resetModules()
  const { platformFetch } = await import('../../js/common/platform-fetch.js')
  expect(platformFetch).toBe(native)
})

test('a request that is sent by plain fetch keeps its referrer and referrer policy, with and without a body', async () => {
  const { plainFetch } = await import('../../js/common/plain-fetch.js')
  const init = { method: 'POST', referrer: '', referrerPolicy: 'no-referrer' } as const
  await plainFetch(new Request(elsewhere, init), 'body')
  await plainFetch(new Request(elsewhere, init), null)
  const sent = native.mock.calls.map(([{ referrer, referrerPolicy }]) => [referrer, referrerPolicy])
  expect(sent).toEqual([
    ['', 'no-referrer'],
    ['', 'no-referrer'],
  ])
})
