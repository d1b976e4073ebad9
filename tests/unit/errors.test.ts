import { expect, test } from 'vitest'
import { isAuthError } from '../../js/errors.js'
import { vaultError } from '../../js/vault/errors.js'

test('an error says its cause and its mend, and names the option', () => {
  const error = vaultError('endpoint-missing', { option: 'signIn' })
  expect(error.message).toBe('signIn: This option is required. Write it as "/path", or as { method, path }.')
  expect([error.name, error.code, error.option]).toEqual(['AuthError', 'endpoint-missing', 'signIn'])
  expect(error).toBeInstanceOf(Error)
})

test('an error of another copy of the package is recognised', () => {
  const foreign = Object.assign(new Error('x'), {
    code: 'unreachable',
    [Symbol.for('tokencell.AuthError')]: true,
  })
  expect(isAuthError(foreign)).toBe(true)
  expect([new Error('x'), null, 'x', {}].some(isAuthError)).toBe(false)
})
