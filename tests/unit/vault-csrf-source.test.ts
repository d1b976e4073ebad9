import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { VaultOptions } from '../../js/common/vault-options.js'
import type { ReadCookie } from '../../js/vault/exchange.js'
import { outgoing } from '../../js/vault/outgoing.js'
import { stubPage } from './port.js'

/** Where a vault gets the value of its CSRF header. */

const loadCore = vi.hoisted(() => vi.fn())
vi.mock('../../js/vault/load.js', () => ({ loadCore }))

const API = 'https://api.test'
const core = { fetch: vi.fn(async () => new Response()), ready: async () => {}, close() {} }
let exchange: (url: string, init: RequestInit) => Promise<Response>
let asked: (url: string, init: RequestInit) => Promise<Response>

beforeEach(() => {
  stubPage()
  vi.clearAllMocks()
  vi.resetModules()
  // The package keeps the `fetch` of the browser when it is loaded.
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => asked(url, init))
  loadCore.mockResolvedValue(
    class {
      constructor(_: object, callbacks: { fetch: typeof exchange }) {
        exchange = callbacks.fetch
        Object.assign(this, core)
      }
    },
  )
})
afterEach(() => vi.unstubAllGlobals())

/** Opens a vault with this CSRF header. `write` sends a POST, and returns the header of the request that the core gets. */
async function open(csrf: NonNullable<VaultOptions['csrf']>, readCookie: ReadCookie) {
  const { start } = await import('../../js/vault/start.js')
  const options: VaultOptions = {
    signIn: '/login',
    exchanges: { invite: '/invite' },
    origins: [API],
    credential: 'cookie',
    csrf,
  }
  const vault = start(options, readCookie)
  await vault.run('ready', undefined)
  async function write() {
    const request = outgoing(
      { url: `${API}/notes`, init: { method: 'POST' } },
      null,
      new AbortController().signal,
    )
    await vault.send(request)
    return request.headers.get('x-csrf')
  }
  return { write, close: vault.close }
}

test.each(['/login', '/invite'])(
  'with `csrf.from`, a write has the newest token of a response to %s',
  async (path) => {
    const readCookie = vi.fn<ReadCookie>()
    const { write, close } = await open({ header: 'X-CSRF', from: { field: 'csrf' } }, readCookie)
    for (const token of ['first', 'second']) {
      asked = async () => Response.json({ csrf: token })
      await exchange(`${API}${path}`, { method: 'POST' })
      expect(await write()).toBe(token)
    }
    expect(readCookie).not.toHaveBeenCalled()
    close()
  },
)

test('with `csrf.cookie`, a write has the value of the cookie, and not a token of a response', async () => {
  const { write, close } = await open({ header: 'X-CSRF', cookie: 'csrf' }, async () => 'of-the-cookie')
  asked = async () => Response.json({ csrf: 'of-the-response' })
  await exchange(`${API}/login`, { method: 'POST' })
  expect(await write()).toBe('of-the-cookie')
  close()
})

test('a vault that runs in a page reads the cookie of the page itself', async () => {
  const { openVault } = await import('../../js/vault/open.js')
  const csrf = { header: 'X-CSRF', cookie: 'csrf' }
  const vault = openVault({ signIn: '/login', origins: [API], credential: 'cookie', csrf, page: true })
  await vault.fetch(new Request(`${API}/notes`, { method: 'POST' }), null)
  const [request] = core.fetch.mock.lastCall as unknown as [{ headers: Headers }]
  expect(request.headers.get('x-csrf')).toBe('one')
  vault.close()
})
