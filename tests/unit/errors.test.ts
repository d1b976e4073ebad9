import { expect, test } from 'vitest'
import { AuthError, isAuthError } from '../../js/common/errors.js'
import { vaultError } from '../../js/vault/errors.js'

test('an error message names the option, the cause and the fix', () => {
  const error = vaultError('endpoint-missing', { option: 'signIn' })
  expect(error.message).toBe('signIn: This endpoint is not configured. Write "/path", or { method, path }.')
  expect([error.name, error.code, error.option]).toEqual(['AuthError', 'endpoint-missing', 'signIn'])
  expect(error).toBeInstanceOf(Error)
})

test('`isAuthError` recognises an error from another copy of the package', () => {
  const foreign = Object.assign(new Error('x'), {
    code: 'unreachable',
    [Symbol.for('tokencell.AuthError')]: true,
  })
  expect(isAuthError(foreign)).toBe(true)
  expect([new Error('x'), null, 'x', {}].some(isAuthError)).toBe(false)
})

test('the cause of an error can be read, but is not enumerable and not part of its JSON', () => {
  const cause = new TypeError('offline')
  const error = new AuthError('unreachable', 'No answer.', { status: 503, cause })
  expect(error.cause).toBe(cause)
  expect(JSON.parse(JSON.stringify(error))).toEqual({ name: 'AuthError', code: 'unreachable', status: 503 })
})
