import { afterEach, expect, test, vi } from 'vitest'
import type { VaultOptions } from '../../js/common/vault-options.js'
import { setCsrf } from '../../js/vault/exchange.js'
import { resolveOptions } from '../../js/vault/options.js'
import { openVault } from '../../js/vault/production.js'

vi.mock('../../js/vault/load.js', () => ({ loadCore: vi.fn() }))

/** What a script would put into `Object.prototype` before the vault starts. */
const POLLUTION: Record<string, unknown> = {
  origins: ['https://evil.test'],
  credential: 'cookie',
  scheme: 'Evil',
  path: 'https://evil.test/',
  method: 'PUT',
  body: { evil: '1' },
  csrf: false,
  from: { endpoint: 'https://evil.test/csrf' },
  cookie: 'evil',
  header: 'X-Evil',
  value: 'evil',
  fields: { accessToken: 'evil' },
  accessToken: 'evil',
  refresh: 'https://evil.test/refresh',
  signOut: 'https://evil.test/sign-out',
  user: 'https://evil.test/user',
  check: '/evil',
  exchanges: { evil: 'https://evil.test/exchange' },
  refreshToken: { header: 'X-Evil' },
  renewHeader: 'X-Evil',
  restoreCookie: 'evil',
  idle: { after: 1 },
  name: 'evil',
  page: true,
  endsOn: [404],
}

async function polluted<T>(work: () => Promise<T>): Promise<T> {
  try {
    Object.assign(Object.prototype, POLLUTION)
    return await work()
  } finally {
    for (const name of Object.keys(POLLUTION)) Reflect.deleteProperty(Object.prototype, name)
  }
}

afterEach(() => vi.unstubAllGlobals())

const OPTIONS: VaultOptions = { signIn: { path: '/sign-in' } }

test('the options of a vault do not change if a script has added members of the same names to `Object.prototype`', async () => {
  vi.stubGlobal('location', new URL('https://app.test/'))
  const expected = JSON.stringify(resolveOptions(OPTIONS))
  expect(await polluted(async () => JSON.stringify(resolveOptions(OPTIONS)))).toBe(expected)
})

test('no member of the options is inherited, so that later reads find only what the vault file says', async () => {
  vi.stubGlobal('location', new URL('https://app.test/'))
  const [config, headers] = await polluted(async () => {
    const config = resolveOptions({ ...OPTIONS, csrf: { header: 'X-CSRF', value: 'ours' } })
    const headers = new Headers()
    await setCsrf(headers, config.csrf, { readCookie: async () => 'evil' })
    return [
      { check: config.check, csrf: [config.csrf].map((csrf) => csrf && 'from' in csrf) },
      headers,
    ] as const
  })
  expect(config).toEqual({ check: undefined, csrf: [false] })
  expect(headers.get('x-csrf')).toBe('ours')
})

test('a page does not run a vault just because `Object.prototype` permits it', async () => {
  vi.stubGlobal('document', {})
  vi.resetModules()
  const { openVault: openInPage } = await import('../../js/vault/production.js')
  const outcome = await polluted(async () => {
    try {
      return openInPage(OPTIONS)
    } catch (error) {
      return (error as { code: string }).code
    }
  })
  expect(outcome).toBe('vault-in-page')
  expect(openVault).not.toBe(openInPage)
})
