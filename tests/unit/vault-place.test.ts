import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { openVault } from '../../js/vault/production.js'

vi.mock('../../js/vault/load.js', () => ({ loadCore: vi.fn() }))

/** Where a vault file may run. */

const OPTIONS = { signIn: '/sign-in' }
const listeners = new Map<string, (event: unknown) => void>()

beforeEach(() => {
  listeners.clear()
  vi.resetModules()
  vi.stubGlobal('location', new URL('https://app.test/'))
  vi.stubGlobal('addEventListener', (type: string, listener: (event: unknown) => void) =>
    listeners.set(type, listener),
  )
})
afterEach(() => vi.unstubAllGlobals())

async function load(globals: object) {
  for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value)
  const module: { openVault: typeof openVault } = await import('../../js/vault/production.js')
  return module.openVault
}

/** A class whose instance is the global object, as in a worker. A page can define one, too. */
const scope = { [Symbol.hasInstance]: () => true }
const pretended = (name: string) => ({
  [name]: Object.defineProperties(() => {}, Object.getOwnPropertyDescriptors(scope)),
})

test('a page does not run a vault that its file does not permit there', async () => {
  const open = await load({ document: {} })
  for (const page of [undefined, false] as const)
    expect(() => open({ ...OPTIONS, ...(page !== undefined && { page }) })).toThrow(
      expect.objectContaining({
        name: 'AuthError',
        code: 'vault-in-page',
        message: expect.stringContaining('page: true'),
      }),
    )
})

test('a page runs a vault whose file permits it', async () => {
  const open = await load({ document: {} })
  const vault = open({ ...OPTIONS, page: true })
  expect(vault.snapshot.status).toBe('loading')
  vault.close()
})

test.each(['SharedWorkerGlobalScope', 'DedicatedWorkerGlobalScope'])(
  'a page that pretends to be a %s does not run a vault, and forged connections get nothing',
  async (name) => {
    const open = await load({ document: {}, ...pretended(name), ...pretended('WorkerGlobalScope') })
    expect(() => open(OPTIONS)).toThrow(expect.objectContaining({ code: 'vault-in-page' }))
    expect([...listeners.keys()].filter((type) => type === 'connect' || type === 'message')).toEqual([])
  },
)

test('a shared worker runs a vault without the permission', async () => {
  const open = await load({ document: undefined, ...pretended('SharedWorkerGlobalScope') })
  const vault = open(OPTIONS)
  expect(listeners.has('connect')).toBe(true)
  vault.close()
})
