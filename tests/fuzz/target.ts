import assert from 'node:assert/strict'
import type fc from 'fast-check'
import { isAuthError } from '../../js/common/errors.js'

/** A fuzz target: which inputs there are, and what holds for each of them. Inputs are JSON, so that the corpus is text. */
export interface Target<Input = unknown> {
  inputs: fc.Arbitrary<Input>
  /** Throws if an invariant does not hold. */
  check(input: Input): void | Promise<void>
}

export const target = <Input>(inputs: fc.Arbitrary<Input>, check: Target<Input>['check']) =>
  ({ inputs, check }) as Target

/** The result of a function that may throw an `AuthError` and nothing else; `undefined` if it throws one. */
export function typed<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (!isAuthError(error)) throw error
    assert.equal(typeof error.code, 'string')
    return undefined
  }
}
