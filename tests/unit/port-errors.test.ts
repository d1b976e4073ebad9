import { expect, test } from 'vitest'
import { AuthError, explain, isAuthError } from '../../js/common/errors.js'
import { packError, unpackError } from '../../js/protocol/errors.js'
import { vaultError } from '../../js/vault/errors.js'

/** The error that arrives at the other end of a port. */
const error = (value: unknown) => unpackError(structuredClone(packError(value)))

test('an AuthError crosses a port with its code, its message and its other fields', () => {
  const details = [
    {},
    { option: 'signIn' },
    { directive: 'connect-src' },
    { status: 401, body: { error: 'x' } },
  ]
  for (const detail of details) {
    const before = explain('refused', 'Because.', detail)
    const after = error(before)
    expect(isAuthError(after) && after instanceof AuthError).toBe(true)
    expect(after).toEqual(before)
    expect({ ...(after as AuthError) }).toEqual({ ...before })
  }
})

test('the cause of an AuthError does not cross a port', () => {
  expect(error(vaultError('vault-failed', { cause: new Error('secret') }))).not.toHaveProperty('cause')
})

test('an error of fetch keeps its class, its name and its message', () => {
  expect(error(new TypeError('Failed to fetch'))).toEqual(new TypeError('Failed to fetch'))
  const abort = error(new DOMException('aborted', 'AbortError'))
  expect(abort).toBeInstanceOf(DOMException)
  expect(abort).toMatchObject({ name: 'AbortError', message: 'aborted', code: DOMException.ABORT_ERR })
  expect(error(new RangeError('far'))).toEqual(new Error('far'))
})

test('any thrown value becomes an error', () => {
  for (const thrown of ['text', 7, null, undefined, Symbol('x')]) expect(error(thrown)).toBeInstanceOf(Error)
  expect(error('text')).toMatchObject({ message: 'text' })
})

test('an error crosses a port as plain data that names its kind', () => {
  expect(packError(new TypeError('t'))).toEqual({ kind: 'type', name: 'TypeError', message: 't' })
  expect(packError(new DOMException('d', 'AbortError'))).toEqual({
    kind: 'dom',
    name: 'AbortError',
    message: 'd',
  })
  expect(packError(new RangeError('r'))).toEqual({ kind: 'other', name: 'RangeError', message: 'r' })
  expect(packError('text')).toEqual({ kind: 'other', name: 'Error', message: 'text' })
  const refused = explain('refused', 'x', { status: 429, body: 'b', retryAfter: 5 })
  expect(packError(refused)).toMatchObject({
    kind: 'auth',
    name: 'refused',
    status: 429,
    body: 'b',
    retryAfter: 5,
  })
})
