import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { resolveOptions } from '../../js/vault/options.js'

test('every entry imports in Node without effect', () => {
  const script = `
    const before = Object.keys(globalThis).length
    const { createAuth } = await import('tokencell')
    const { openVault } = await import('tokencell/vault')
    const vault = openVault({ signIn: '/login' })
    const auth = createAuth({ page: async () => ({ default: vault }) })
    const codes = await Promise.all([auth.ready, vault.ready()].map((call) => call.catch(({ code }) => code)))
    console.log(JSON.stringify({ codes, globals: Object.keys(globalThis).length - before }))
  `
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  })
  expect(JSON.parse(printed)).toEqual({ codes: ['not-in-browser', 'not-in-browser'], globals: 0 })
})

test('an unknown option is named', () => {
  expect(() => resolveOptions({ signIn: '/x', token: 'y' } as never)).toThrow(/^token: /)
})

test('a credential that is no header is named', () => {
  for (const credential of ['basic', {}, { headers: [] }, { headers: ['a b'] }, { headers: ['a,b'] }])
    expect(() => resolveOptions({ origins: [], signIn: '/x', credential } as never)).toThrow(/^credential: /)
})

test('nor can a refresh token go into what is no header', () => {
  const refreshToken = { header: 'a b' }
  expect(() => resolveOptions({ origins: [], signIn: '/x', refreshToken })).toThrow(/^refreshToken: /)
})
