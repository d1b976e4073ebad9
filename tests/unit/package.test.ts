import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { resolveOptions } from '../../js/vault/options.js'

test('importing any entry in Node has no side effects', () => {
  const script = `
    const before = Object.keys(globalThis).length
    const { createAuth } = await import('tokencell')
    const { openVault } = await import('tokencell/vault')
    const vault = openVault({ signIn: '/login' })
    const auth = createAuth({ page: async () => ({ default: vault }) })
    const codes = await Promise.all([auth.ready, vault.run('ready', undefined)].map((call) => call.catch(({ code }) => code)))
    console.log(JSON.stringify({ codes, globals: Object.keys(globalThis).length - before }))
  `
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  })
  expect(JSON.parse(printed)).toEqual({ codes: ['not-in-browser', 'not-in-browser'], globals: 0 })
})

test('an unknown option is refused by name', () => {
  expect(() => resolveOptions({ signIn: '/x', token: 'y' } as never)).toThrow(/^token: /)
})

test('a credential that is not a valid header name is refused by name', () => {
  for (const credential of ['basic', {}, { headers: [] }, { headers: ['a b'] }, { headers: ['a,b'] }])
    expect(() => resolveOptions({ origins: [], signIn: '/x', credential } as never)).toThrow(/^credential: /)
})

test('a refresh token in an invalid header name is refused by name', () => {
  const refreshToken = { header: 'a b' }
  expect(() => resolveOptions({ origins: [], signIn: '/x', refreshToken })).toThrow(/^refreshToken: /)
})
