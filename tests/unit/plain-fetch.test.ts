import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { stubPage } from './port.js'

/** The browser's own, before anything of the package is loaded; each test loads that anew. */
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

test('an application that puts `auth.fetch` in the place of `fetch` has the one of the browser called', async () => {
  const { createAuth } = await import('../../js/client/create-auth.js')
  const auth = createAuth({ page: () => new Promise(() => {}), origins: ['https://api.test'] })
  vi.stubGlobal('fetch', auth.fetch)
  expect(await (await fetch(elsewhere)).text()).toBe('native')
  expect(native).toHaveBeenCalledTimes(1)
  auth.dispose()
})

test('likewise that of a server session', async () => {
  const { createBffAuth } = await import('../../js/bff/client.js')
  const auth = createBffAuth()
  vi.stubGlobal('fetch', auth.fetch)
  expect(await (await fetch(elsewhere)).text()).toBe('native')
  expect(native).toHaveBeenCalledTimes(1)
  auth.dispose()
})

test('a vault that loads in the page after that has the one of the browser, too', async () => {
  await import('../../js/common/plain-fetch.js')
  vi.stubGlobal('fetch', () => {
    throw new Error('not this one')
  })
  // Its script is another bundle, with a copy of the module.
  vi.resetModules()
  const { platformFetch } = await import('../../js/common/platform-fetch.js')
  expect(platformFetch).toBe(native)
})

test('a request that is sent as it is keeps its referrer and policy, with a body or without', async () => {
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
